//! Handlers of Socket.IO events: what the server and the client of salon share.
//!
//! **Users never name this crate**: `salon` and `salon-client` export what they need of it, made
//! for their own socket. A handler is a plain async function whose arguments say what it needs:
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
//! - Each argument but the last is an [`Extract`]: the socket, [`State`], [`Ack`] and so on.
//! - The last argument may also be the event's data: any type that serde can read. A tuple
//!   stands for several arguments of the event.
//! - What the handler returns is the acknowledgement: `()` sends none, a tuple several values.
//!   A `Result` sends its value, or reports its error: a [`HandlerError`], what turns into one,
//!   or what serde can write.
//!
//! # How a side plugs in
//!
//! 1. Implement [`Peer`] for the side's `Socket`: how answers are written and sent, who is told
//!    of failures, where state is.
//! 2. Implement [`Extract<Socket>`](Extract) for the side's own arguments: `Socket` itself, its
//!    disconnect reason ([`Call::disconnect_reason`]), and what only it has ([`Call::detail`]).
//! 3. Export aliases, so that users see no parameter: `pub type Call<'a> =
//!    salon_handler::Call<'a, Socket>`, and the same for [`Ack`], [`Failure`] and
//!    [`Deduplicated`]; a trait `Handler<M>` above [`Handler<Socket, M>`](Handler); a function
//!    `deduplicated`. The rest has no parameter of the side and is exported as it is.
//! 4. Keep an `Arc<`[`Table`]`<Socket>>` of handlers, or one of your own with a `Table` and more
//!    [`Handlers`] in it. A method that registers adds the handler to its list and wraps the key:
//!    `Registration::new(&table, table.events.add(event, false, handler))`.
//! 5. When an event came: make a [`Call`], then `table.any.call(…)` and [`handle`]. They need a
//!    [`Start`]: [`Start::now`] within the task that also polls what is kept, else
//!    [`Start::later`]. For an event that must wait, or is given to hooks for outgoing events,
//!    there is [`OwnedEvent`].
//!
//! Handlers are called while no lock is held, neither of this crate nor of the side. A panic of
//! a handler is a [`Failure`] and goes no further.

mod ack;
mod as_result;
mod call;
mod deduplicated;
mod emit_error;
mod erased;
mod error;
pub mod event;
mod extract;
mod failure;
mod handler;
mod handlers;
mod list;
mod name_hash;
mod order;
mod owned_event;
mod peer;
mod pending;
mod place;
mod recent;
mod registration;
mod reply;
mod running;
mod table;
#[cfg(test)]
mod testing;
mod values;

pub use ack::{Ack, AckError, Answer, Asker};
pub use call::{Call, Data, Occasion};
pub use deduplicated::{Deduplicated, deduplicated};
pub use emit_error::EmitError;
pub use erased::{Check, Checked, check};
pub use error::HandlerError;
pub use event::{Event, EventHandler};
pub use extract::{EventName, Extension, Extract, ExtractLast, State, ViaCall, ViaData};
pub use failure::{
    Failure, FailureKind, Observer, refuse_connection, refuse_event, report_bad_event,
};
pub use handler::Handler;
pub use handlers::{Events, Handlers};
pub use list::List;
pub use order::{Around, Concurrent, Sequential, concurrent, sequential};
pub use owned_event::OwnedEvent;
pub use peer::Peer;
pub use pending::Pending;
pub use registration::{Key, Registration, Remove};
pub use reply::{Reply, ViaResult, ViaValue};
pub use running::{Start, Task};
pub use salon_macros::EventForBoth as Event;
pub use table::{Table, handle};
pub use values::Values;
