//! What a handler's return value does.

use std::any::{Any, TypeId};

use bytes::Bytes;
use salon_proto::packet::json;
use serde::Serialize;

use crate::ack::Asker;
use crate::as_result::reply_result;
use crate::error::HandlerError;

/// A return value of a handler: the acknowledgement, if the sender of the event asked for one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be returned by a handler",
    note = "return `()`, a type that serde can write, or `Result<_, HandlerError>`"
)]
pub trait Reply<M>: Send + 'static {
    /// Sends the acknowledgement.
    ///
    /// # Errors
    /// When the value is an error, or cannot be written.
    fn reply(self, asker: &impl Asker) -> Result<(), HandlerError>;
}

/// Marks a plain value.
#[derive(Debug)]
pub struct ViaValue;

/// Marks a `Result`.
#[derive(Debug)]
pub struct ViaResult;

impl<T: Serialize + Send + 'static> Reply<ViaValue> for T {
    fn reply(self, asker: &impl Asker) -> Result<(), HandlerError> {
        // A handler that returns nothing leaves the answer to an `Ack` argument.
        if TypeId::of::<T>() == TypeId::of::<()>() {
            return Ok(());
        }
        if let Some(bytes) = (&self as &dyn Any).downcast_ref::<Bytes>() {
            return Ok(json::with_shared(bytes, || asker.answer(bytes))?);
        }
        match reply_result(&self, asker) {
            Some(replied) => replied,
            None => Ok(asker.answer(&self)?),
        }
    }
}

impl<T, E> Reply<ViaResult> for Result<T, E>
where
    T: Serialize + Send + 'static,
    E: Into<HandlerError> + Send + 'static,
{
    fn reply(self, asker: &impl Asker) -> Result<(), HandlerError> {
        self.map_err(Into::into)?.reply(asker)
    }
}
