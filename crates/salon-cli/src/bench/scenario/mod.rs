//! What the load does: one file for each way, and what they have in common.

mod ask;
mod avalanche;
mod connect;
mod events;
mod idle;
mod jitter;
mod publish;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use salon_client::{AckError, AllArgs, Socket};
use serde::de::IgnoredAny;

use super::answer::Payload;
use super::load::{Load, Phase};
use super::opening::{self, Opened};
use crate::client;
use crate::exit::{Failure, Status};
use crate::options::Scenario;

pub(crate) use publish::Group;

/// Makes one thread's part of the load, from the first connection to the last.
pub(crate) async fn drive(load: &Arc<Load>, everyone: &Arc<Group>) -> Result<(), Failure> {
    match load.options().scenario {
        Scenario::Connect => connect::drive(load).await,
        Scenario::Echo | Scenario::Binary | Scenario::Polling => ask::drive(load).await,
        Scenario::Events => events::drive(load).await,
        Scenario::Broadcast => publish::drive_broadcast(load, everyone).await,
        Scenario::Rooms => publish::drive_rooms(load).await,
        Scenario::Idle => idle::drive(load).await,
        Scenario::Jitter => jitter::drive(load, everyone).await,
        Scenario::Avalanche => avalanche::drive(load).await,
    }
}

/// Where none of the connections could be opened there is nothing to measure.
fn check(load: &Load, opened: &Opened) -> Result<(), Failure> {
    match &opened.error {
        Some(error) if opened.sockets.is_empty() => {
            Err(client::failure(&load.options().server, error))
        }
        _ => Ok(()),
    }
}

/// Lets the connections go.
async fn finish(load: &Load, sockets: Vec<Socket>) {
    load.run.let_go();
    opening::close(sockets).await;
}

/// For loads that go on by themselves: waits until they are over, or have nothing left to go on
/// with, and the last answers are there.
async fn until_idle(load: &Load, is_dead: impl Fn() -> bool, is_settled: impl Fn() -> bool) {
    let dead = async {
        while !is_dead() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = load.end_of_window() => load.settled(is_settled).await,
        () = dead => {}
    }
}

/// A handler that a scenario needs, for the user who has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handler {
    node: &'static str,
    salon: &'static str,
}

impl Handler {
    const ECHO: Self = Self {
        node: r#"socket.on("echo", (text, answer) => answer(text));"#,
        salon: r#"io.on("echo", |text: String| async move { text });"#,
    };
    const ECHO_BINARY: Self = Self {
        node: r#"socket.on("echo-binary", (bytes, answer) => answer(bytes));"#,
        salon: r#"io.on("echo-binary", |bytes: Bytes| async move { bytes });"#,
    };
    const PUBLISH: Self = Self {
        node: r#"socket.on("publish", (text) => io.emit("news", text));"#,
        salon: r#"io.on("publish", |io: Server, text: String| async move { io.emit("news", text); });"#,
    };
    const JOIN_ROOM: Self = Self {
        node: r#"socket.on("join-room", (room, answer) => { socket.join(room); answer(true); });"#,
        salon: r#"io.on("join-room", |socket: Socket, room: String| async move { socket.join(&room); true });"#,
    };
    const PUBLISH_TO: Self = Self {
        node: r#"socket.on("publish-to", (room, count) => { for (let i = 0; i < count; i++) io.to(room).emit("news", "x"); });"#,
        salon: r#"io.on("publish-to", |io: Server, (room, count): (String, usize)| async move { for _ in 0..count { io.to(&room).emit("news", "x"); } });"#,
    };

    fn missing(self, event: &str, what: &str, patience: Duration) -> Failure {
        let event = crate::escape::escape(event);
        let sentence = format!(
            "The server {what} the event `{event}` within {patience:?}. Has it a handler? With Node, for \
             each socket:\n  {self}\ndocs/bench.md has servers for all scenarios; --event takes \
             another event, and --timeout more time.",
        );
        Failure::new(Status::NoAnswer, sentence)
    }
}

impl fmt::Display for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nWith salon:\n  {}", self.node, self.salon)
    }
}

/// Asks once, so that a server without the handler is told apart from one that is slow.
async fn probe(
    load: &Load,
    socket: Option<&Socket>,
    event: &str,
    payload: &Payload,
    handler: Handler,
) -> Result<(), Failure> {
    let Some(socket) = socket.filter(|_| load.thread == 0) else {
        return Ok(());
    };
    let patience = load.options().timeout;
    let asked = socket.timeout(patience);
    let answer = match payload {
        Payload::Text(text) => asked.emit_with_ack::<AllArgs<IgnoredAny>>(event, text),
        Payload::Binary(bytes) => asked.emit_with_ack(event, bytes),
    };
    tokio::select! {
        () = load.run.reached(Phase::Over) => Ok(()),
        answer = answer => match answer {
            Err(AckError::Timeout) => Err(handler.missing(event, "did not answer", patience)),
            // What else may be wrong is counted when the load has begun.
            _ => Ok(()),
        },
    }
}
