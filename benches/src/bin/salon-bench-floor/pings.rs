//! When each session gets its next ping.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use salon_benches::stage;

/// All intervals are equal, so the order is that of scheduling.
pub(crate) struct Pings {
    interval: Option<Duration>,
    due: VecDeque<(Instant, usize)>,
}

impl Pings {
    pub(crate) fn new(pings: stage::Pings) -> Self {
        Self {
            interval: (pings != stage::Pings::Never).then(|| pings.interval()),
            due: VecDeque::new(),
        }
    }

    pub(crate) fn schedule(&mut self, number: usize) {
        if let Some(interval) = self.interval {
            self.due.push_back((Instant::now() + interval, number));
        }
    }

    /// How long nothing is due.
    pub(crate) fn patience(&self) -> Option<Duration> {
        let (due, _) = self.due.front()?;
        Some(due.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn next_due(&mut self) -> Option<usize> {
        let (due, _) = self.due.front()?;
        let is_due = *due <= Instant::now();
        let (_, number) = is_due.then(|| self.due.pop_front())??;
        Some(number)
    }
}
