//! Events from server to server.

use salon_proto::packet::{EncodeError, json};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use super::Namespace;
use crate::handler::EmitError;
use crate::responses::{ResponsesFuture, Waiting};

/// Names that Node's servers emit themselves.
const RESERVED: [&str; 3] = ["connect", "connection", "new_namespace"];

/// Events from server to server.
impl Namespace {
    /// Sends an event to this namespace of the other servers of a cluster, and to no client. The
    /// server that emits does not get it; so nobody does where it is the only one, as all are
    /// until salon has clusters.
    ///
    /// # Errors
    /// When the name is one of those that servers emit themselves, or the arguments cannot be
    /// written as JSON.
    pub fn server_side_emit<T: Serialize>(&self, event: &str, args: T) -> Result<(), EmitError> {
        if RESERVED.contains(&event) {
            return Err(EncodeError::Reserved(event.into()).into());
        }
        let written = json::write_event(&mut Vec::new(), event, &args, &mut Vec::new());
        written.map_err(|error| EncodeError::Json(error).into())
    }

    /// The same, and waits for the answer of each of the other servers: of none of them where
    /// there is only one.
    pub fn server_side_emit_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        args: impl Serialize,
    ) -> ResponsesFuture<R> {
        let (_, answers) = mpsc::unbounded_channel();
        let sent = self.server_side_emit(event, args);
        let waiting = sent.map(|()| Waiting::new(self.0.next_ack_id(), answers));
        ResponsesFuture::new(waiting, self.0.ack_timeout)
    }
}
