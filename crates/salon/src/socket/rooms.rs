//! The rooms of one socket.

use super::Socket;
use super::membership::Membership;
use crate::hub::{Hub, Join, Key, Leave, Room};
use crate::namespace::RoomEvent;

/// Rooms.
impl Socket {
    /// Joins a room. `false`: it was in it, is disconnected, or is in as many rooms as it may
    /// ([`Limits::max_rooms`](crate::Limits)), or the name is too long (`max_room_name`); the last
    /// two are logged.
    pub fn join(&self, room: impl Into<Room>) -> bool {
        let room = room.into();
        if room.as_str().len() > self.0.connection.server.config.limits.max_room_name {
            tracing::warn!(socket = %self.id(), "the name of a room is longer than Limits::max_room_name allows");
            return false;
        }
        let joined = match &mut *self.0.membership.lock() {
            Membership::Connecting(rooms) | Membership::Admitted(rooms) => {
                self.join_later(rooms, room)
            }
            Membership::Connected(key) => self.join_now(*key, &room),
            Membership::Gone(_) => Ok(false),
        };
        self.0.namespace.tell_of_rooms();
        joined.unwrap_or_else(|TooMany| {
            tracing::warn!(socket = %self.id(), "it is in as many rooms as Limits::max_rooms allows");
            false
        })
    }

    /// Leaves a room. `false`: it was not in it.
    pub fn leave(&self, room: impl Into<Room>) -> bool {
        let room = room.into();
        let left = match &mut *self.0.membership.lock() {
            Membership::Connecting(rooms) | Membership::Admitted(rooms) => {
                let before = rooms.len();
                rooms.retain(|one| *one != room);
                rooms.len() < before
            }
            Membership::Connected(key) => self.leave_now(*key, &room),
            Membership::Gone(_) => false,
        };
        self.0.namespace.tell_of_rooms();
        left
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
        let joined = hub.join(key, room.as_str());
        self.note_join(joined, room);
        Ok(joined.is_new())
    }

    fn leave_now(&self, key: Key, room: &Room) -> bool {
        let mut hub = self.0.namespace.hub.lock();
        let left = hub.leave(key, room.as_str());
        if left.was_member() && self.0.namespace.has_room_hooks() {
            self.note_leave(room, left == Leave::Deleted);
        }
        left.was_member()
    }

    /// To be called under the hub's lock.
    pub(super) fn note_join(&self, joined: Join, room: &Room) {
        let namespace = &self.0.namespace;
        if !joined.is_new() || !namespace.has_room_hooks() {
            return;
        }
        if joined == Join::Created {
            namespace.note_room(RoomEvent::Created(room.clone()));
        }
        namespace.note_room(RoomEvent::Joined(room.clone(), self.id()));
    }

    /// The same.
    pub(super) fn note_leave(&self, room: &Room, is_deleted: bool) {
        let namespace = &self.0.namespace;
        namespace.note_room(RoomEvent::Left(room.clone(), self.id()));
        if is_deleted {
            namespace.note_room(RoomEvent::Deleted(room.clone()));
        }
    }

    fn max_rooms(&self) -> usize {
        self.0.connection.server.config.limits.max_rooms
    }
}

/// The socket is in as many rooms as it may be in.
struct TooMany;
