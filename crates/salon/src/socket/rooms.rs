//! The rooms of one socket.

use super::Socket;
use super::membership::Membership;
use crate::hub::{Hub, Key, Room};

/// Rooms.
impl Socket {
    /// Joins a room. `false`: it was in it, is disconnected, or is in as many rooms as it may
    /// ([`Limits::max_rooms`](crate::Limits)), which is logged.
    pub fn join(&self, room: impl Into<Room>) -> bool {
        let room = room.into();
        let joined = match &mut *self.0.membership.lock() {
            Membership::Connecting(rooms) | Membership::Admitted(rooms) => {
                self.join_later(rooms, room)
            }
            Membership::Connected(key) => self.join_now(*key, &room),
            Membership::Gone(_) => Ok(false),
        };
        joined.unwrap_or_else(|TooMany| {
            tracing::warn!(socket = %self.id(), "it is in as many rooms as Limits::max_rooms allows");
            false
        })
    }

    /// Leaves a room. `false`: it was not in it.
    pub fn leave(&self, room: impl Into<Room>) -> bool {
        let room = room.into();
        match &mut *self.0.membership.lock() {
            Membership::Connecting(rooms) | Membership::Admitted(rooms) => {
                let before = rooms.len();
                rooms.retain(|one| *one != room);
                rooms.len() < before
            }
            Membership::Connected(key) => {
                let left = self.0.namespace.hub.lock().leave(*key, room.as_str());
                left.was_member()
            }
            Membership::Gone(_) => false,
        }
    }

    /// The rooms it is in, that of its own id included; none once it is disconnected.
    ///
    /// In [`on_disconnecting`](crate::Namespace::on_disconnecting) handlers, until they first
    /// wait, these are the rooms that it has just left.
    #[must_use]
    pub fn rooms(&self) -> Vec<String> {
        let membership = self.0.membership.lock();
        self.rooms_in(&self.0.namespace.hub.lock(), &membership)
    }

    pub(super) fn rooms_in(&self, hub: &Hub<Self>, membership: &Membership) -> Vec<String> {
        match membership {
            Membership::Connecting(rooms) | Membership::Admitted(rooms) => {
                let own = self.id().to_string();
                let others = rooms.iter().map(|room| room.as_str().to_owned());
                std::iter::once(own).chain(others).collect()
            }
            Membership::Connected(key) => hub.rooms_of(*key).map(str::to_owned).collect(),
            Membership::Gone(left) => left.clone(),
        }
    }

    fn join_later(&self, rooms: &mut Vec<Room>, room: Room) -> Result<bool, TooMany> {
        let is_new = !rooms.contains(&room) && room.as_str() != self.id().as_str();
        if is_new && rooms.len() >= self.max_rooms() {
            return Err(TooMany);
        }
        if is_new {
            rooms.push(room);
        }
        Ok(is_new)
    }

    fn join_now(&self, key: Key, room: &Room) -> Result<bool, TooMany> {
        let mut hub = self.0.namespace.hub.lock();
        if hub.is_in(key, room.as_str()) {
            return Ok(false);
        }
        // Its own room, which the limit does not count, is among them.
        if hub.rooms_len(key) > self.max_rooms() {
            return Err(TooMany);
        }
        Ok(hub.join(key, room.as_str()).is_new())
    }

    fn max_rooms(&self) -> usize {
        self.0.connection.server.config.limits.max_rooms
    }
}

/// The socket is in as many rooms as it may be in.
struct TooMany;
