//! A side for unit tests, of which nothing is asked.

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

use serde::Serialize;

use crate::ack::Answer;
use crate::emit_error::EmitError;
use crate::failure::Observer;
use crate::peer::Peer;

#[derive(Clone, Debug)]
pub(crate) struct NoPeer;

impl Peer for NoPeer {
    type DisconnectReason = Infallible;
    type AckId = u64;
    type Packet = ();

    const SET_STATE: &'static str = "";

    fn log_id(&self) -> impl fmt::Display {
        "nobody"
    }

    fn write_answer<T: Serialize + ?Sized>(&self, _: u64, _: &T) -> Result<(), EmitError> {
        Ok(())
    }

    fn rewrite_answer(&self, _: u64, _: &Answer) -> Result<(), EmitError> {
        Ok(())
    }

    fn send_answer(&self, (): ()) -> Result<(), EmitError> {
        Ok(())
    }

    fn observers(&self) -> Vec<Observer<Self>> {
        Vec::new()
    }

    fn sequence(&self) -> Arc<tokio::sync::Mutex<()>> {
        Arc::default()
    }

    async fn run_apart<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        Some(future.await)
    }

    fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        None
    }

    fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        None
    }
}
