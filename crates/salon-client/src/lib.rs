//! Socket.IO client on tokio and hyper.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let socket = salon_client::connect("http://localhost:3000/chat")
//!     .on("message", |text: String| async move { println!("{text}") })
//!     .await?;
//! socket.emit("message", "hello");
//! let sum: i64 = socket.emit_with_ack("add", (1, 2)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! - [`connect`] is the short way: a URL, handlers, `.await`. The long way is a [`Manager`], which
//!   has the connection and all options, and a [`Socket`] for each namespace that is used.
//! - **Events in** go to handlers ([`Socket::on`]): async functions with the arguments that they
//!   need, as on salon's server. What no handler takes, [`Socket::recv`] gives. What a handler
//!   returns is the answer, if the server asked for one.
//! - **Events out** are queued at once ([`Socket::emit`]) and go out in order, also when the
//!   connection comes only later or comes back; within [bounds](Limits). [`Socket::emit_with_ack`]
//!   waits for the answer, always with a deadline.
//! - **The connection** comes back by itself after a failure, with growing pauses. Handlers of the
//!   [`Manager`] and of the [`Socket`] hear of all that happens to it.
//! - **The end**: when the last [`Manager`] and [`Socket`] are dropped, the one task that they have
//!   ends, and all connections with it; or when [`Manager::close`] is called. Nothing outlives it.
//!
//! All futures here may be dropped at any time, as `select!` does.
//!
//! | JavaScript | here |
//! |---|---|
//! | `io(url, options)` | [`connect`], with [`Connect::manager`] for the options |
//! | `new Manager(url, options)` | [`Manager::builder`] |
//! | `manager.socket(nsp, { auth })` | [`Manager::socket`], [`Manager::socket_builder`] |
//! | `auth: (cb) => …` | [`SocketBuilder::auth_with`], [`SocketBuilder::try_auth_with`] |
//! | `retries`, `ackTimeout` | [`SocketBuilder::retries`], [`SocketBuilder::ack_timeout`] |
//! | `extraHeaders`, `query`, `path` | [`ManagerBuilder::header`], [`query`](ManagerBuilder::query), [`path`](ManagerBuilder::path) |
//! | `withCredentials` in Node | [`ManagerBuilder::cookies`] |
//! | `agent` for a proxy; `ca`, `cert`, `key` | [`ManagerBuilder::proxy`]; `ManagerBuilder::tls` (feature `tls`) |
//! | `socket.on`, `once`, `off`, `onAny`, `onAnyOutgoing` | [`Socket::on`], [`once`](Socket::once), [`off`](Socket::off) or [`Registration::off`], [`on_any`](Socket::on_any), [`on_any_outgoing`](Socket::on_any_outgoing) |
//! | `"connect"`, `"disconnect"`, `"connect_error"` | [`Socket::on_connect`], [`on_disconnect`](Socket::on_disconnect), [`on_connect_error`](Socket::on_connect_error) |
//! | `socket.emit(…)`, `send`, `volatile` | [`Socket::emit`], [`send`](Socket::send), [`volatile`](Socket::volatile) |
//! | `await socket.timeout(ms).emitWithAck(…)` | [`Socket::emit_with_ack`], [`AckFuture::timeout`] |
//! | `socket.emit(…, callback)` | [`Socket::emit_with_callback`] |
//! | `socket.id`, `connected`, `active`, `recovered` | [`Socket::id`], [`is_connected`](Socket::is_connected), [`is_active`](Socket::is_active), [`is_recovered`](Socket::is_recovered) |
//! | `socket.connect()`, `disconnect()` | [`Socket::connect`], [`connected`](Socket::connected), [`disconnect`](Socket::disconnect) |
//! | `manager.on("reconnect_attempt")` and its like | [`Manager::on_reconnect_attempt`] and its neighbours |
//! | `manager.reconnection(false)` and its like | [`Manager::set_reconnection`] |
//! | `manager.uri`, `manager.opts.query` and `.extraHeaders` | [`Manager::set_url`], [`set_query`](Manager::set_query), [`set_header`](Manager::set_header) |
//! | `manager.engine.transport.name` | [`Manager::transport`] |
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

pub use crate::transport::{Deflate, InvalidProxy, Proxy};
#[cfg(feature = "tls")]
pub use crate::transport::{Tls, TlsBuilder};
pub use ack::{AckFuture, RawAnswer};
pub use aliases::{Ack, Call, EventHandler, Failure, Handler};
pub use connect::{Connect, connect};
pub use emitted::{Emitted, EmittedFuture};
pub use error::{ConnectError, ConnectErrorKind};
pub use manager::{Manager, ManagerBuilder, ManagerHandler};
pub use salon_handler::{
    AckError, Around, Concurrent, EmitError, EventName, Extension, Extract, ExtractLast,
    FailureKind, HandlerError, Registration, Reply, Sequential, State, ViaCall, ViaData, ViaResult,
    ViaValue, concurrent, sequential,
};
pub use salon_proto::client::{DisconnectReason, Reconnection, WhenFull};
pub use salon_proto::engine::Transport;
pub use salon_proto::packet::json::AllArgs;
pub use salon_proto::{CloseReason, Limits, Timing, Value};
pub use socket::{DisconnectDetails, Emitter, Received, Socket, SocketBuilder, WeakSocket};

// The trait, and the derive macro of the same name.
pub use salon_handler::event::Event;
pub use salon_macros::EventForClient as Event;

/// Other ways to write packets than the built-in one.
///
/// [`ManagerBuilder::parser`] takes a [`Parser`](parser::Parser).
pub mod parser {
    #[cfg(feature = "msgpack")]
    pub use salon_proto::parser::MessagePack;
    pub use salon_proto::parser::{Decoder, Frames, PacketType, Parser, ParserError, RawPacket};
}

/// The program in the crate's README is compiled with the doctests.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../README.md")]
    struct Readme;
}
