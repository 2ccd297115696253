//! HTTP/2, frame by frame. What real clients do with it is tested in `interop/`.

use std::net::Ipv4Addr;

use salon::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::Watchdog;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;

async fn dial() -> TcpStream {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(salon::serve(listener, Server::new()).into_future());
    TcpStream::connect(address).await.unwrap()
}

/// The kind, the flags and the content of the next frame. `None`: the server has closed.
async fn read_frame(stream: &mut TcpStream) -> Option<(u8, u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut content = vec![0; length as usize];
    stream.read_exact(&mut content).await.ok()?;
    Some((head[3], head[4], content))
}

async fn write_frame(stream: &mut TcpStream, kind: u8, flags: u8, content: &[u8]) {
    let length = u8::try_from(content.len()).unwrap();
    let head = [0, 0, length, kind, flags, 0, 0, 0, 0];
    // The server may just have closed; then the next read tells.
    let _ = stream.write_all(&[&head[..], content].concat()).await;
}

#[tokio::test]
async fn the_preface_may_come_in_pieces() {
    let (_watchdog, mut stream) = (Watchdog::start(), dial().await);
    stream.set_nodelay(true).unwrap();
    for byte in PREFACE {
        stream.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    write_frame(&mut stream, SETTINGS, 0, &[]).await;
    let (kind, ..) = read_frame(&mut stream).await.unwrap();
    assert_eq!(kind, SETTINGS);
}

#[tokio::test]
async fn what_only_begins_like_the_preface_is_http_1() {
    let (_watchdog, mut stream) = (Watchdog::start(), dial().await);
    let request = b"PRI / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");
}

/// Here the clock is paused: with nothing else to do, the deadline comes at once. The client
/// answers pings, so it is there; but it asks for nothing.
#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_though_its_client_lives() {
    let (_watchdog, mut stream) = (Watchdog::start(), dial().await);
    stream.write_all(PREFACE).await.unwrap();
    write_frame(&mut stream, SETTINGS, 0, &[]).await;
    let mut pings = 0;
    while let Some((kind, flags, content)) = read_frame(&mut stream).await {
        match kind {
            SETTINGS if flags & ACK == 0 => write_frame(&mut stream, SETTINGS, ACK, &[]).await,
            PING if flags & ACK == 0 => {
                pings += 1;
                write_frame(&mut stream, PING, ACK, &content).await;
            }
            _ => {}
        }
    }
    assert!((1..20).contains(&pings), "{pings} pings");
}

/// Here the clock is paused, too.
#[tokio::test(start_paused = true)]
async fn a_client_that_is_silent_is_not_kept_for_ever() {
    let (_watchdog, mut stream) = (Watchdog::start(), dial().await);
    stream.write_all(PREFACE).await.unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
}
