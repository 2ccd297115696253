//! Events that arrive before their socket is connected: a server that gives a client its state back
//! sends what was missed before it says so.

use crate::limits::Limits;
use crate::packet::Event;

/// Events in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct EarlyEvents {
    events: Vec<Event<'static>>,
    bytes: usize,
}

impl EarlyEvents {
    /// Keeps an event. `false`: there are too many.
    pub(crate) fn push(&mut self, event: Event<'_>, limits: &Limits) -> bool {
        let attached = event.attachments.iter().map(|one| one.len());
        let bytes = attached.sum::<usize>().saturating_add(event.array.len());
        self.bytes = self.bytes.saturating_add(bytes);
        let is_full =
            self.events.len() >= limits.max_unread_events || self.bytes > limits.max_unread_bytes;
        if !is_full {
            self.events.push(event.into_owned());
        }
        !is_full
    }

    pub(crate) fn into_events(self) -> Vec<Event<'static>> {
        self.events
    }
}
