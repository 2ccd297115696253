//! Compression of messages on WebSocket.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use salon::{Deflate, Server, Socket};
use salon_proto::ws::{Decoder, Message, Role, text_frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::support::{Client, Host, read_response, settle};

const SESSION: &str = "/socket.io/?EIO=4&transport=websocket";
const OFFER: &str = "permessage-deflate; client_max_window_bits";
const TEXT: u8 = 0x81;
const COMPRESSED_TEXT: u8 = 0xC1;
const COMPRESSED_BINARY: u8 = 0xC2;

/// Longer than the threshold.
fn long() -> String {
    "word ".repeat(300)
}

fn host() -> Host {
    Host::with(|builder| builder.per_message_deflate(Deflate::new()))
}

fn handshake(target: &str, extensions: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nhost: salon\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         {extensions}\r\n"
    )
}

fn offering(offer: &str) -> String {
    format!("sec-websocket-extensions: {offer}\r\n")
}

/// A client that sees the frames as they are.
struct Raw(DuplexStream);

impl Raw {
    async fn dial(mut stream: DuplexStream, target: &str, extensions: &str) -> Self {
        let request = handshake(target, extensions);
        stream.write_all(request.as_bytes()).await.unwrap();
        let response = read_response(&mut stream).await.unwrap();
        assert_eq!(response.status, 101, "{response:?}");
        Self(stream)
    }

    /// In the namespace `/`, having offered compression or not.
    async fn join(host: &Host, extensions: &str) -> Self {
        let mut raw = Self::dial(host.dial(), SESSION, extensions).await;
        assert!(raw.read().await.starts_with("0{"));
        raw.send("40").await;
        assert!(raw.read().await.starts_with("40{"));
        raw
    }

    async fn send(&mut self, text: &str) {
        let frame = text_frame(text, Some([1, 2, 3, 4]));
        self.0.write_all(&frame).await.unwrap();
    }

    /// The next frame as it is.
    async fn frame(&mut self) -> Vec<u8> {
        let mut frame = vec![0; 2];
        self.0.read_exact(&mut frame).await.unwrap();
        let mut length = usize::from(frame[1]);
        if length == 126 {
            let extended = self.0.read_u16().await.unwrap();
            frame.extend(extended.to_be_bytes());
            length = usize::from(extended);
        }
        let start = frame.len();
        frame.resize(start + length, 0);
        self.0.read_exact(&mut frame[start..]).await.unwrap();
        frame
    }

    async fn read(&mut self) -> String {
        text(self.frame().await)
    }
}

