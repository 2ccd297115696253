//! Events that are sent again until they are answered, one after the other.

use std::collections::VecDeque;
use std::time::Duration;

use crate::encoded::Encoded;
use crate::engine::Protocol;
use crate::limits::Limits;
use crate::timer::Instant;

/// An event that must be answered.
#[derive(Debug)]
pub(crate) struct Retried {
    pub(crate) packet: Encoded,
    pub(crate) id: u64,
    pub(crate) timeout: Duration,
    pub(crate) report: Option<u64>,
    pub(crate) tries: u32,
}

/// The queue. Only its first event is ever on its way.
#[derive(Debug, Default)]
pub(crate) struct RetryQueue {
    queue: VecDeque<Retried>,
    bytes: usize,
    /// The first event is on its way, and must be answered until then.
    answer_by: Option<Instant>,
}

impl RetryQueue {
    /// Appends an event.
    ///
    /// # Errors
    /// When as many wait as may. None is ever dropped for a newer one.
    pub(crate) fn push(&mut self, one: Retried, limits: &Limits) -> Result<(), Retried> {
        let bytes = self.bytes.saturating_add(one.packet.wire_len(Protocol::V4));
        let fits =
            self.queue.len() < limits.max_buffered_packets && bytes <= limits.max_buffered_bytes;
        if !fits && !self.queue.is_empty() {
            return Err(one);
        }
        self.bytes = bytes;
        self.queue.push_back(one);
        Ok(())
    }

    /// The event to send now, if none is on its way.
    pub(crate) fn next(&self) -> Option<Encoded> {
        let first = self.queue.front().filter(|_| self.answer_by.is_none())?;
        Some(first.packet.clone())
    }

    /// It has been sent.
    pub(crate) fn mark_sent(&mut self, now: Instant) {
        if let Some(first) = self.queue.front_mut() {
            first.tries = first.tries.saturating_add(1);
            // With no time at all the tries would follow each other without pause.
            let timeout = first.timeout.max(Duration::from_millis(1));
            self.answer_by = Some(now + timeout);
        }
    }

    pub(crate) fn set_timeout(&mut self, now: Instant, id: u64, timeout: Duration) {
        let is_first = self.queue.front().is_some_and(|first| first.id == id);
        if let Some(one) = self.queue.iter_mut().find(|one| one.id == id) {
            one.timeout = timeout;
            if is_first && self.answer_by.is_some() {
                self.answer_by = Some(now + timeout);
            }
        }
    }

    /// An answer came. Gives the event that it is for. Between two tries it counts as well.
    pub(crate) fn answered(&mut self, id: u64) -> Option<Retried> {
        let first = self.queue.front()?;
        let is_meant = first.id == id && first.tries > 0;
        is_meant.then(|| self.pop()).flatten()
    }

    /// A try has failed, if one was on its way. Gives the event if that was the last.
    pub(crate) fn fail(&mut self, retries: u32) -> Option<Retried> {
        self.answer_by.take()?;
        let is_last = self.queue.front()?.tries > retries;
        is_last.then(|| self.pop()).flatten()
    }

    /// When the try that is on its way has failed.
    pub(crate) const fn poll_timeout(&self) -> Option<Instant> {
        self.answer_by
    }

    /// Whether an event with this id waits. Mostly ids grow, and there is nothing to search.
    pub(crate) fn contains(&self, id: u64) -> bool {
        let last = self.queue.back().map(|last| last.id);
        last.is_some_and(|last| id <= last) && self.queue.iter().any(|one| one.id == id)
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn pop(&mut self) -> Option<Retried> {
        self.answer_by = None;
        let one = self.queue.pop_front()?;
        let bytes = one.packet.wire_len(Protocol::V4);
        self.bytes = self.bytes.saturating_sub(bytes);
        Some(one)
    }
}
