//! Events that clients may have missed, in the order in which they were sent.

use std::collections::{HashMap, HashSet, VecDeque};

use salon_proto::SocketId;
use salon_proto::timer::Instant;

use super::Offset;
use crate::hub::{Room, Target};

/// How many events had been sent before. It never goes back, so it stays true of events that are
/// no longer kept.
pub(crate) type Position = u64;

/// What a kept event costs in memory beside its bytes, roughly: its record, and its place in the
/// index of a room.
const OVERHEAD: usize = 256;

/// To whom an event was sent.
#[derive(Clone, Debug)]
pub(crate) enum Audience {
    /// To one socket, whether or not it was in the room of its own id.
    Socket(SocketId),
    Target(Target),
}

/// The latest events, with an index by room: what one client has missed is found without looking
/// at what was for others.
pub(super) struct Log<P> {
    records: VecDeque<Record<P>>,
    /// The offset of each record. Apart from the records, since they are searched.
    offsets: VecDeque<Offset>,
    /// Where the events for a room are. An event for one socket is with the room of its id.
    rooms: HashMap<Room, VecDeque<Position>>,
    /// Where the events for everyone are.
    everyone: VecDeque<Position>,
    /// The position of the first record.
    start: Position,
    bytes: usize,
}

struct Record<P> {
    audience: Audience,
    packet: P,
    bytes: usize,
    sent: Instant,
}

/// Adding and dropping.
impl<P> Log<P> {
    /// Adds an event; `bytes` is the size of its packet.
    pub(super) fn push(
        &mut self,
        offset: Offset,
        audience: Audience,
        packet: P,
        bytes: usize,
        sent: Instant,
    ) {
        let position = self.end();
        for room in rooms_of(&audience) {
            let list = self.rooms.entry(room).or_default();
            // A target may name a room twice.
            if list.back() != Some(&position) {
                list.push_back(position);
            }
        }
        if is_for_everyone(&audience) {
            self.everyone.push_back(position);
        }
        let bytes = bytes.saturating_add(OVERHEAD);
        self.bytes = self.bytes.saturating_add(bytes);
        self.offsets.push_back(offset);
        self.records.push_back(Record {
            audience,
            packet,
            bytes,
            sent,
        });
    }

    /// Drops the oldest event.
    pub(super) fn pop(&mut self) {
        let Some(record) = self.records.pop_front() else {
            return;
        };
        self.offsets.pop_front();
        self.bytes = self.bytes.saturating_sub(record.bytes);
        for room in rooms_of(&record.audience) {
            self.unlist(&room);
        }
        if is_for_everyone(&record.audience) {
            self.everyone.pop_front();
        }
        self.start += 1;
    }

    /// Takes the first record out of the list of a room.
    fn unlist(&mut self, room: &Room) {
        let Some(list) = self.rooms.get_mut(room) else {
            return;
        };
        if list.front() == Some(&self.start) {
            list.pop_front();
        }
        if list.is_empty() {
            self.rooms.remove(room);
        }
    }

    /// Drops everything, and its memory.
    pub(super) fn clear(&mut self) {
        *self = Self {
            start: self.end(),
            ..Self::default()
        };
    }
}

/// Looking.
impl<P> Log<P> {
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// When the oldest event was sent.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.records.front().map(|record| record.sent)
    }

    /// The position of the next event.
    pub(super) fn end(&self) -> Position {
        self.start + self.records.len() as u64
    }

    /// Where the event with this offset is, if it is still kept. It is mostly a late one.
    pub(super) fn find(&self, offset: Offset) -> Option<Position> {
        let index = self.offsets.iter().rposition(|one| *one == offset)?;
        Some(self.start + index as u64)
    }

    /// The events from a position on that are for a socket in these rooms, in order. `None`:
    /// some of them may have been dropped.
    pub(super) fn since(
        &self,
        from: Position,
        socket: SocketId,
        rooms: &[Room],
    ) -> Option<Vec<Missed<'_, P>>> {
        if from < self.start {
            return None;
        }
        let member = Member {
            socket,
            rooms: rooms.iter().collect(),
        };
        let positions = self.positions(from, &member);
        let records = positions.into_iter().filter_map(|at| self.at(at));
        Some(records.filter(|one| member.gets(one.audience)).collect())
    }

    /// Where there is something for the socket, unless it is excepted.
    fn positions(&self, from: Position, member: &Member<'_>) -> Vec<Position> {
        let own = Room::from(&member.socket);
        let lists = member.rooms.iter().copied().chain([&own]);
        let lists = lists.filter_map(|room| self.rooms.get(room));
        let mut positions = Vec::new();
        for list in lists.chain([&self.everyone]) {
            let first = list.partition_point(|position| *position < from);
            positions.extend(list.range(first..));
        }
        positions.sort_unstable();
        positions.dedup();
        positions
    }

    fn at(&self, position: Position) -> Option<Missed<'_, P>> {
        let index = usize::try_from(position.checked_sub(self.start)?).ok()?;
        let record = self.records.get(index)?;
        Some(Missed {
            offset: *self.offsets.get(index)?,
            audience: &record.audience,
            packet: &record.packet,
            bytes: record.bytes,
        })
    }
}

/// An event that a client may have missed.
pub(crate) struct Missed<'a, P> {
    pub(crate) offset: Offset,
    pub(crate) packet: &'a P,
    pub(super) bytes: usize,
    audience: &'a Audience,
}

/// A socket, and where it is.
struct Member<'a> {
    socket: SocketId,
    rooms: HashSet<&'a Room>,
}

impl Member<'_> {
    fn gets(&self, audience: &Audience) -> bool {
        match audience {
            Audience::Socket(socket) => *socket == self.socket,
            Audience::Target(target) => {
                let is_in = |room: &Room| self.rooms.contains(room);
                let is_meant = target.rooms().is_empty() || target.rooms().iter().any(is_in);
                is_meant && !target.excepted().iter().any(is_in)
            }
        }
    }
}

/// The rooms by which an event is found.
fn rooms_of(audience: &Audience) -> impl Iterator<Item = Room> {
    let (own, rooms) = match audience {
        Audience::Socket(socket) => (Some(Room::from(socket)), &[][..]),
        Audience::Target(target) => (None, target.rooms()),
    };
    own.into_iter().chain(rooms.iter().cloned())
}

fn is_for_everyone(audience: &Audience) -> bool {
    matches!(audience, Audience::Target(target) if target.rooms().is_empty())
}

impl<P> Default for Log<P> {
    fn default() -> Self {
        Self {
            records: VecDeque::new(),
            offsets: VecDeque::new(),
            rooms: HashMap::new(),
            everyone: VecDeque::new(),
            start: 0,
            bytes: 0,
        }
    }
}
