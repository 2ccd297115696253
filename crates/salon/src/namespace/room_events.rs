//! Rooms that come into being and end, and who joins and leaves them.

use std::collections::VecDeque;
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
}

/// Called with each event.
pub(crate) type RoomHook = Arc<dyn Fn(&RoomEvent) + Send + Sync>;

/// Events between the moment when they happen, under the hub's lock, and the moment when the
/// hooks are told, under none.
///
/// One thread tells at a time, so the hooks see one order, that of the hub. Whoever comes
/// meanwhile leaves its events to that thread.
#[derive(Default)]
pub(crate) struct RoomEvents(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<RoomEvent>,
    is_being_told: bool,
}

impl RoomEvents {
    /// To be called under the hub's lock.
    pub(crate) fn push(&self, event: RoomEvent) {
        self.0.lock().waiting.push_back(event);
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
        let event = queue.waiting.pop_front();
        *is_mine = event.is_some();
        queue.is_being_told = *is_mine;
        event
    }
}