fn text(mut frame: Vec<u8>) -> String {
    let mut decoder = Decoder::new(Role::Client, 1_000_000).with_deflate();
    match decoder.decode(&mut frame.as_mut_slice()) {
        Ok(Some(Message::Text(text))) => text.into_owned(),
        other => panic!("no text: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_goes_to_all_in_the_same_compressed_frame() {
    let host = host();
    let offers = offering(OFFER);
    let mut first = Raw::join(&host, &offers).await;
    let mut second = Raw::join(&host, &offers).await;
    let mut plain = Raw::join(&host, "").await;
    host.emit("news", long());
    let frame = first.frame().await;
    assert_eq!(frame[0], COMPRESSED_TEXT);
    assert!(frame.len() < 100, "{}", frame.len());
    assert_eq!(second.frame().await, frame);
    let expected = format!(r#"42["news","{}"]"#, long());
    assert_eq!(text(frame), expected);
    let frame = plain.frame().await;
    assert_eq!(frame[0], TEXT);
    assert_eq!(text(frame), expected);
}

#[tokio::test(start_paused = true)]
async fn short_events_and_those_that_forbid_it_are_not_compressed() {
    let host = host();
    let mut client = Raw::join(&host, &offering(OFFER)).await;
    host.on("alone", |socket: Socket| async move {
        socket.compress(false).emit("alone", long());
        socket.emit("alone", long());
    });
    client.send(r#"42["alone"]"#).await;
    assert_eq!(client.frame().await[0], TEXT);
    assert_eq!(client.frame().await[0], COMPRESSED_TEXT);
    host.emit("short", ());
    host.of("/")
        .broadcast()
        .compress(false)
        .emit("secret", long());
    host.emit("long", long());
    assert_eq!(client.frame().await[0], TEXT);
    assert_eq!(client.frame().await[0], TEXT);
    assert_eq!(client.frame().await[0], COMPRESSED_TEXT);
}

#[tokio::test(start_paused = true)]
async fn attachments_are_compressed_for_themselves() {
    let host = host();
    let mut client = Raw::join(&host, &offering(OFFER)).await;
    let data = (bytes::Bytes::from(vec![7; 5_000]), long());
    host.emit("data", data);
    assert_eq!(client.frame().await[0], COMPRESSED_TEXT);
    assert_eq!(client.frame().await[0], COMPRESSED_BINARY);
}

#[tokio::test(start_paused = true)]
async fn compressed_events_arrive() {
    let host = host();
    host.on("echo", |socket: Socket, text: String| async move {
        socket.emit("echo", text);
    });
    let mut client = Raw::join(&host, &offering(OFFER)).await;
    // `42["echo","Hello"]`, compressed by zlib and masked with zeros.
    let payload =
        b"\x32\x31\x8A\x56\x4A\x4D\xCE\xC8\x57\xD2\x51\xF2\x48\xCD\xC9\xC9\x57\x8A\x05\x00";
    let mut frame = vec![COMPRESSED_TEXT, 0x80 | payload.len() as u8, 0, 0, 0, 0];
    frame.extend_from_slice(payload);
    client.0.write_all(&frame).await.unwrap();
    assert_eq!(client.read().await, r#"42["echo","Hello"]"#);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_an_upgrade_is_compressed_on_the_websocket() {
    let host = host();
    let poller = host.polling().await;
    let target = poller.target(salon::Transport::WebSocket);
    let mut candidate = Raw::dial(poller.dial(), &target, &offering(OFFER)).await;
    candidate.send("2probe").await;
    assert_eq!(candidate.read().await, "3probe");
    host.emit("before", long());
    candidate.send("5").await;
    settle().await;
    host.emit("after", long());
    let frame = candidate.frame().await;
    assert_eq!(frame[0], COMPRESSED_TEXT);
    assert!(text(frame).starts_with(r#"42["before","#));
    assert_eq!(candidate.frame().await[0], COMPRESSED_TEXT);
}

#[tokio::test(start_paused = true)]
async fn messages_that_become_large_leave_turns_to_other_clients() {
    const BOMBS: usize = 40;
    let host = host();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    host.on("bomb", move || {
        counted.fetch_add(1, Ordering::Relaxed);
        std::future::ready(())
    });
    let counted = Arc::clone(&count);
    host.on("count", move |socket: Socket| {
        socket.emit("count", counted.load(Ordering::Relaxed));
        std::future::ready(())
    });
    let offers = offering(OFFER);
    let mut greedy = Raw::join(&host, &offers).await;
    let mut other = Raw::join(&host, &offers).await;
    let bomb = Client::compressed(&format!(r#"42["bomb","{}"]"#, "x".repeat(900_000)));
    // Less than what one read takes.
    greedy.0.write_all(&bomb.repeat(BOMBS)).await.unwrap();
    other.send(r#"42["count"]"#).await;
    let answer = other.read().await;
    let before: usize = answer[r#"42["count","#.len()..answer.len() - 1]
        .parse()
        .unwrap();
    assert!((1..BOMBS).contains(&before), "{before} came before");
    settle().await;
    assert_eq!(count.load(Ordering::Relaxed), BOMBS, "none is lost");
}

async fn answer(host: &Host, extensions: &str) -> String {
    let mut stream = host.dial();
    let request = handshake(SESSION, extensions);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap().to_ascii_lowercase()
}

#[tokio::test(start_paused = true)]
async fn a_wrong_offer_is_refused_but_only_if_compression_is_on() {
    let wrong = offering("permessage-deflate; unknown");
    assert!(answer(&host(), &wrong).await.starts_with("http/1.1 400"));
    let off = answer(&Host::new(), &wrong).await;
    assert!(off.starts_with("http/1.1 101"));
    assert!(!off.contains("sec-websocket-extensions"));
}

#[tokio::test(start_paused = true)]
async fn the_first_offer_of_several_headers_is_accepted() {
    let offers = offering("other") + &offering("permessage-deflate; server_max_window_bits=10");
    let answer = answer(&host(), &offers).await;
    assert!(
        answer.contains(
            "\r\nsec-websocket-extensions: permessage-deflate; server_no_context_takeover; \
             client_no_context_takeover; server_max_window_bits=10\r\n"
        ),
        "{answer}"
    );
}

#[test]
fn it_is_set_by_the_builder() {
    let deflate = Deflate::new().threshold(4_096).level(1);
    let _ = Server::builder().per_message_deflate(deflate).build();
}
