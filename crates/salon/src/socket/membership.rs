//! How a socket enters its namespace and leaves it.

use std::mem;

use salon_proto::DisconnectReason;

use super::Socket;
use crate::ack::Ack;
use crate::handler::{Call, Data, Occasion};
use crate::hub::{Key, Room};

/// Where a socket stands with its namespace.
pub(super) enum Membership {
    /// The middlewares are at work; these rooms are joined afterwards.
    Connecting(Vec<Room>),
    /// The client is let in; others cannot find the socket yet.
    Admitted(Vec<Room>),
    Connected(Key),
    Gone,
}

/// The beginning.
impl Socket {
    /// The client is let in: it can be sent events.
    pub(crate) fn admit(&self) {
        let mut membership = self.0.membership.lock();
        if let Membership::Connecting(rooms) = &mut *membership {
            *membership = Membership::Admitted(mem::take(rooms));
        }
    }

    /// Others can find the socket from here on, so broadcasts reach it.
    pub(crate) fn enter(&self) {
        let mut membership = self.0.membership.lock();
        let Membership::Admitted(rooms) = &mut *membership else {
            return;
        };
        let rooms = mem::take(rooms);
        let mut hub = self.0.namespace.hub.lock();
        // An id is random, so it is never taken already.
        let Ok(key) = hub.insert(self.id(), self.clone()) else {
            return;
        };
        for room in rooms {
            hub.join(key, room.as_str());
        }
        *membership = Membership::Connected(key);
    }
}

/// The end.
impl Socket {
    /// Disconnects the client: from this namespace, or with `close` from all of them, and then
    /// ends its connection.
    pub fn disconnect(&self, close: bool) {
        if close && self.is_connected() {
            return self.0.connection.disconnect_all();
        }
        // Whoever takes it out first, of several at a time, sees to its end.
        if self.take_out() {
            let connection = &self.0.connection;
            connection.send(connection.codec().disconnect(self.namespace_name()));
            self.finish(DisconnectReason::ServerNamespaceDisconnect);
        }
    }

    /// Leaves all rooms, fails what waits for answers, and calls the `on_disconnect` handlers.
    pub(crate) fn end(&self, reason: DisconnectReason) {
        if self.take_out() {
            self.finish(reason);
        }
    }

    /// From here on it is disconnected; `false` if it was before, or never connected.
    fn take_out(&self) -> bool {
        let membership = mem::replace(&mut *self.0.membership.lock(), Membership::Gone);
        match membership {
            Membership::Connected(key) => {
                let socket = self.0.namespace.hub.lock().remove(key);
                drop(socket);
                true
            }
            Membership::Admitted(_) => true,
            Membership::Connecting(_) | Membership::Gone => false,
        }
    }

    fn finish(&self, reason: DisconnectReason) {
        self.0.connection.leave(self);
        // The waiters are told when the lock is free again.
        let owed = self.0.acks.lock().take();
        drop(owed);
        let occasion = Occasion::Disconnect(reason);
        let call = Call::new(self, occasion, Data::None, Ack::unwanted());
        let session = &self.0.connection.session;
        let handlers = &self.0.namespace.handlers;
        handlers.on_disconnect(&call, |task| session.start(task));
    }
}
