//! Plain Engine.IO: messages over polling and WebSocket, without the events, namespaces and rooms
//! of Socket.IO.
//!
//! This is for clients of `engine.io-client`, or for a protocol of your own that wants Engine.IO's
//! transports, heartbeat and upgrade. Both protocols are spoken: 4, and 3 if
//! [`allow_eio3`](crate::ServerBuilder::allow_eio3) says so.
//!
//! ```no_run
//! use salon::engine::{Message, Server, Socket};
//!
//! # async fn example() -> std::io::Result<()> {
//! let engine = Server::new();
//! engine.on_message(|socket: Socket, message: Message| async move {
//!     let _ = socket.send(message);
//! });
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! salon::serve(listener, engine).await
//! # }
//! ```

mod message;
mod receiver;
mod server;
mod socket;

pub use message::Message;
pub use salon_proto::SessionId;
pub use salon_proto::engine::Protocol;
pub use server::Server;
pub use socket::Socket;

use receiver::EngineReceiver;
