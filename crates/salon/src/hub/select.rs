//! From a target to its recipients, each exactly once.

use std::slice;

use super::rooms::{Member, Rooms};
use super::sockets::{Entry, Sockets};
use super::{Room, Target};

/// The sockets that a target means, each exactly once and in no particular order.
///
/// It walks dense lists in place: nothing is collected, and nothing allocated per socket.
pub(crate) struct Recipients<'a, T> {
    sockets: &'a Sockets<T>,
    rooms: &'a Rooms,
    walk: Walk<'a, T>,
    /// `None` where no socket can come twice and none is left out.
    stamps: Option<&'a mut Stamps>,
}

enum Walk<'a, T> {
    Everyone(slab::Iter<'a, Entry<T>>),
    Rooms {
        current: Members<'a>,
        rest: slice::Iter<'a, Room>,
    },
}

impl<'a, T> Recipients<'a, T> {
    pub(super) fn new(
        sockets: &'a Sockets<T>,
        rooms: &'a Rooms,
        stamps: &'a mut Stamps,
        target: &'a Target,
    ) -> Self {
        let plain = target.rooms().len() <= 1 && target.excepted().is_empty();
        if !plain {
            stamps.begin(sockets.capacity());
            let excepted = target.excepted().iter();
            excepted
                .flat_map(|room| Members::of(room.as_str(), sockets, rooms))
                .for_each(|socket| _ = stamps.stamp(socket));
        }
        Self {
            sockets,
            rooms,
            walk: Walk::new(sockets, target),
            stamps: (!plain).then_some(stamps),
        }
    }
}

impl<'a, T> Iterator for Recipients<'a, T> {
    type Item = &'a T;

    #[inline]
    fn next(&mut self) -> Option<&'a T> {
        loop {
            let (index, entry) = self.walk.step(self.sockets, self.rooms)?;
            let first = match &mut self.stamps {
                None => true,
                Some(stamps) => stamps.stamp(index),
            };
            if first {
                return Some(&entry.value);
            }
        }
    }
}

impl<'a, T> Walk<'a, T> {
    fn new(sockets: &'a Sockets<T>, target: &'a Target) -> Self {
        if target.rooms().is_empty() {
            return Self::Everyone(sockets.iter());
        }
        Self::Rooms {
            current: Members::default(),
            rest: target.rooms().iter(),
        }
    }

    #[inline]
    fn step(&mut self, sockets: &'a Sockets<T>, rooms: &'a Rooms) -> Option<(u32, &'a Entry<T>)> {
        match self {
            Self::Everyone(entries) => entries.next().map(|(index, entry)| (index as u32, entry)),
            Self::Rooms { current, rest } => loop {
                if let Some(index) = current.next() {
                    return sockets.at(index).map(|entry| (index, entry));
                }
                *current = Members::of(rest.next()?.as_str(), sockets, rooms);
            },
        }
    }
}

/// The indices of a room's members, each once: a room's owner is never in its list as well.
#[derive(Default)]
struct Members<'a> {
    owner: Option<u32>,
    listed: slice::Iter<'a, Member>,
}

impl<'a> Members<'a> {
    fn of<T>(room: &str, sockets: &Sockets<T>, rooms: &'a Rooms) -> Self {
        Self {
            owner: sockets.owner(room),
            listed: rooms.members_by_name(room).iter(),
        }
    }
}

impl Iterator for Members<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        let listed = self.listed.next().map(|member| member.socket);
        listed.or_else(|| self.owner.take())
    }
}

/// Who has been seen in the current selection: those stamped with its number. A new selection
/// takes a new number, so nothing needs to be wiped.
#[derive(Default)]
pub(super) struct Stamps {
    seen: Vec<u32>,
    /// The number of the current selection; 0 is for sockets never seen.
    pub(super) epoch: u32,
}

impl Stamps {
    /// Starts a selection among sockets with an index below `capacity`.
    fn begin(&mut self, capacity: usize) {
        self.epoch = self.epoch.checked_add(1).unwrap_or_else(|| {
            // Numbers start again, and stamps of their last use must not count.
            self.seen.clear();
            1
        });
        if self.seen.len() < capacity {
            self.seen.resize(capacity, 0);
        }
    }

    /// Stamps a socket; true if it was not yet in this selection.
    #[inline]
    fn stamp(&mut self, index: u32) -> bool {
        let seen = self.seen.get_mut(index as usize);
        seen.is_some_and(|stamp| std::mem::replace(stamp, self.epoch) != self.epoch)
    }
}
