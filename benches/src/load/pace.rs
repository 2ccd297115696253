//! A fixed rate, whatever the server does: otherwise a slow server would be asked less often, and
//! its worst moments would be measured least ("coordinated omission").

use std::io;
use std::time::{Duration, Instant};

use super::connections::{Connections, Line};

/// How long one may wait for the server before it is time for the next message.
const TURN: Duration = Duration::from_millis(2);

/// When each message should be sent.
pub(super) struct Pace {
    start: Instant,
    interval: Duration,
    /// How many were due until now.
    due: u32,
    all: u32,
    /// When something came, or nothing was awaited.
    heard: Instant,
}

impl Pace {
    /// So many messages a second for some time, at least one.
    pub(super) fn new(rate: usize, time: Duration) -> Self {
        let interval = Duration::from_secs(1) / rate as u32;
        let start = Instant::now();
        Self {
            start,
            heard: start,
            interval,
            due: 0,
            all: (time.as_nanos() / interval.as_nanos()).max(1) as u32,
        }
    }

    /// The time of the next message, if it has come.
    pub(super) fn next_due(&mut self, now: Instant) -> Option<Instant> {
        let intended = self.start + self.interval * self.due;
        let is_due = !self.is_over() && intended <= now;
        self.due += u32::from(is_due);
        is_due.then_some(intended)
    }

    /// Whether all messages have been due.
    pub(super) const fn is_over(&self) -> bool {
        self.due == self.all
    }

    /// Receives what has come. `missing` messages are awaited.
    pub(super) fn receive(
        &mut self,
        connections: &mut Connections,
        missing: usize,
        each: impl FnMut(usize, &mut Line, &mut [u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let now = Instant::now();
        let patience = match missing {
            0 => self.patience(now),
            // A sleeping process would wake up too late, and its sleep would be measured.
            _ => Duration::ZERO,
        };
        let has_come = connections.receive_within(patience, each)?;
        if has_come || missing == 0 {
            self.heard = now;
        }
        let silence = now.saturating_duration_since(self.heard);
        connections.check_silence(silence, || format!("{missing} messages at a fixed rate"))
    }

    /// How long to wait for input. Just before the next message not at all, for the same reason.
    fn patience(&self, now: Instant) -> Duration {
        let intended = self.start + self.interval * self.due;
        match intended.saturating_duration_since(now) > TURN && !self.is_over() {
            true => TURN / 2,
            false => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_due_at_even_times_even_if_nobody_looks() {
        let mut pace = Pace::new(100, Duration::from_millis(30));
        let start = pace.start;
        let milliseconds = |count| start + Duration::from_millis(count);
        assert_eq!(pace.next_due(start), Some(start));
        assert_eq!(pace.next_due(milliseconds(9)), None);
        assert_eq!(pace.patience(milliseconds(1)), TURN / 2);
        assert_eq!(pace.patience(milliseconds(9)), Duration::ZERO);
        assert_eq!(pace.next_due(milliseconds(50)), Some(milliseconds(10)));
        assert_eq!(pace.next_due(milliseconds(50)), Some(milliseconds(20)));
        assert!(pace.is_over());
        assert_eq!(pace.next_due(milliseconds(50)), None);
    }
}
