//! The client's side: Engine.IO, and Socket.IO above it, as state machines.
//!
//! | Room | What it knows |
//! |---|---|
//! | [`manager`] | a client: opening a session, doing so again, the sockets it carries |
//! | `socket` | one namespace: connecting, what waits to be sent, answers, retries, recovery |
//! | [`exchange`] | what a manager and its shell tell each other |
//! | [`options`], [`error`] | what a client is told before it begins; what can fail |
//! | [`backoff`] | how long to wait before the next attempt |
//! | [`session`] | one Engine.IO session: polls and posts, heartbeat, upgrade, closing |
//! | [`handshake`] | what the server's open packet says |
//! | [`outgoing`] | what waits to go out, and how much of it fits into one post |

pub mod backoff;
pub mod error;
pub mod exchange;
pub mod handshake;
pub mod manager;
pub mod options;
pub mod outgoing;
pub mod session;
mod socket;

pub use crate::encoded::Text;
pub use backoff::Backoff;
pub use error::{
    AckFailure, ConnectError, DisconnectReason, DropReason, Failure, NamespaceError, SessionError,
};
pub use exchange::{AckRequest, Arrived, Emission, Emitted, Output, Received, SocketKey};
pub use handshake::Handshake;
pub use manager::Manager;
pub use options::{Options, Reconnection, SocketOptions, WhenFull};
pub use outgoing::{Message, Outgoing};
pub use session::Session;
