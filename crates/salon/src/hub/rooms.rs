//! The table of rooms and their members, except for each socket in the room of its own id.

use std::collections::HashMap;

use slab::Slab;

use super::Room;
use super::sockets::Membership;

/// Lists shorter than this keep their memory when they shrink.
const KEEP: usize = 32;

/// One socket in a room; the counterpart of `Membership`.
#[derive(Clone, Copy)]
pub(super) struct Member {
    /// The index of the socket.
    pub(super) socket: u32,
    /// Where in the socket's list of memberships.
    pub(super) slot: u32,
}

/// The rooms that have members, each a dense list.
#[derive(Default)]
pub(super) struct Rooms {
    names: HashMap<Room, u32>,
    records: Slab<Record>,
}

struct Record {
    name: Room,
    members: Vec<Member>,
}

impl Rooms {
    /// The room of this name.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.names.get(name).copied()
    }

    /// The room of this name, made if need be; `None` if there are 2³² rooms.
    pub(super) fn open(&mut self, name: &str) -> Option<u32> {
        if let Some(room) = self.find(name) {
            return Some(room);
        }
        let room = u32::try_from(self.records.vacant_key()).ok()?;
        let name = Room::from(name);
        self.names.insert(name.clone(), room);
        self.records.insert(Record {
            name,
            members: Vec::new(),
        });
        Some(room)
    }

    /// Adds a member, and says at which position.
    pub(super) fn add(&mut self, room: u32, member: Member) -> Option<u32> {
        let members = &mut self.records.get_mut(room as usize)?.members;
        let position = u32::try_from(members.len()).ok()?;
        members.push(member);
        Some(position)
    }

    /// Removes a member, and says who is at its position now. An empty room vanishes.
    pub(super) fn remove(&mut self, place: Membership) -> Option<Member> {
        let members = &mut self.records.get_mut(place.room as usize)?.members;
        let moved = swap_take(members, place.position);
        if members.is_empty() {
            self.close(place.room);
        } else if members.len() < members.capacity() / 4 && members.capacity() > KEEP {
            members.shrink_to(members.len() * 2);
        }
        moved
    }

    fn close(&mut self, room: u32) {
        if let Some(record) = self.records.try_remove(room as usize) {
            self.names.remove(&record.name);
        }
        if self.records.is_empty() {
            self.records.shrink_to_fit();
            self.names.shrink_to_fit();
        }
    }

    /// Notes that a member's own record of the room is in another slot now.
    pub(super) fn set_slot(&mut self, place: Membership, slot: u32) {
        let record = self.records.get_mut(place.room as usize);
        let member = record.and_then(|record| record.members.get_mut(place.position as usize));
        if let Some(member) = member {
            member.slot = slot;
        }
    }

    pub(super) fn name(&self, room: u32) -> Option<&Room> {
        self.records.get(room as usize).map(|record| &record.name)
    }

    pub(super) fn members(&self, room: u32) -> &[Member] {
        let record = self.records.get(room as usize);
        record.map_or(&[], |record| &record.members)
    }

    /// The members of the room of this name.
    pub(super) fn members_by_name(&self, name: &str) -> &[Member] {
        self.find(name).map_or(&[], |room| self.members(room))
    }

    /// All rooms with their members.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Room, &[Member])> {
        self.records
            .iter()
            .map(|(_, record)| (&record.name, record.members.as_slice()))
    }
}

/// Removes one item of a list in constant time, and gives the item that took its place.
pub(super) fn swap_take<V: Copy>(list: &mut Vec<V>, at: u32) -> Option<V> {
    let at = at as usize;
    if at < list.len() {
        list.swap_remove(at);
    }
    list.get(at).copied()
}
