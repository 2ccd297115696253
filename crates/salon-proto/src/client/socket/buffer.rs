//! Packets that wait for a session that takes them.

use std::collections::VecDeque;
use std::time::Duration;

use crate::client::options::WhenFull;
use crate::encoded::Encoded;
use crate::engine::Protocol;
use crate::limits::Limits;
use crate::timer::Instant;

/// A packet that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) packet: Encoded,
    /// Somebody waits for the answer with this id.
    pub(crate) ack: Option<u64>,
    pub(crate) report: Option<u64>,
    /// The answer to an event. It is of no use to another connection.
    pub(crate) is_answer: bool,
    since: Instant,
}

impl Waiting {
    pub(crate) const fn new(
        packet: Encoded,
        ack: Option<u64>,
        report: Option<u64>,
        since: Instant,
    ) -> Self {
        Self {
            packet,
            ack,
            report,
            is_answer: false,
            since,
        }
    }

    pub(crate) fn answer(packet: Encoded, since: Instant) -> Self {
        Self {
            is_answer: true,
            ..Self::new(packet, None, None, since)
        }
    }

    fn bytes(&self) -> usize {
        self.packet.wire_len(Protocol::V4)
    }
}

/// A queue of packets that is bounded by their number and their bytes.
#[derive(Debug, Default)]
pub(crate) struct SendBuffer {
    queue: VecDeque<Waiting>,
    bytes: usize,
}

impl SendBuffer {
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Appends a packet; gives back those that had to make room.
    ///
    /// # Errors
    /// When there is no room for it.
    pub(crate) fn push(
        &mut self,
        one: Waiting,
        when_full: WhenFull,
        limits: &Limits,
    ) -> Result<Vec<Waiting>, Waiting> {
        let mut displaced = Vec::new();
        while !self.has_room_for(&one, limits) {
            match when_full {
                WhenFull::DropOldest => displaced.extend(self.pop()),
                WhenFull::RefuseNewest => return Err(one),
            }
        }
        self.bytes = self.bytes.saturating_add(one.bytes());
        self.queue.push_back(one);
        Ok(displaced)
    }

    /// One packet always fits, or a small budget could never take a large one.
    fn has_room_for(&self, one: &Waiting, limits: &Limits) -> bool {
        let fits = self.queue.len() < limits.max_buffered_packets
            && self.bytes.saturating_add(one.bytes()) <= limits.max_buffered_bytes;
        self.queue.is_empty() || fits
    }

    pub(crate) fn pop(&mut self) -> Option<Waiting> {
        let one = self.queue.pop_front()?;
        self.bytes = self.bytes.saturating_sub(one.bytes());
        if self.queue.is_empty() {
            // After a time without a session it may have grown large.
            self.queue = VecDeque::new();
        }
        Some(one)
    }

    /// Puts back what was popped.
    pub(crate) fn unpop(&mut self, one: Waiting) {
        self.bytes = self.bytes.saturating_add(one.bytes());
        self.queue.push_front(one);
    }

    /// Takes out what fits the description.
    pub(crate) fn take_if(&mut self, mut is_meant: impl FnMut(&Waiting) -> bool) -> Vec<Waiting> {
        let mut taken = Vec::new();
        for one in std::mem::take(&mut self.queue) {
            match is_meant(&one) {
                true => taken.push(one),
                false => self.queue.push_back(one),
            }
        }
        self.bytes = self.queue.iter().map(Waiting::bytes).sum();
        taken
    }

    /// When the oldest will have waited for `max_age`.
    pub(crate) fn expires_at(&self, max_age: Option<Duration>) -> Option<Instant> {
        Some(self.queue.front()?.since + max_age?)
    }

    /// Takes out the oldest if it has waited too long.
    pub(crate) fn pop_expired(
        &mut self,
        now: Instant,
        max_age: Option<Duration>,
    ) -> Option<Waiting> {
        self.expires_at(max_age).filter(|at| now >= *at)?;
        self.pop()
    }

    /// Nobody waits for this answer any more. The packet is sent all the same.
    pub(crate) fn forget_ack(&mut self, id: u64) {
        let found = self.queue.iter_mut().find(|one| one.ack == Some(id));
        if let Some(one) = found {
            one.ack = None;
        }
    }
}
