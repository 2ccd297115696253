//! Rooms that come into being and end, and who joins and leaves them.

use std::collections::VecDeque;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::Mutex;
use salon_proto::SocketId;

use crate::hub::Room;

/// What happened to a room, as [`on_room`](crate::Namespace::on_room) hooks are told.
///
/// Its first member creates a room, and its last one deletes it: `Created` comes before
/// `Joined`, and `Deleted` after `Left`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoomEvent {
    /// A room has its first member. Node: `create-room`.
    Created(Room),
    /// A socket joined. Node: `join-room`.
    Joined(Room, SocketId),
    /// A socket left. Node: `leave-room`.
    Left(Room, SocketId),
    /// A room has lost its last member. Node: `delete-room`.
    Deleted(Room),
    /// So many events are missing here, since the hooks took longer than rooms changed, and
    /// [`Limits::max_room_events`](crate::Limits) waited already. [`Namespace::rooms`] tells how
    /// things are now. Node has no such event.
    ///
    /// [`Namespace::rooms`]: crate::Namespace::rooms
    Missed(u64),
}

/// Called with each event.
pub(crate) type RoomHook = Arc<dyn Fn(&RoomEvent) + Send + Sync>;

/// Events between the moment when they happen, under the hub's lock, and the moment when the
/// hooks are told, under none.
///
/// One thread tells at a time, so the hooks see one order, that of the hub. Whoever comes
/// meanwhile leaves its events to that thread.
pub(crate) struct RoomEvents(Mutex<Queue>);

struct Queue {
    /// At most `max_waiting`, and one that tells how many were missed.
    waiting: VecDeque<RoomEvent>,
    max_waiting: usize,
    /// Events after those that wait, for which there was no room.
    missed: u64,
    is_being_told: bool,
}

impl RoomEvents {
    pub(crate) const fn new(max_waiting: usize) -> Self {
        Self(Mutex::new(Queue {
            waiting: VecDeque::new(),
            max_waiting,
            missed: 0,
            is_being_told: false,
        }))
    }

    /// To be called under the hub's lock.
    pub(crate) fn push(&self, event: RoomEvent) {
        self.0.lock().push(event);
    }

    /// To be called under no lock.
    pub(crate) fn tell(&self, hooks: &[RoomHook]) {
        let mut is_mine = false;
        while let Some(event) = self.next(&mut is_mine) {
            for hook in hooks {
                if catch_unwind(AssertUnwindSafe(|| hook(&event))).is_err() {
                    tracing::error!("an on_room hook panicked");
                }
            }
        }
    }

    /// The next event, if nobody else is telling.
    fn next(&self, is_mine: &mut bool) -> Option<RoomEvent> {
        let mut queue = self.0.lock();
        if queue.is_being_told && !*is_mine {
            return None;
        }
        let event = queue.pop();
        *is_mine = event.is_some();
        queue.is_being_told = *is_mine;
        event
    }
}

impl Queue {
    fn push(&mut self, event: RoomEvent) {
        if self.waiting.len() >= self.max_waiting {
            self.missed += 1;
            return;
        }
        let missed = self.take_missed();
        self.waiting.extend(missed);
        self.waiting.push_back(event);
    }

    fn pop(&mut self) -> Option<RoomEvent> {
        self.waiting.pop_front().or_else(|| self.take_missed())
    }

    fn take_missed(&mut self) -> Option<RoomEvent> {
        let missed = mem::take(&mut self.missed);
        (missed > 0).then_some(RoomEvent::Missed(missed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deleted(number: usize) -> RoomEvent {
        RoomEvent::Deleted(number.to_string().into())
    }

    #[test]
    fn what_finds_no_place_is_counted_where_it_would_stand() {
        let events = RoomEvents::new(2);
        (0..5).for_each(|number| events.push(deleted(number)));
        let mut is_mine = false;
        let mut next = || events.next(&mut is_mine);
        assert_eq!(next(), Some(deleted(0)));
        events.push(deleted(5));
        events.push(deleted(6));
        let expected = [
            deleted(1),
            RoomEvent::Missed(3),
            deleted(5),
            RoomEvent::Missed(1),
        ];
        for event in expected {
            assert_eq!(next(), Some(event));
        }
        assert_eq!(next(), None);
        events.push(deleted(7));
        assert_eq!(next(), Some(deleted(7)));
    }
}
