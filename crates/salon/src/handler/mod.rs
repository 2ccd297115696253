//! Handlers: plain async functions whose arguments say what they need.
//!
//! ```
//! use salon::{Server, Socket};
//!
//! async fn greet(socket: Socket, name: String) {
//!     socket.emit("greeting", format!("Hello {name}!"));
//! }
//!
//! let io = Server::new();
//! io.on("hello", greet);
//! io.on("add", |(a, b): (i64, i64)| async move { a + b });
//! ```
//!
//! What they are, and what the server shares with the client, is in the crate `salon-handler`;
//! here is the server's part: its arguments, its middlewares and its table.

mod aliases;
mod dispatch;
mod extract;
mod peer;
mod table;

pub use aliases::{Ack, Call, Deduplicated, EventHandler, Failure, Handler, deduplicated};
pub use salon_handler::{
    AckError, Around, Concurrent, EmitError, EventName, Extension, Extract, ExtractLast,
    FailureKind, HandlerError, Registration, Reply, Sequential, State, ViaCall, ViaData, ViaResult,
    ViaValue, concurrent, sequential,
};

pub use salon_handler::event::Event;

pub(crate) use aliases::{Check, Occasion};
pub(crate) use dispatch::{Tables, dispatch, show};
pub(crate) use salon_handler::{
    Answer, Data, OwnedEvent, Start, Task, refuse_connection, report_bad_event,
};
pub(crate) use table::Table;
