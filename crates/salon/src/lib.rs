//! Socket.IO server on tokio, tower and hyper.

mod ack;
mod broadcast;
mod config;
mod connection;
mod deadline;
pub mod engine;
mod error;
mod handler;
mod handshake;
mod host;
mod http;
mod hub;
mod id_hash;
mod namespace;
mod random;
mod recovery;
mod remote_socket;
mod responses;
mod server;
mod session;
mod socket;

#[cfg(feature = "tls")]
pub use crate::http::Tls;
pub use crate::http::{
    ConnectionError, Cookie, Cors, Encrypted, Listener, PeerAddr, RequestHead, SalonLayer,
    SalonService, SameSite, Serve, serve,
};
pub use ack::AckFuture;
pub use broadcast::Broadcast;
pub use config::ServerBuilder;
pub use error::Emitted;
pub use handler::{
    Ack, AckError, Around, Call, Concurrent, Deduplicated, EmitError, Event, EventHandler,
    EventName, Extension, Extract, ExtractLast, Failure, FailureKind, Handler, HandlerError,
    Registration, Reply, Sequential, State, ViaCall, ViaData, ViaResult, ViaValue, concurrent,
    deduplicated, sequential,
};
pub use handshake::Handshake;
pub use hub::{Room, Rooms};
pub use namespace::{Namespace, RoomEvent};
pub use recovery::{ExpiredSocket, Recovery, RecoveryStats};
pub use remote_socket::RemoteSocket;
pub use responses::{Responses, ResponsesFuture};
pub use salon_macros::EventForServer as Event;
pub use salon_proto::engine::{Overflow, Transport};
pub use salon_proto::packet::json::AllArgs;
pub use salon_proto::ws::Deflate;
pub use salon_proto::{CloseReason, DisconnectReason, Limits, SocketId, Timing, Value};
pub use server::Server;
pub use socket::{Emitter, Socket};

/// Other ways to write packets than the built-in one: JavaScript's option `parser`.
///
/// [`ServerBuilder::parser`] takes a [`Parser`](parser::Parser).
pub mod parser {
    #[cfg(feature = "msgpack")]
    pub use salon_proto::parser::MessagePack;
    pub use salon_proto::parser::{Decoder, Frames, PacketType, Parser, ParserError, RawPacket};
}

/// The programs in the repository's documents are compiled with the doctests, so that they cannot
/// grow old.
#[cfg(doctest)]
mod documents {
    #[doc = include_str!("../../../README.md")]
    struct Readme;

    #[doc = include_str!("../../../docs/guide/ordering.md")]
    struct Ordering;
}
