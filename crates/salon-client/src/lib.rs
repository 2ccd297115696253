//! Socket.IO client on tokio and hyper.
//!
//! | Room | What it knows |
//! |---|---|
//! | `connect` | the short way: a URL, handlers, `.await` |
//! | `manager/` | one connection to a server: options, reconnection, its handlers |
//! | `socket/` | one namespace: events both ways, its handlers, `recv` |
//! | `session/` | the one task of a manager |
//! | [`transport`] | how bytes travel: connections, TLS, proxies, HTTP polling, WebSocket |
//!
//! Every rule of the protocol is in `salon-proto`, whose `client` is the same for every runtime.

mod ack;
mod aliases;
mod auth;
mod connect;
mod emitted;
mod error;
mod manager;
mod session;
mod socket;
pub mod transport;

pub use ack::AckFuture;
pub use aliases::{Ack, Call, Failure, Handler};
pub use connect::{Connect, connect};
pub use emitted::{Emitted, EmittedFuture};
pub use error::{ConnectError, ConnectErrorKind};
pub use manager::{Manager, ManagerBuilder, ManagerHandler};
pub use salon_handler::{
    AckError, Around, Concurrent, EmitError, EventName, Extension, Extract, ExtractLast,
    FailureKind, HandlerError, Registration, Reply, Sequential, State, ViaCall, ViaData, ViaResult,
    ViaValue, concurrent, sequential,
};
pub use salon_proto::client::{DisconnectReason, WhenFull};
pub use salon_proto::engine::Transport;
pub use salon_proto::packet::json::AllArgs;
pub use salon_proto::{CloseReason, Limits, Timing};
pub use socket::{DisconnectDetails, Emitter, Received, Socket, SocketBuilder, WeakSocket};

/// Other ways to write packets than the built-in one.
///
/// [`ManagerBuilder::parser`] takes a [`Parser`](parser::Parser).
pub mod parser {
    pub use salon_proto::parser::{Decoder, Frames, PacketType, Parser, ParserError, RawPacket};
}
