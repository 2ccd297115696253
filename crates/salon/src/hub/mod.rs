//! The registry of a namespace: who is in which room, and who gets this message.
//!
//! It is pure: no clock, no tasks, no I/O, and it never calls out. Its caller holds the lock.
//!
//! ```text
//!   Sockets   slab of Entry ── memberships: [(room, position), …]     id → index
//!                 ▲                            │
//!                 │ socket            room     ▼
//!   Rooms     slab of Record ─ members: [(socket, slot), …]         name → index
//! ```
//!
//! Each side of a membership knows its place in the other's list, so joining and leaving take
//! constant time while every list stays dense and quick to walk. As in Node, each socket starts
//! in the room of its own id; that one is only a flag of the entry, and becomes a record of its
//! own as soon as somebody else joins it.

mod room;
mod room_list;
mod rooms;
mod select;
mod sockets;
mod target;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use room::Room;
pub use room_list::Rooms;
pub(crate) use select::Recipients;
pub(crate) use sockets::Key;
pub(crate) use target::Target;

use salon_proto::SocketId;

use rooms::{Member, Rooms as Table};
use select::Stamps;
use sockets::{Membership, Sockets};

/// The sockets of a namespace and their rooms.
///
/// `T` is a cheap handle of a socket. No sequence of calls panics: a key whose socket is gone
/// finds nothing and changes nothing. How many rooms a socket may join and how long their names
/// may be is the caller's to limit.
pub(crate) struct Hub<T> {
    sockets: Sockets<T>,
    rooms: Table,
    stamps: Stamps,
}

/// What came of joining a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// The socket is the room's first member: Node emits `create-room`, then `join-room`.
    Created,
    /// The socket joined a room that had members: `join-room`.
    Joined,
    /// The socket was in the room before.
    Already,
    /// Nothing happened: the socket is gone, or there are 2³² rooms.
    Refused,
}

impl Join {
    /// Whether the socket was not in the room before and is now.
    pub(crate) fn is_new(self) -> bool {
        matches!(self, Self::Created | Self::Joined)
    }
}

/// What came of leaving a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// The socket left, and others are still there: Node emits `leave-room`.
    Left,
    /// The socket was the last member: `leave-room`, then `delete-room`.
    Deleted,
    /// The socket was not in the room, or is gone.
    NotMember,
}

impl Leave {
    /// Whether the socket was in the room.
    pub(crate) fn was_member(self) -> bool {
        matches!(self, Self::Left | Self::Deleted)
    }
}

/// Coming and going.
impl<T> Hub<T> {
    /// Adds a socket, in the room of its own id.
    ///
    /// A value whose id is taken is handed back: two clients that recover the same session at
    /// once would otherwise share an id. The own room was created now if its length is 1.
    pub(crate) fn insert(&mut self, id: SocketId, value: T) -> Result<Key, T> {
        self.sockets.insert(id, value)
    }

    /// Removes a socket from all its rooms and from the hub.
    pub(crate) fn remove(&mut self, key: Key) -> Option<T> {
        for place in self.take_memberships(key) {
            self.detach(place);
        }
        let value = self.sockets.remove(key);
        if self.is_empty() {
            self.stamps = Stamps::default();
        }
        value
    }

    /// Puts a socket into a room.
    pub(crate) fn join(&mut self, key: Key, room: &str) -> Join {
        if self.is_in(key, room) {
            return Join::Already;
        }
        let created = self.room_len(room) == 0;
        match self.attach(key, room) {
            None => Join::Refused,
            Some(()) if created => Join::Created,
            Some(()) => Join::Joined,
        }
    }

    /// Takes a socket out of a room. Out of the room of its own id it is no longer reached by it.
    pub(crate) fn leave(&mut self, key: Key, room: &str) -> Leave {
        match self.detach_by_name(key, room) {
            None => Leave::NotMember,
            Some(()) if self.room_len(room) == 0 => Leave::Deleted,
            Some(()) => Leave::Left,
        }
    }
}

/// Looking around.
impl<T> Hub<T> {
    /// The sockets that a target means, each exactly once and in no particular order.
    pub(crate) fn select<'a>(&'a mut self, target: &'a Target) -> Recipients<'a, T> {
        Recipients::new(&self.sockets, &self.rooms, &mut self.stamps, target)
    }

    /// The socket with this id, whether or not it is in the room of that name.
    pub(crate) fn find(&self, id: &SocketId) -> Option<(Key, &T)> {
        let (index, entry) = self.sockets.find(id)?;
        Some((entry.key(index), &entry.value))
    }

