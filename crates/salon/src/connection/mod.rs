//! Socket.IO over one session: the namespaces it has joined, and who gets its packets.

mod joining;
mod receiver;
pub(crate) mod v4;

use std::sync::Arc;

use parking_lot::Mutex;
use salon_proto::engine::Protocol;
use salon_proto::namespace::Namespaces;
use salon_proto::packet::EncodeError;
use salon_proto::parser::Codec;
use salon_proto::timer::Instant;
use salon_proto::{DisconnectReason, Encoded};

use crate::handshake::Handshake;
use crate::server::ServerInner;
use crate::session::Session;
use crate::socket::Socket;

pub(crate) use receiver::ConnectionReceiver;

/// What the sockets of one client share.
pub(crate) struct Connection {
    pub(crate) server: Arc<ServerInner>,
    pub(crate) session: Arc<Session>,
    pub(crate) handshake: Arc<Handshake>,
    namespaces: Mutex<Namespaces<Socket>>,
    is_v4: bool,
}

impl Connection {
    pub(crate) fn new(
        server: Arc<ServerInner>,
        session: Arc<Session>,
        handshake: Handshake,
        now: Instant,
    ) -> Arc<Self> {
        Arc::new(Self {
            namespaces: Mutex::new(Namespaces::new(now, &server.config.timing)),
            handshake: Arc::new(handshake),
            is_v4: session.protocol() == Protocol::V3,
            server,
            session,
        })
    }

    /// Whether the client speaks [protocol 4](v4) of Socket.IO.
    pub(crate) const fn is_v4(&self) -> bool {
        self.is_v4
    }

    /// Takes a socket out. The client may have joined its namespace anew by then.
    pub(crate) fn leave(&self, socket: &Socket) {
        let is_meant = |joined: &Socket| joined.is_same(socket);
        let left = self
            .namespaces
            .lock()
            .leave(socket.namespace_name(), is_meant);
        drop(left);
    }

    /// Disconnects from all namespaces, tells the client, and ends the session.
    pub(crate) fn disconnect_all(&self) {
        for socket in self.sockets() {
            socket.disconnect(false);
        }
        self.session.close();
    }

    /// The sockets of this client.
    pub(crate) fn sockets(&self) -> Vec<Socket> {
        self.namespaces.lock().iter().cloned().collect()
    }

    /// Ends the session of a client that broke the rules. As in Node, the reason depends on
    /// whether the client can be told at once: only where it cannot, the sockets do not wait
    /// for the end of the session.
    fn force_close(&self) {
        self.session.close();
        if self.session.waits_for_poll() {
            self.end_sockets(DisconnectReason::ForcedServerClose);
        }
    }

    fn end_sockets(&self, reason: DisconnectReason) {
        let sockets: Vec<_> = self.namespaces.lock().drain().collect();
        for socket in sockets {
            socket.end(reason);
        }
    }

    /// For packets about joining and leaving; one that cannot be sent any more is of no use to
    /// anybody. A client to whom they cannot be written cannot be served at all.
    pub(crate) fn send(&self, packet: Result<Encoded, EncodeError>) {
        match packet {
            Ok(packet) => drop(self.session.send(packet, false)),
            Err(error) => {
                tracing::error!("closing a session, since its packets cannot be written: {error}");
                self.session.close();
            }
        }
    }

    pub(crate) fn codec(&self) -> &Codec {
        &self.server.config.codec
    }
}
