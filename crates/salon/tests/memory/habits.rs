//! Clients that are rarer: old ones, those that compress, those that come back. They leave as
//! impolitely as the others.

use std::time::Duration;

use salon::{Deflate, Recovery, ServerBuilder};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use crate::support::{Client, read_response, write_request};
use crate::ways::Road;

const OLD: &str = "/socket.io/?EIO=3&transport=polling";

/// A server that takes all of them.
pub(crate) fn hospitable(builder: ServerBuilder) -> ServerBuilder {
    let recovery = Recovery::new().max_disconnection(Duration::from_secs(10));
    let deflate = Deflate::new().threshold(10);
    let builder = builder.allow_eio3(true).recovery(recovery);
    builder.per_message_deflate(deflate)
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Habit {
    /// Protocol 3.
    PollAsOfOld,
    PollForScripts,
    OpenWebSocketAsOfOld,
    AbandonProbeAsOfOld,
    Compress,
    VanishInCompressedFragments,
    ComeBackAndVanish,
    ComeBackTooLate,
    ComeBackWithNoSense,
}

impl Habit {
    pub(crate) const ALL: &[Self] = &[
        Self::PollAsOfOld,
        Self::PollForScripts,
        Self::OpenWebSocketAsOfOld,
        Self::AbandonProbeAsOfOld,
        Self::Compress,
        Self::VanishInCompressedFragments,
        Self::ComeBackAndVanish,
        Self::ComeBackTooLate,
        Self::ComeBackWithNoSense,
    ];

    pub(crate) async fn go(self, road: &Road) {
        match self {
            Self::PollAsOfOld => poll(road, OLD, r#"12:42["ask me"]"#).await,
            Self::PollForScripts => {
                let form = "d=12%3A42%5B%22ask%20me%22%5D";
                poll(road, &format!("{OLD}&j=0"), form).await;
            }
            Self::OpenWebSocketAsOfOld => {
                let target = OLD.replace("polling", "websocket");
                let mut client = Client::dial(road.dial().await, &target).await;
                client.text().await;
                client.expect("40").await;
                client.send(r#"42["ask me"]"#).await;
                client.text().await;
            }
            Self::AbandonProbeAsOfOld => {
                let target = open(road, OLD).await.replace("polling", "websocket");
                let mut client = Client::dial(road.dial().await, &target).await;
                client.send("2probe").await;
                client.expect("3probe").await;
            }
            Self::Compress => compress(road, |message| message).await,
            Self::VanishInCompressedFragments => {
                let first = |mut message: Vec<u8>| {
                    // Not the last one.
                    message[0] &= 0x7F;
                    message
                };
                compress(road, first).await;
            }
            Self::ComeBackAndVanish | Self::ComeBackTooLate | Self::ComeBackWithNoSense => {
                self.come_back(road).await;
            }
        }
    }

    async fn come_back(self, road: &Road) {
        let mut client = road.websocket().await;
        client.send("40").await;
        let answer: Value = serde_json::from_str(&client.text().await[2..]).unwrap();
        client.emit(r#"["greet me"]"#).await;
        let greeting: Value = serde_json::from_str(&client.text().await[2..]).unwrap();
        drop(client);
        if let Self::ComeBackTooLate = self {
            tokio::time::sleep(Duration::from_secs(11)).await;
        }
        let offset = match self {
            Self::ComeBackWithNoSense => &Value::Null,
            _ => &greeting[1],
        };
        let mut client = road.websocket().await;
        client
            .send(&format!(
                r#"40{{"pid":{},"offset":{offset}}}"#,
                answer["pid"]
            ))
            .await;
        client.text().await;
    }
}

/// The path and query of a new session.
async fn open(road: &Road, target: &str) -> String {
    let answer = road.ask(&format!("GET {target}"), "").await;
    // In a script the quotation marks are escaped.
    let answer = answer.replace('\\', "");
    let (_, rest) = answer.split_once(r#""sid":""#).unwrap();
    format!("{target}&sid={}", rest.split('"').next().unwrap())
}

/// Posts, and vanishes in a poll.
async fn poll(road: &Road, target: &str, body: &str) {
    let target = open(road, target).await;
    road.ask(&format!("POST {target}"), body).await;
    road.ask(&format!("GET {target}"), "").await;
    let mut stream = road.dial().await;
    write_request(&mut stream, &format!("GET {target}"), "").await;
}

/// Sends a compressed message, changed somehow.
async fn compress(road: &Road, change: impl FnOnce(Vec<u8>) -> Vec<u8>) {
    let target = "/socket.io/?EIO=4&transport=websocket";
    let handshake = String::from_utf8(Client::handshake(target)).unwrap();
    let offer = "sec-websocket-extensions: permessage-deflate\r\n\r\n";
    let request = handshake.trim_end().to_owned() + "\r\n" + offer;
    let mut stream = road.dial().await;
    stream.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(read_response(&mut stream).await.unwrap().status, 101);
    let asked = format!(r#"42["ask me","{}"]"#, "x".repeat(5_000));
    let mut client = Client::upgraded(stream);
    client.send("40").await;
    client.write(&change(Client::compressed(&asked))).await;
}
