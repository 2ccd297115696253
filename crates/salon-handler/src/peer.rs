//! What a side gives to its handlers.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;

use crate::ack::Answer;
use crate::emit_error::EmitError;
use crate::failure::Observer;

/// The socket of one side, on whose behalf handlers are called: `salon::Socket` or
/// `salon_client::Socket`.
///
/// Clones are cheap and mean the same socket. The methods are called under no lock.
pub trait Peer: Clone + fmt::Debug + Send + Sync + 'static {
    /// Why it was disconnected, in this side's words.
    type DisconnectReason: Clone + fmt::Debug + Send + Sync + 'static;

    /// The method that takes shared state, as errors name it: "Server::set_state".
    const SET_STATE: &'static str;

    /// What the log calls it.
    fn log_id(&self) -> impl fmt::Display;

    /// What the answer to an event names the event by.
    type AckId: Copy + fmt::Debug + Send + Sync + 'static;

    /// An answer that is ready to be sent.
    type Packet;

    /// Writes the answer to the event of this id. A tuple gives several values.
    ///
    /// # Errors
    /// When the values cannot be written.
    fn write_answer<T: Serialize + ?Sized>(
        &self,
        id: Self::AckId,
        values: &T,
    ) -> Result<Self::Packet, EmitError>;

    /// The same with an answer to another try of the same event.
    ///
    /// # Errors
    /// When it cannot be written.
    fn rewrite_answer(&self, id: Self::AckId, answer: &Answer) -> Result<Self::Packet, EmitError>;

    /// Sends what was written.
    ///
    /// # Errors
    /// When the other side is gone or too slow.
    fn send_answer(&self, packet: Self::Packet) -> Result<(), EmitError>;

    /// Whoever is to be told of failures.
    fn observers(&self) -> Vec<Observer<Self>>;

    /// What its sequential handlers wait for: the same for each call.
    fn sequence(&self) -> Arc<tokio::sync::Mutex<()>>;

    /// Runs a future in a task of its own, which ends when its socket does; `None` if it
    /// panicked or was cut off.
    fn run_apart<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> impl Future<Output = Option<T>> + Send;

    /// The shared state of this type, if there is any.
    fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>>;

    /// The value of this type that is kept with the socket, if there is any.
    fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>>;
}
