//! The table of sockets: by key, by id, and the room each has by its id.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Place;

use slab::Slab;

use super::SocketId;
use crate::id_hash::IdHash;

/// A socket's place in its hub: a dense index, and a serial number that tells the sockets apart
/// which had that index one after the other. A key outlives its socket harmlessly.
///
/// Serial numbers start again after 2³² insertions, so a key is mistaken for another only if its
/// index was given out again exactly that many insertions later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    index: u32,
    serial: u32,
}

impl Key {
    /// The dense index, which is unique among the sockets present and used again later.
    pub(crate) fn index(self) -> u32 {
        self.index
    }
}

/// What the hub knows of one socket. This is most of what a socket costs here: keep it small.
pub(super) struct Entry<T> {
    pub(super) id: SocketId,
    serial: u32,
    /// Membership in the room of its own id, which is a flag so that it costs no memory.
    pub(super) in_own_room: bool,
    pub(super) memberships: Vec<Membership>,
    pub(super) value: T,
}

/// One room of a socket. Its counterpart is `Member`: each knows the other's place, so that both
/// are removed without a search.
#[derive(Clone, Copy)]
pub(super) struct Membership {
    pub(super) room: u32,
    /// Where in the room's list of members.
    pub(super) position: u32,
}

impl<T> Entry<T> {
    pub(super) fn key(&self, index: u32) -> Key {
        let serial = self.serial;
        Key { index, serial }
    }

    /// Whether this is the room of the socket's own id.
    pub(super) fn owns(&self, room: &str) -> bool {
        self.id.as_str() == room
    }
}

/// All sockets of a hub.
pub(super) struct Sockets<T> {
    entries: Slab<Entry<T>>,
    ids: HashMap<SocketId, u32, IdHash>,
    next_serial: u32,
}

impl<T> Sockets<T> {
    /// Adds a socket, in the room of its own id; gives the value back if the id is taken.
    pub(super) fn insert(&mut self, id: SocketId, value: T) -> Result<Key, T> {
        let vacancy = u32::try_from(self.entries.vacant_key());
        let (Place::Vacant(place), Ok(index)) = (self.ids.entry(id.clone()), vacancy) else {
            return Err(value);
        };
        place.insert(index);
        let serial = self.next_serial;
        self.next_serial = serial.wrapping_add(1);
        self.entries.insert(Entry {
            id,
            serial,
            in_own_room: true,
            memberships: Vec::new(),
            value,
        });
        Ok(Key { index, serial })
    }

    /// Takes a socket out; its rooms must have been left.
    pub(super) fn remove(&mut self, key: Key) -> Option<T> {
        self.get(key)?;
        let entry = self.entries.try_remove(key.index as usize)?;
        self.ids.remove(&entry.id);
        if self.entries.is_empty() {
            self.entries.shrink_to_fit();
            self.ids.shrink_to_fit();
        }
        Some(entry.value)
    }

    /// The socket with this key, unless it is gone.
    pub(super) fn get(&self, key: Key) -> Option<&Entry<T>> {
        self.at(key.index)
            .filter(|entry| entry.serial == key.serial)
    }

    /// As `get`, to change it.
    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Entry<T>> {
        self.at_mut(key.index)
            .filter(|entry| entry.serial == key.serial)
    }

    /// The socket at an index, whichever has it now.
    pub(super) fn at(&self, index: u32) -> Option<&Entry<T>> {
        self.entries.get(index as usize)
    }

    /// As `at`, to change it.
    pub(super) fn at_mut(&mut self, index: u32) -> Option<&mut Entry<T>> {
        self.entries.get_mut(index as usize)
    }

    /// The socket with this id.
    pub(super) fn find(&self, id: &SocketId) -> Option<(u32, &Entry<T>)> {
        let index = *self.ids.get(id)?;
        Some((index, self.at(index)?))
    }

    /// The socket whose own room has this name, if it is in it.
    pub(super) fn owner(&self, room: &str) -> Option<u32> {
        let (index, entry) = self.find(&SocketId::parse(room)?)?;
        entry.in_own_room.then_some(index)
    }

    /// All sockets with their indices.
    pub(super) fn iter(&self) -> slab::Iter<'_, Entry<T>> {
        self.entries.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// No socket has an index of this or above.
    pub(super) fn capacity(&self) -> usize {
        self.entries.capacity()
    }
}

impl<T> Default for Sockets<T> {
    fn default() -> Self {
        Self {
            entries: Slab::new(),
            ids: HashMap::default(),
            next_serial: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_takes_56_bytes_and_its_value() {
        // As the slab has it: the link of vacant places must fit into an entry's own bytes.
        #[allow(dead_code)]
        enum Slot<T> {
            Vacant(usize),
            Occupied(Entry<T>),
        }
        assert_eq!(size_of::<Slot<()>>(), 56);
        assert_eq!(size_of::<Slot<std::sync::Arc<()>>>(), 64);
    }

    #[test]
    fn serial_numbers_start_again_without_a_panic() {
        let id = SocketId::parse("aaaaaaaaaaaaaaaaaaaa").unwrap();
        let mut sockets = Sockets {
            next_serial: u32::MAX,
            ..Sockets::default()
        };
        let last = sockets.insert(id.clone(), ()).unwrap();
        assert!(sockets.remove(last).is_some());
        let first = sockets.insert(id, ()).unwrap();
        assert!(sockets.get(last).is_none());
        assert!(sockets.get(first).is_some());
    }
}
