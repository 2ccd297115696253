//! The ways in which clients leave, few of them polite.

use std::net::SocketAddr;

use salon::Transport;
use salon_proto::ws::{Opcode, encode_header};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Client, Host, Stream, read_response, write_request};

/// How to reach a server.
pub(crate) enum Road {
    Pipe(Host),
    Tcp(SocketAddr),
}

impl Road {
    pub(crate) async fn dial(&self) -> Box<dyn Stream> {
        match self {
            Self::Pipe(host) => Box::new(host.dial()),
            Self::Tcp(address) => Box::new(TcpStream::connect(address).await.unwrap()),
        }
    }

    pub(crate) async fn websocket(&self) -> Client {
        Client::open(self.dial().await).await
    }

    /// Opens a polling session that has joined `/`; the path and query that name it.
    async fn poller(&self) -> String {
        let target = target(Transport::Polling);
        let open = self.ask(&format!("GET {target}"), "").await;
        let sid = open.split('"').nth(3).unwrap();
        let target = format!("{target}&sid={sid}");
        self.ask(&format!("POST {target}"), "40").await;
        target
    }

    async fn candidate(&self, poller: &str) -> Client {
        let target = poller.replace("transport=polling", "transport=websocket");
        Client::dial(self.dial().await, &target).await
    }

    pub(crate) async fn ask(&self, line: &str, body: &str) -> String {
        let mut stream = self.dial().await;
        write_request(&mut stream, line, body).await;
        read_response(&mut stream).await.unwrap().ok()
    }
}

fn target(transport: Transport) -> String {
    format!("/socket.io/?EIO=4&transport={transport}")
}

/// One way; each client opens, does something, and is never heard of again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    OpenByPollingAndNeverPoll,
    OpenWebSocketAndVanish,
    VanishInHandshake,
    VanishInNamespace,
    VanishInFrame,
    VanishInFragments,
    VanishBeforeAttachments,
    VanishInPoll,
    VanishInPost,
    PostWithoutSession,
    LeaveAndJoinAgain,
    AskForNowhere,
    OweAnswers,
    SayNoSense,
    ClosePolitely,
    CloseByPost,
    AbandonCandidate,
    AbandonProbe,
    AbandonHandshakeOfCandidate,
    VanishAfterUpgrade,
    OfferTwoCandidates,
}

impl Way {
    pub(crate) const ALL: &[Self] = &[
        Self::OpenByPollingAndNeverPoll,
        Self::OpenWebSocketAndVanish,
        Self::VanishInHandshake,
        Self::VanishInNamespace,
        Self::VanishInFrame,
        Self::VanishInFragments,
        Self::VanishBeforeAttachments,
        Self::VanishInPoll,
        Self::VanishInPost,
        Self::PostWithoutSession,
        Self::LeaveAndJoinAgain,
        Self::AskForNowhere,
        Self::OweAnswers,
        Self::SayNoSense,
        Self::ClosePolitely,
        Self::CloseByPost,
        Self::AbandonCandidate,
        Self::AbandonProbe,
        Self::AbandonHandshakeOfCandidate,
        Self::VanishAfterUpgrade,
        Self::OfferTwoCandidates,
    ];

    pub(crate) async fn go(self, road: &Road) {
        match self {
            Self::OpenByPollingAndNeverPoll
            | Self::VanishInPoll
            | Self::VanishInPost
            | Self::PostWithoutSession
            | Self::CloseByPost => self.poll(road).await,
            Self::AbandonCandidate
            | Self::AbandonProbe
            | Self::AbandonHandshakeOfCandidate
            | Self::VanishAfterUpgrade
            | Self::OfferTwoCandidates => self.upgrade(road).await,
            _ => self.websocket(road).await,
        }
    }

    async fn poll(self, road: &Road) {
        let line = match self {
            Self::PostWithoutSession => target(Transport::Polling) + "&sid=nobody",
            _ => road.poller().await,
        };
        let mut stream = road.dial().await;
        match self {
            Self::VanishInPoll => {
                road.ask(&format!("GET {line}"), "").await;
                write_request(&mut stream, &format!("GET {line}"), "").await;
            }
            Self::VanishInPost | Self::PostWithoutSession => {
                let head = format!("POST {line} HTTP/1.1\r\nhost: salon\r\ncontent-length: 9999");
                let half = format!("{head}\r\n\r\n42[\"x\",\"{}", "y".repeat(2_000));
                stream.write_all(half.as_bytes()).await.unwrap();
            }
            Self::CloseByPost => drop(road.ask(&format!("POST {line}"), "1").await),
            _ => {}
        }
    }

    async fn upgrade(self, road: &Road) {
        let poller = road.poller().await;
        if let Self::AbandonHandshakeOfCandidate = self {
            let target = poller.replace("transport=polling", "transport=websocket");
            let mut stream = road.dial().await;
            let handshake = Client::handshake(&target);
            // Whole, but nobody waits for the answer.
            stream.write_all(&handshake).await.unwrap();
            return;
        }
        let mut candidate = road.candidate(&poller).await;
        if let Self::AbandonCandidate = self {
            return;
        }
        candidate.send("2probe").await;
        candidate.expect("3probe").await;
        match self {
            Self::VanishAfterUpgrade => {
                candidate.send("5").await;
                candidate.text().await;
            }
            Self::OfferTwoCandidates => drop(road.candidate(&poller).await),
            _ => {}
        }
    }

    async fn websocket(self, road: &Road) {
        if let Self::VanishInHandshake = self {
            let handshake = Client::handshake(&target(Transport::WebSocket));
            let most = &handshake[..handshake.len() - 3];
            road.dial().await.write_all(most).await.unwrap();
            return;
        }
        let mut client = road.websocket().await;
        if let Self::OpenWebSocketAndVanish = self {
            return;
        }
        client.join("").await;
        match self {
            Self::LeaveAndJoinAgain => {
                for _ in 0..3 {
                    client.send("41").await;
                    client.join("").await;
                }
            }
            Self::AskForNowhere => {
                client.send("40/nowhere,").await;
                client.text().await;
            }
            Self::OweAnswers => {
                client.emit(r#"["ask me"]"#).await;
                for _ in 0..3 {
                    client.text().await;
                }
            }
            Self::SayNoSense => {
                client.send("4nonsense").await;
                client.rest().await;
            }
            Self::ClosePolitely => {
                client.close(Some(1000)).await;
                client.rest().await;
            }
            _ => client.write(&self.unfinished()).await,
        }
    }

    /// The beginning of a message whose end never comes.
    fn unfinished(self) -> Vec<u8> {
        match self {
            Self::VanishInFrame => Client::masked(&"x".repeat(5_000))[..3_000].to_vec(),
            Self::VanishInFragments => {
                let header = encode_header(Opcode::Text, 1_000, Some([0; 4]));
                let mut part = [header.as_slice(), &[b'4'; 1_000]].concat();
                // Not the last one.
                part[0] &= 0x7F;
                part
            }
            Self::VanishBeforeAttachments => {
                let announced =
                    r#"452-["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;
                let first = encode_header(Opcode::Binary, 3_000, Some([0; 4]));
                [&Client::masked(announced), first.as_slice(), &[7; 3_000]].concat()
            }
            _ => Vec::new(),
        }
    }
}
