//! A manager as its handlers know it.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use salon_handler::{Answer, Call, EmitError, Extract, HandlerError, Observer, Peer};
use salon_proto::CloseReason;
use serde::Serialize;

use super::Manager;
use crate::error::ConnectError;

const NO_EVENTS: EmitError = EmitError::disconnected("a manager answers no events");

/// Its handlers are told; there is nothing to answer.
impl Peer for Manager {
    type DisconnectReason = ();
    const SET_STATE: &'static str = "Manager::set_state";
    type AckId = ();
    type Packet = ();

    fn log_id(&self) -> impl fmt::Display {
        "manager"
    }

    fn write_answer<T: Serialize + ?Sized>(&self, _: (), _: &T) -> Result<(), EmitError> {
        Err(NO_EVENTS)
    }

    fn rewrite_answer(&self, _: (), _: &Answer) -> Result<(), EmitError> {
        Err(NO_EVENTS)
    }

    fn send_answer(&self, _: ()) -> Result<(), EmitError> {
        Err(NO_EVENTS)
    }

    fn observers(&self) -> Vec<Observer<Self>> {
        Vec::new()
    }

    fn sequence(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(self.0.sequence.get_or_init(Arc::default))
    }

    async fn run_apart<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        Self::run_apart(self, future).await
    }

    fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Self::state(self)
    }

    fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        None
    }
}

impl Extract<Self> for Manager {
    fn extract(call: &Call<'_, Self>) -> Result<Self, HandlerError> {
        Ok(call.socket().clone())
    }
}

/// The reason is there in `on_close` handlers only.
impl Extract<Manager> for CloseReason {
    fn extract(call: &Call<'_, Manager>) -> Result<Self, HandlerError> {
        call.detail().copied().ok_or_else(|| {
            HandlerError::new("CloseReason is an argument for on_close handlers only")
        })
    }
}

/// The error is there in handlers of errors only.
impl Extract<Manager> for ConnectError {
    fn extract(call: &Call<'_, Manager>) -> Result<Self, HandlerError> {
        call.detail().cloned().ok_or_else(|| {
            HandlerError::new("ConnectError is an argument for handlers of errors only")
        })
    }
}
