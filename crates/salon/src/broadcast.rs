//! An event for many.

use std::sync::Arc;

use salon_proto::{Encoded, packet};
use serde::Serialize;

use crate::error::{EmitError, Emitted};
use crate::hub::{Room, Target};
use crate::namespace::NamespaceInner;
use crate::socket::Socket;

/// Whom an event is for: built step by step, then used. It can be cloned and used again.
///
/// Rooms add up, and a socket that is in several of them gets the event once. Without a room
/// it is for everyone in the namespace.
///
/// ```
/// # let io = salon::Server::new();
/// io.to("red").to("blue").except("muted").emit("news", "hello");
/// ```
#[derive(Clone)]
#[must_use = "a broadcast does nothing until something is emitted"]
pub struct Broadcast {
    namespace: Arc<NamespaceInner>,
    target: Target,
    is_volatile: bool,
}

impl Broadcast {
    pub(crate) fn new(namespace: Arc<NamespaceInner>) -> Self {
        Self {
            namespace,
            target: Target::all(),
            is_volatile: false,
        }
    }

    /// Adds the members of a room.
    pub fn to(mut self, room: impl Into<Room>) -> Self {
        self.target = self.target.to(room);
        self
    }

    /// The same as [`to`](Self::to); JavaScript calls it `in`.
    pub fn within(self, room: impl Into<Room>) -> Self {
        self.to(room)
    }

    /// Leaves out the members of a room.
    pub fn except(mut self, room: impl Into<Room>) -> Self {
        self.target = self.target.except(room);
        self
    }

    /// Only clients of this server, where several servers form a cluster.
    pub fn local(mut self) -> Self {
        self.target = self.target.local();
        self
    }

    /// Only clients that can take the event this moment; others miss it.
    pub const fn volatile(mut self) -> Self {
        self.is_volatile = true;
        self
    }

    /// Sends an event. A tuple gives several arguments, `()` none.
    ///
    /// The event is encoded once, whatever the number of recipients.
    pub fn emit<T: Serialize>(&self, event: &str, args: T) -> Emitted {
        match packet::event(&self.namespace.name, None, event, &args) {
            Ok(packet) => self.deliver(&packet),
            Err(error) => Emitted::failed(0, EmitError::from(error)),
        }
    }

    /// Puts the sockets of this server that it is for into a room, as
    /// [`Socket::join`](crate::Socket::join) does.
    pub fn sockets_join(&self, room: impl Into<Room>) {
        let room = room.into();
        for socket in self.sockets() {
            socket.join(&room);
        }
    }

    /// Takes the sockets of this server that it is for out of a room.
    pub fn sockets_leave(&self, room: impl Into<Room>) {
        let room = room.into();
        for socket in self.sockets() {
            socket.leave(&room);
        }
    }

    /// Disconnects the clients; `close` as for [`Socket::disconnect`](crate::Socket::disconnect).
    pub fn disconnect_sockets(&self, close: bool) {
        for socket in self.sockets() {
            socket.disconnect(close);
        }
    }

    /// The sockets of this server that it is for.
    #[must_use]
    pub fn sockets(&self) -> Vec<Socket> {
        let mut hub = self.namespace.hub.lock();
        hub.select(&self.target).cloned().collect()
    }

    fn deliver(&self, packet: &Encoded) -> Emitted {
        let mut recipients = 0;
        let mut failure = None;
        let mut hub = self.namespace.hub.lock();
        for socket in hub.select(&self.target) {
            match socket.deliver(packet.clone(), self.is_volatile) {
                Ok(()) => recipients += 1,
                // Missing it is what volatile means.
                Err(_) if self.is_volatile => {}
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        match failure {
            None => Emitted::to(recipients),
            Some(error) => Emitted::failed(recipients, error),
        }
    }
}

impl std::fmt::Debug for Broadcast {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broadcast")
            .field("namespace", &self.namespace.name)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
