//! Answers that a client waits for, each until its deadline.

use crate::ack::AckTable;
use crate::timer::Instant;

/// Who waits for which answer is for the caller to know.
#[derive(Debug)]
pub(crate) struct PendingAcks {
    waiting: AckTable<Pending>,
    /// No deadline is before this one. It may be of an answer that has come.
    earliest: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    deadline: Instant,
    /// The event has not been sent yet, so its answer survives a disconnection.
    is_buffered: bool,
}

impl PendingAcks {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            waiting: AckTable::new(limit),
            earliest: None,
        }
    }

    /// Whether an answer with this id may be waited for.
    pub(crate) fn has_room_for(&self, id: u64) -> bool {
        self.waiting.has_room() && !self.waiting.contains(id)
    }

    pub(crate) fn insert(&mut self, id: u64, deadline: Instant, is_buffered: bool) {
        let pending = Pending {
            deadline,
            is_buffered,
        };
        if self.waiting.insert(id, pending).is_ok() {
            self.earliest = Some(min(self.earliest, deadline));
        }
    }

    /// The answer came, or nobody waits for it any more. `false`: nobody did.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let was_there = self.waiting.remove(id).is_some();
        if self.waiting.is_empty() {
            self.earliest = None;
        }
        was_there
    }

    pub(crate) fn set_deadline(&mut self, id: u64, deadline: Instant) {
        if let Some(pending) = self.waiting.get_mut(id) {
            pending.deadline = deadline;
            self.earliest = Some(min(self.earliest, deadline));
        }
    }

    /// The event has been sent.
    pub(crate) fn mark_sent(&mut self, id: u64) {
        if let Some(pending) = self.waiting.get_mut(id) {
            pending.is_buffered = false;
        }
    }

    /// The ids of what has not been answered in time, in order; and whether one of them belongs to
    /// an event that has not been sent.
    pub(crate) fn expire(&mut self, now: Instant) -> (Vec<u64>, bool) {
        if self.earliest.is_none_or(|earliest| now < earliest) {
            return (Vec::new(), false);
        }
        let (mut earliest, mut any_buffered) = (None, false);
        let expired = self.waiting.remove_if(|one| {
            let is_due = now >= one.deadline;
            match is_due {
                true => any_buffered |= one.is_buffered,
                false => earliest = Some(min(earliest, one.deadline)),
            }
            is_due
        });
        self.earliest = earliest;
        (expired, any_buffered)
    }

    /// The ids of events that were sent and will not be answered any more, in order: the socket is
    /// disconnected.
    pub(crate) fn take_sent(&mut self) -> Vec<u64> {
        self.waiting.remove_if(|pending| !pending.is_buffered)
    }

    /// When to call [`expire`](Self::expire).
    pub(crate) const fn poll_timeout(&self) -> Option<Instant> {
        self.earliest
    }
}

fn min(earliest: Option<Instant>, deadline: Instant) -> Instant {
    earliest.map_or(deadline, |one| one.min(deadline))
}
