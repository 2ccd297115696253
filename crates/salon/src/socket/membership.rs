//! How a socket enters its namespace and leaves it.

use std::mem;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future::FutureExt;
use futures_util::stream::{FuturesUnordered, StreamExt};
use salon_proto::DisconnectReason;

use super::Socket;
use crate::handler::{Call, Data, Occasion, Start, Table, Task};
use crate::hub::{Join, Key, Room};

/// Where a socket stands with its namespace.
pub(super) enum Membership {
    /// The middlewares are at work; these rooms are joined afterwards.
    Connecting(Vec<Room>),
    /// The client is let in; others cannot find the socket yet.
    Admitted(Vec<Room>),
    Connected(Key),
    /// It is disconnected. While its `on_disconnecting` handlers begin, the rooms it was in are
    /// still known.
    Gone(Vec<String>),
}

/// The beginning.
impl Socket {
    /// The client is let in and told so: it can be sent events. If it was away, it gets first
    /// what it has missed. `false`: some of that is not known any more.
    pub(crate) fn admit(&self) -> bool {
        let connection = &self.0.connection;
        let (name, recovery) = (self.namespace_name(), self.recovery_id());
        let consent = match connection.is_v4() {
            true => connection.codec().connect_v4(name),
            false => connection.codec().connect(name, &self.id(), recovery),
        };
        let mut membership = self.0.membership.lock();
        let Membership::Connecting(rooms) = &mut *membership else {
            return true;
        };
        let rooms = mem::take(rooms);
        let hub = recovery.map(|_| self.0.namespace.hub.lock());
        if !self.begin_recovery(&rooms) {
            return false;
        }
        connection.send(consent);
        drop(hub);
        *membership = Membership::Admitted(rooms);
        self.0.is_connected.store(true, Ordering::Release);
        true
    }

    /// Others can find the socket from here on, so broadcasts reach it.
    pub(crate) fn enter(&self) {
        self.enter_hub();
        self.0.namespace.tell_of_rooms();
    }

    fn enter_hub(&self) {
        let mut membership = self.0.membership.lock();
        let Membership::Admitted(rooms) = &mut *membership else {
            return;
        };
        let rooms = mem::take(rooms);
        let mut hub = self.0.namespace.hub.lock();
        self.catch_up(&rooms);
        // An id is random, and a client comes back once, so it is never taken already.
        let Ok(key) = hub.insert(self.id(), self.clone()) else {
            return;
        };
        if self.0.namespace.has_room_hooks() {
            let own = Room::from(self.id());
            let joined = match hub.room_len(own.as_str()) {
                1 => Join::Created,
                _ => Join::Joined,
            };
            self.note_join(joined, &own);
        }
        for room in rooms {
            self.note_join(hub.join(key, room.as_str()), &room);
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
        let reason = DisconnectReason::ServerNamespaceDisconnect;
        if self.take_out(reason) {
            let connection = &self.0.connection;
            connection.send(connection.codec().disconnect(self.namespace_name()));
            self.finish(reason);
        }
    }

    /// Leaves all rooms, fails what waits for answers, and calls the `on_disconnect` handlers.
    pub(crate) fn end(&self, reason: DisconnectReason) {
        if self.take_out(reason) {
            self.finish(reason);
        }
    }

    /// It was never connected, and will not be.
    pub(crate) fn abandon(&self) {
        *self.0.membership.lock() = Membership::Gone(Vec::new());
        drop(self.take_handlers());
        self.0.connection.server.vacate(&self.0.namespace);
    }

    /// From here on it is disconnected; `false` if it was before, or never connected.
    fn take_out(&self, reason: DisconnectReason) -> bool {
        let is_taken = self.leave_hub(reason);
        self.0.namespace.tell_of_rooms();
        is_taken
    }

    fn leave_hub(&self, reason: DisconnectReason) -> bool {
        let keeps_rooms = self
            .tables()
            .iter()
            .any(|table| !table.disconnecting.is_empty());
        let mut membership = self.0.membership.lock();
        if let Membership::Connecting(_) | Membership::Gone(_) = &*membership {
            return false;
        }
        let mut hub = self.0.namespace.hub.lock();
        let expired = self.end_recovery(&hub, &membership, reason);
        let has_hooks = self.0.namespace.has_room_hooks();
        let rooms = (keeps_rooms || has_hooks).then(|| self.rooms_in(&hub, &membership));
        let rooms = rooms.unwrap_or_default();
        let gone = Membership::Gone(Vec::new());
        self.0.is_connected.store(false, Ordering::Release);
        let removed = match mem::replace(&mut *membership, gone) {
            Membership::Connected(key) => hub.remove(key),
            _ => None,
        };
        if has_hooks && removed.is_some() {
            for room in &rooms {
                self.note_leave(&room.into(), hub.room_len(room) == 0);
            }
        }
        if keeps_rooms {
            *membership = Membership::Gone(rooms);
        }
        drop((hub, membership));
        drop(removed);
        self.tell_expired(expired);
        true
    }

    fn finish(&self, reason: DisconnectReason) {
        self.0.connection.leave(self);
        self.0.connection.server.vacate(&self.0.namespace);
        // The waiters are told when the lock is free again.
        let owed = self.0.acks.lock().take();
        drop(owed);
        let session = &self.0.connection.session;
        let tables = self.tables_with(self.take_handlers());
        let call = self.end_call(reason);
        let mut leaving = Vec::new();
        let mut keep = |task| leaving.push(task);
        tables.disconnecting(&call, &mut Start::later(&mut keep));
        if leaving.is_empty() {
            let mut keep = |task| session.start(task);
            return tables.disconnect(&call, &mut Start::later(&mut keep));
        }
        let own = tables.own;
        session.start(Box::pin(self.clone().leave_in_steps(own, reason, leaving)));
    }

    /// The `on_disconnecting` handlers begin, then the rooms are forgotten, then the
    /// `on_disconnect` handlers begin; all run to their end.
    async fn leave_in_steps(
        self,
        own: Option<Arc<Table>>,
        reason: DisconnectReason,
        leaving: Vec<Task>,
    ) {
        let mut running = FuturesUnordered::new();
        for mut task in leaving {
            if (&mut task).now_or_never().is_none() {
                running.push(task);
            }
        }
        if let Membership::Gone(rooms) = &mut *self.0.membership.lock() {
            *rooms = Vec::new();
        }
        let call = self.end_call(reason);
        self.tables_with(own)
            .disconnect(&call, &mut Start::later(&mut |task| running.push(task)));
        while running.next().await.is_some() {}
    }

    fn end_call(&self, reason: DisconnectReason) -> Call<'_> {
        let occasion = Occasion::Disconnect(reason);
        Call::new(self, occasion, Data::None, None)
    }
}
