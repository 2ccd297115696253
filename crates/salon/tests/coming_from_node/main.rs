//! The snippets of `docs/coming-from-node.md`, each in a function of its own that gives it what it
//! speaks of, a file for each of its chapters. That they compile is the test; `cargo verify documents` checks that the document
//! shows these very lines.

#![allow(
    unused,
    clippy::all,
    reason = "snippets show a call and do nothing with it"
)]

mod acknowledgements;
mod connections;
mod events;
mod namespaces;
mod others;
mod rooms;
mod server;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use salon::parser::MessagePack;
use salon::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::TcpListener;

type Outcome = Result<(), HandlerError>;

#[derive(Deserialize)]
struct Auth {
    token: String,
}

fn unique_id() -> Result<String, String> {
    Ok("abcdefghijklmnopqrst".into())
}

#[derive(Deserialize)]
struct Team {
    team: String,
}

/// What the snippets speak of.
struct Scene {
    cert: Bytes,
    key: Bytes,
    io: Server,
    socket: Socket,
    socket_id: SocketId,
    bytes: Bytes,
    listener: TcpListener,
    tcp: TcpListener,
}

#[derive(Event, Deserialize, Serialize)]
struct Greeting {
    name: String,
}