    /// All sockets with their keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        self.sockets
            .iter()
            .map(|(index, entry)| (entry.key(index as u32), &entry.value))
    }

    /// How many sockets there are.
    pub(crate) fn len(&self) -> usize {
        self.sockets.len()
    }

    /// Whether there are no sockets.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a socket is in a room.
    pub(crate) fn is_in(&self, key: Key, room: &str) -> bool {
        self.sockets.get(key).is_some_and(|entry| {
            if entry.owns(room) {
                entry.in_own_room
            } else {
                self.slot_of(key, room).is_some()
            }
        })
    }

    /// The rooms of a socket: the room of its own id first, the others in no particular order.
    pub(crate) fn rooms_of(&self, key: Key) -> impl Iterator<Item = &str> {
        self.sockets.get(key).into_iter().flat_map(|entry| {
            let own = entry.in_own_room.then(|| entry.id.as_str());
            let joined = entry.memberships.iter();
            let joined = joined.filter_map(|place| self.rooms.name(place.room));
            own.into_iter().chain(joined.map(Room::as_str))
        })
    }

    /// How many rooms a socket is in.
    pub(crate) fn rooms_len(&self, key: Key) -> usize {
        self.sockets.get(key).map_or(0, |entry| {
            entry.memberships.len() + usize::from(entry.in_own_room)
        })
    }

    /// All rooms, each once, with the number of their members. Walks over all sockets.
    pub(crate) fn rooms(&self) -> impl Iterator<Item = (&str, usize)> {
        let listed = self.rooms.iter().map(|(name, members)| {
            let owner = self.sockets.owner(name.as_str());
            (name.as_str(), members.len() + usize::from(owner.is_some()))
        });
        let entries = self.sockets.iter().map(|(_, entry)| entry);
        let own = entries.filter(|entry| entry.in_own_room);
        let own = own.map(|entry| entry.id.as_str());
        listed.chain(
            own.filter(|name| self.rooms.find(name).is_none())
                .map(|name| (name, 1)),
        )
    }

    /// How many members a room has; 0 means that there is no such room.
    pub(crate) fn room_len(&self, room: &str) -> usize {
        let owner = self.sockets.owner(room);
        self.rooms.members_by_name(room).len() + usize::from(owner.is_some())
    }
}

/// The two sides of a membership, always changed together.
impl<T> Hub<T> {
    /// Adds a membership that is not there yet.
    fn attach(&mut self, key: Key, room: &str) -> Option<()> {
        let entry = self.sockets.get_mut(key)?;
        if entry.owns(room) {
            entry.in_own_room = true;
            return Some(());
        }
        let slot = u32::try_from(entry.memberships.len()).ok()?;
        let room = self.rooms.open(room)?;
        let socket = key.index();
        let position = self.rooms.add(room, Member { socket, slot })?;
        entry.memberships.push(Membership { room, position });
        Some(())
    }

    fn detach_by_name(&mut self, key: Key, room: &str) -> Option<()> {
        let entry = self.sockets.get_mut(key)?;
        if entry.owns(room) {
            return std::mem::take(&mut entry.in_own_room).then_some(());
        }
        let slot = self.slot_of(key, room)?;
        let memberships = &mut self.sockets.get_mut(key)?.memberships;
        let place = *memberships.get(slot as usize)?;
        if let Some(moved) = rooms::swap_take(memberships, slot) {
            self.rooms.set_slot(moved, slot);
        }
        self.detach(place);
        Some(())
    }

    /// Removes the room's side of a membership, whose other side is gone already.
    fn detach(&mut self, place: Membership) {
        let Some(moved) = self.rooms.remove(place) else {
            return;
        };
        let entry = self.sockets.at_mut(moved.socket);
        let moved = entry.and_then(|entry| entry.memberships.get_mut(moved.slot as usize));
        if let Some(moved) = moved {
            moved.position = place.position;
        }
    }

    fn take_memberships(&mut self, key: Key) -> Vec<Membership> {
        let entry = self.sockets.get_mut(key);
        entry.map_or_else(Vec::new, |entry| std::mem::take(&mut entry.memberships))
    }

    /// Where among a socket's memberships a room is: a search of the shorter of the two lists,
    /// which is quick for the socket in very many rooms and for the room with very many sockets.
    fn slot_of(&self, key: Key, room: &str) -> Option<u32> {
        let room = self.rooms.find(room)?;
        let members = self.rooms.members(room);
        let memberships = &self.sockets.get(key)?.memberships;
        if members.len() < memberships.len() {
            let member = members.iter().find(|member| member.socket == key.index())?;
            return Some(member.slot);
        }
        let slot = memberships.iter().position(|place| place.room == room)?;
        u32::try_from(slot).ok()
    }
}

impl<T> Default for Hub<T> {
    fn default() -> Self {
        Self {
            sockets: Sockets::default(),
            rooms: Table::default(),
            stamps: Stamps::default(),
        }
    }
}
