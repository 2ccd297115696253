//! Parsers of the application's own.

use bytes::Bytes;
use salon::parser::{Decoder, Frames, PacketType, Parser, ParserError, RawPacket};
use salon::{AllArgs, Limits, Socket};
use serde_json::Value;

use crate::support::{Client, Frame, Host};

/// A text `TYPE|NAMESPACE|ID|ATTACHMENTS|DATA`, then one binary frame for each attachment.
struct Pipes;

impl Parser for Pipes {
    fn encode(&self, packet: &RawPacket<'_>) -> Result<Frames, ParserError> {
        let text = format!(
            "{}|{}|{}|{}|{}",
            packet.kind.number(),
            packet.namespace,
            packet.ack_id.map_or_else(String::new, |id| id.to_string()),
            packet.attachments.len(),
            packet.data.as_deref().unwrap_or_default(),
        );
        let attachments = packet.attachments.iter().cloned();
        Ok(attachments.fold(Frames::text(text), Frames::and_binary))
    }

    fn decoder(&self, _: &Limits) -> Box<dyn Decoder> {
        Box::new(PipesDecoder::default())
    }
}

/// The packet that is waiting, and for how many attachments.
#[derive(Default)]
struct PipesDecoder {
    waiting: Option<RawPacket<'static>>,
    missing: usize,
}

impl PipesDecoder {
    fn complete(&mut self) -> Option<RawPacket<'static>> {
        match self.missing {
            0 => self.waiting.take(),
            _ => None,
        }
    }
}

impl Decoder for PipesDecoder {
    fn text<'a>(&mut self, text: &'a str) -> Result<Option<RawPacket<'a>>, ParserError> {
        let parts: Vec<_> = text.splitn(5, '|').collect();
        let [kind, namespace, id, attachments, data] = parts[..] else {
            return Err(ParserError::new("not five parts"));
        };
        let kind = kind.parse().ok().and_then(PacketType::from_number);
        self.missing = attachments.parse().map_err(ParserError::new)?;
        self.waiting = Some(RawPacket {
            kind: kind.ok_or_else(|| ParserError::new("unknown type"))?,
            namespace: namespace.to_owned().into(),
            ack_id: id.parse().ok(),
            data: (!data.is_empty()).then(|| data.to_owned().into()),
            attachments: Vec::new(),
        });
        Ok(self.complete())
    }

    fn binary(&mut self, data: &[u8]) -> Result<Option<RawPacket<'static>>, ParserError> {
        let Some(waiting) = &mut self.waiting else {
            return Err(ParserError::new("data without a header"));
        };
        waiting.attachments.push(Bytes::copy_from_slice(data));
        self.missing -= 1;
        Ok(self.complete())
    }
}

/// A parser of which each part can be made to fail.
#[derive(Default)]
struct Faulty {
    fails_to_confirm: bool,
    panics_at_events: bool,
}

impl Parser for Faulty {
    fn encode(&self, packet: &RawPacket<'_>) -> Result<Frames, ParserError> {
        match packet.kind {
            PacketType::Connect if self.fails_to_confirm => Err(ParserError::new("no")),
            PacketType::Event if self.panics_at_events => panic!("a parser that panics"),
            _ => Pipes.encode(packet),
        }
    }

    fn decoder(&self, _: &Limits) -> Box<dyn Decoder> {
        Box::new(FaultyDecoder)
    }
}

struct FaultyDecoder;

impl Decoder for FaultyDecoder {
    fn text<'a>(&mut self, text: &'a str) -> Result<Option<RawPacket<'a>>, ParserError> {
        assert_ne!(text, "panic", "a decoder that panics");
        let mut decoder = PipesDecoder::default();
        let packet = decoder.text(text)?;
        Ok(packet.map(|packet| RawPacket {
            // As a decoder would that forgot to check.
            data: packet.data.map(|data| data.replace("good", "]").into()),
            ..packet
        }))
    }
}

async fn join(client: &mut Client) {
    client.send("40|/||0|").await;
    let answer = client.text().await;
    assert!(answer.starts_with(r#"40|/||0|{"sid":""#), "{answer}");
}

#[tokio::test]
async fn packets_of_all_types_go_through_the_parser() {
    let host = Host::with(|builder| builder.parser(Pipes));
    host.on("add", |(a, b): (i64, i64)| async move { a + b });
    host.on("ask", |socket: Socket| async move {
        let answer: i64 = socket.emit_with_ack("how many?", ()).await.unwrap();
        socket.emit("so many", answer);
    });
    host.on(
        "leave",
        |socket: Socket| async move { socket.disconnect(false) },
    );
    let mut client = host.open().await;
    client.send("40|/nowhere||0|").await;
    client
        .expect(r#"44|/nowhere||0|{"message":"Invalid namespace"}"#)
        .await;
    join(&mut client).await;
    client.send(r#"42|/|7|0|["add",1,2]"#).await;
    client.expect("43|/|7|0|[3]").await;
    client.send(r#"42|/||0|["ask"]"#).await;
    client.expect(r#"42|/|0|0|["how many?"]"#).await;
    client.send("43|/|0|0|[4]").await;
    client.expect(r#"42|/||0|["so many",4]"#).await;
    host.emit("news", "hello");
    client.expect(r#"42|/||0|["news","hello"]"#).await;
    client.send(r#"42|/||0|["leave"]"#).await;
    client.expect("41|/||0|").await;
}

#[tokio::test]
async fn a_parser_may_collect_several_frames() {
    let host = Host::with(|builder| builder.parser(Pipes));
    host.on("echo", |socket: Socket, args: AllArgs<Bytes>| async move {
        socket.emit("echoed", args);
    });
    let mut client = host.open().await;
    join(&mut client).await;
    let array = |name| {
        format!(r#"["{name}",{{"_placeholder":true,"num":0}},{{"_placeholder":true,"num":1}}]"#)
    };
    client.send(&format!("42|/||2|{}", array("echo"))).await;
    client.send_binary(b"one").await;
    client.send_binary(b"two").await;
    client.expect(&format!("42|/||2|{}", array("echoed"))).await;
    assert_eq!(client.frame().await, Frame::Binary(b"one".to_vec()));
    assert_eq!(client.frame().await, Frame::Binary(b"two".to_vec()));
}

#[tokio::test]
async fn what_a_decoder_returns_is_checked() {
    for bad in [
        "42|/||0|good",
        r#"42|/||0|["disconnect"]"#,
        "42|/||0|{}",
        "47|/||0|[]",
        "4panic",
    ] {
        let host = Host::with(|builder| builder.parser(Faulty::default()));
        let mut client = host.open().await;
        join(&mut client).await;
        client.send(bad).await;
        let frames = client.rest().await;
        assert_eq!(frames.first(), Some(&Frame::Close(None)), "{bad}");
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_written_is_the_callers_matter() {
    let host = Host::with(|builder| {
        builder.parser(Faulty {
            panics_at_events: true,
            ..Faulty::default()
        })
    });
    let mut client = host.open().await;
    join(&mut client).await;
    let error = host.emit("news", Value::Null).result().unwrap_err();
    assert!(error.is_invalid(), "{error}");
    client.fence().await;
}

#[tokio::test]
async fn a_client_that_cannot_be_told_of_its_connection_is_closed() {
    let host = Host::with(|builder| {
        builder.parser(Faulty {
            fails_to_confirm: true,
            ..Faulty::default()
        })
    });
    let mut client = host.open().await;
    client.send("40|/||0|").await;
    let frames = client.rest().await;
    assert_eq!(frames.first(), Some(&Frame::Close(None)));
}
