//! What the handlers ask of a server's socket.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use salon_handler::{Answer, EmitError, Observer, Peer};
use salon_proto::{DisconnectReason, Encoded};
use serde::Serialize;

use crate::socket::Socket;

impl Peer for Socket {
    type DisconnectReason = DisconnectReason;
    type AckId = u64;
    type Packet = Encoded;

    const SET_STATE: &'static str = "Server::set_state";

    fn log_id(&self) -> impl fmt::Display {
        self.id()
    }

    fn write_answer<T: Serialize + ?Sized>(
        &self,
        id: u64,
        values: &T,
    ) -> Result<Encoded, EmitError> {
        let namespace = self.namespace_inner();
        Ok(namespace.codec.ack(&namespace.name, id, values)?)
    }

    fn rewrite_answer(&self, id: u64, answer: &Answer) -> Result<Encoded, EmitError> {
        let namespace = self.namespace_inner();
        let (array, attachments) = (&answer.array, &answer.attachments);
        let codec = &namespace.codec;
        Ok(codec.ack_array(&namespace.name, id, array, attachments)?)
    }

    fn send_answer(&self, packet: Encoded) -> Result<(), EmitError> {
        self.send_packet(packet, false)
    }

    fn observers(&self) -> Vec<Observer<Self>> {
        let server = self.connection().server.handlers.shared.failures.items();
        let tables = self.tables();
        let namespace = tables
            .iter()
            .flat_map(|table| table.shared.failures.items());
        namespace.chain(server).collect()
    }

    fn sequence(&self) -> Arc<tokio::sync::Mutex<()>> {
        Self::sequence(self)
    }

    async fn run_apart<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.connection().session.run_apart(future).await
    }

    fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.server().state()
    }

    fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        Self::extension(self)
    }
}
