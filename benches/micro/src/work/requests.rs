//! HTTP: a session that opens, and one that polls.

use super::SMALL;
use crate::bench::{Bench, Work};
use crate::world::{At, Buffer, Client, World};
use tokio::task::yield_now;

pub(super) const BENCHES: &[Bench] = &[
    Bench::new(
        "connect/websocket",
        "a connection, from TCP to CONNECT's answer and its end",
        30,
        connect,
    )
    .allocations(50),
    Bench::new(
        "polling/echo",
        "a post and a poll with 64 bytes there and back",
        100,
        poll,
    )
    .allocations(19),
];

fn connect() -> Work {
    let world = World::new(|_| {});
    Box::new(move |goes| {
        world.runtime.block_on(async {
            for _ in 0..goes {
                connect_once(&world.server).await;
            }
        });
    })
}

async fn connect_once(server: &At) {
    let mut client = server.dial();
    client.open().await;
    drop(client);
    while server.io.session_count() > 0 {
        yield_now().await;
    }
}

/// A client that polls on two connections.
struct Poller {
    posts: Client,
    polls: Client,
    post: Vec<u8>,
    poll: Vec<u8>,
}

impl Poller {
    async fn open(server: &At) -> Self {
        let (mut posts, mut polls) = (server.dial(), server.dial());
        let target = "/socket.io/?EIO=4&transport=polling";
        polls.write(&request("GET", target, "")).await;
        let open = polls.read_until("}").await;
        let open = String::from_utf8_lossy(&open);
        let sid = open
            .split_once(r#""sid":""#)
            .and_then(|(_, rest)| rest.split_once('"'));
        let target = format!("{target}&sid={}", sid.expect("an open packet").0);
        posts.write(&request("POST", &target, "40")).await;
        posts.read_until("ok").await;
        let poll = request("GET", &target, "");
        polls.write(&poll).await;
        polls.read_until("\"}").await;
        let post = request("POST", &target, &format!(r#"421["echo","{SMALL}"]"#));
        Self {
            posts,
            polls,
            post,
            poll,
        }
    }

    /// Posts and polls, and says how long the two answers are.
    async fn learn(&mut self) -> (usize, usize) {
        self.ask().await;
        let taken = self.posts.read_until("ok").await;
        let answer = self.polls.read_until("\"]").await;
        (taken.len(), answer.len())
    }

    async fn ask(&mut self) {
        self.polls.write(&self.poll).await;
        self.posts.write(&self.post).await;
    }
}

fn request(method: &str, target: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {target} HTTP/1.1\r\nhost: bench\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn poll() -> Work {
    let world = World::new(|io| io.on("echo", |text: String| async move { text }));
    let (mut poller, lengths) = world.runtime.block_on(async {
        let mut poller = Poller::open(&world.server).await;
        let lengths = poller.learn().await;
        (poller, lengths)
    });
    let mut buffer = Buffer::new();
    let answer = format!(r#"431["{SMALL}"]"#);
    Box::new(move |goes| {
        world.runtime.block_on(async {
            for _ in 0..goes {
                poller.ask().await;
                poller.posts.read(&mut buffer, lengths.0, b"ok").await;
                poller
                    .polls
                    .read(&mut buffer, lengths.1, answer.as_bytes())
                    .await;
            }
        });
    })
}
