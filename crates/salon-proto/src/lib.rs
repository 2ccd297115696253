//! The Engine.IO 4 and Socket.IO 5 protocols as state machines without I/O.
//!
//! Nothing in this crate opens a socket, reads a clock, makes a random number or
//! starts a thread. Bytes and the current [`Instant`](timer::Instant) come in as
//! arguments; what must go out is polled. That is what lets one core serve the
//! server, the native client and the browser, and lets every test run in virtual
//! time.
//!
//! | Room | What it knows |
//! |---|---|
//! | [`engine`] | Engine.IO: packets, HTTP payloads, handshake, heartbeat, upgrade, the session |
//! | [`client`] | the client: its Engine.IO session, and reconnection, sockets and events above it |
//! | [`packet`] | Socket.IO: packets, their JSON, binary attachments |
//! | [`value`] | data of any shape, binary included |
//! | [`parser`] | Socket.IO packets in other forms than JSON |
//! | [`ws`] | WebSocket framing (RFC 6455) |
//! | [`namespace`], [`ack`] | what one connection has joined, and the answers it owes |
//! | [`few`] | a map that mostly has one entry, or none |
//! | [`encoded`], [`outbox`] | wire-ready bytes, made once and shared, and their queue |
//! | [`limits`], [`timer`] | every bound and every deadline, each with its reason |
//!
//! Methods are of four kinds: getters; `handle_*` (something arrived); commands
//! (the application wants something); `poll_*` (what must happen now).
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unwrap_used
    )
)]

pub mod ack;
pub mod client;
pub mod encoded;
pub mod engine;
pub mod error;
pub mod few;
pub mod id;
pub mod limits;
pub mod namespace;
pub mod outbox;
pub mod packet;
pub mod parser;
pub mod reason;
mod spare;
pub mod timer;
pub mod value;
pub mod ws;

pub use encoded::Encoded;
pub use error::ProtocolError;
pub use id::{RecoveryId, SessionId, SocketId};
pub use limits::{Limits, Timing};
pub use outbox::Outbox;
pub use packet::Packet;
pub use reason::{CloseReason, DisconnectReason};
pub use value::Value;
