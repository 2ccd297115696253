//! How bytes travel between a client and its server: for those who drive a
//! [`client::Session`](salon_proto::client::Session) themselves.
//!
//! | Room | What it knows |
//! |---|---|
//! | `target`, `url` | where a server is, and what goes along with each request |
//! | `line` | all connections of one session |
//! | `candidate` | the WebSocket that may take over from polling |
//! | `http`, `connection` | polls and posts; one HTTP connection |
//! | `websocket/` | the handshake, frames in, frames out |
//! | `connect`, `proxy/`, `tls`, `stream` | from a target to a stream |
//! | `cookie`, `random`, `error` | cookies; masks and keys; what went wrong |
//!
//! This is the only place with sockets and HTTP.

mod candidate;
mod connect;
mod connection;
mod cookie;
mod error;
mod http;
mod line;
mod proxy;
mod random;
mod stream;
mod target;
#[cfg(feature = "tls")]
mod tls;
mod url;
mod websocket;

pub use error::{TransportError, TransportErrorKind};
pub use line::{Closing, Event, Line};
pub use proxy::{InvalidProxy, Proxy};
pub use salon_proto::ws::Deflate;
pub use target::{InvalidHeader, Target};
#[cfg(feature = "tls")]
pub use tls::{Tls, TlsBuilder};
pub use url::{InvalidUrl, Url};
pub use websocket::Next;
