//! What is counted while the load runs.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

/// An hour, in microseconds: what takes longer counts as that.
const LONGEST: u64 = 3_600_000_000;

/// Kinds of failures that are told apart; further ones are counted together.
const MAX_KINDS: usize = 32;
const OTHER: &str = "other";

/// Latencies, with three digits.
pub(crate) type Latencies = Histogram<u64>;

pub(crate) fn latencies() -> Latencies {
    Histogram::new_with_bounds(1, LONGEST, 3).expect("bounds of a histogram")
}

/// The part of a run that counts, as nanoseconds from its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl Window {
    pub(crate) fn new(warm_up: Duration, duration: Duration) -> Self {
        let from = warm_up.as_nanos() as u64;
        let to = from + duration.as_nanos() as u64;
        Self { from, to }
    }

    pub(crate) const fn contains(&self, moment: u64) -> bool {
        self.from <= moment && moment < self.to
    }
}

/// One second of the window, by when its messages were meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Second {
    pub(crate) delivered: u64,
    pub(crate) failed: u64,
    /// Microseconds.
    pub(crate) slowest: u64,
}

/// Everything that one thread has counted. Messages belong to the moment for which they were meant,
/// so one that is late is neither lost nor shifted.
#[derive(Debug)]
pub(crate) struct Tally {
    window: Window,
    pub(crate) latency: Latencies,
    /// How much later than meant messages were sent: the tool's own fault.
    pub(crate) late: Latencies,
    pub(crate) sent: u64,
    pub(crate) expected: u64,
    pub(crate) delivered: u64,
    /// Of those that were due, the ones of which it is known that they will not come.
    undelivered: u64,
    pub(crate) failures: BTreeMap<Box<str>, u64>,
    /// What else is worth knowing, and no failure.
    pub(crate) counts: BTreeMap<Box<str>, u64>,
    pub(crate) seconds: Vec<Second>,
}

impl Tally {
    pub(crate) fn new(window: Window) -> Self {
        Self {
            window,
            latency: latencies(),
            late: latencies(),
            sent: 0,
            expected: 0,
            delivered: 0,
            undelivered: 0,
            failures: BTreeMap::new(),
            counts: BTreeMap::new(),
            seconds: Vec::new(),
        }
    }

    /// Something is sent that so many must get. Where it was meant for just now, it is not late.
    pub(crate) fn sent(&mut self, intended: u64, now: u64, recipients: u64) {
        if self.window.contains(intended) {
            self.sent += 1;
            self.expected += recipients;
            if now > intended {
                self.late.saturating_record(micros(intended, now));
            }
        }
    }

    pub(crate) fn delivered(&mut self, intended: u64, now: u64) {
        if self.window.contains(intended) {
            let took = micros(intended, now);
            self.latency.saturating_record(took);
            self.delivered += 1;
            let second = self.second(intended);
            second.delivered += 1;
            second.slowest = second.slowest.max(took);
        }
    }

    /// So many have been delivered, nobody knows how soon.
    pub(crate) fn confirmed(&mut self, intended: u64, count: u64) {
        if self.window.contains(intended) {
            self.delivered += count;
            self.second(intended).delivered += count;
        }
    }

    pub(crate) fn took(&mut self, intended: u64, now: u64) {
        if self.window.contains(intended) {
            let took = micros(intended, now);
            self.latency.saturating_record(took);
            let second = self.second(intended);
            second.slowest = second.slowest.max(took);
        }
    }

    /// A time that belongs to no moment.
    pub(crate) fn interval(&mut self, nanos: u64) {
        self.latency.saturating_record(micros(0, nanos));
    }

    pub(crate) fn failed(&mut self, intended: u64, kind: &str, count: u64) {
        if self.window.contains(intended) {
            self.second(intended).failed += count;
            self.undelivered += count;
            self.failure(kind, count);
        }
    }

    /// What was due and has neither come nor failed is lost.
    pub(crate) fn count_lost(&mut self) {
        let lost = self
            .expected
            .saturating_sub(self.delivered + self.undelivered);
        if lost > 0 {
            self.undelivered += lost;
            self.failure("not delivered", lost);
        }
    }

    /// Something that was due, and that nobody could expect to come.
    pub(crate) fn missed(&mut self, intended: u64, kind: &str) {
        if self.window.contains(intended) {
            self.undelivered += 1;
            self.count(kind, 1);
        }
    }

    /// Something failed that belongs to no moment.
    pub(crate) fn failure(&mut self, kind: &str, count: u64) {
        add(&mut self.failures, kind, count);
    }

    /// Something else happened.
    pub(crate) fn count(&mut self, kind: &str, count: u64) {
        add(&mut self.counts, kind, count);
    }

    pub(crate) fn failed_count(&self) -> u64 {
        self.failures.values().sum()
    }

    /// Adds what another thread has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        // All have the same bounds.
        let _ = self.latency.add(&other.latency);
        let _ = self.late.add(&other.late);
        self.sent += other.sent;
        self.expected += other.expected;
        self.delivered += other.delivered;
        self.undelivered += other.undelivered;
        for (kind, count) in &other.failures {
            self.failure(kind, *count);
        }
        for (kind, count) in &other.counts {
            self.count(kind, *count);
        }
        if self.seconds.len() < other.seconds.len() {
            self.seconds.resize(other.seconds.len(), Second::default());
        }
        for (mine, theirs) in self.seconds.iter_mut().zip(&other.seconds) {
            mine.delivered += theirs.delivered;
            mine.failed += theirs.failed;
            mine.slowest = mine.slowest.max(theirs.slowest);
        }
    }

    /// There is one for each second of a day at most.
    fn second(&mut self, intended: u64) -> &mut Second {
        let index = ((intended - self.window.from) / 1_000_000_000) as usize;
        if self.seconds.len() <= index {
            self.seconds.resize(index + 1, Second::default());
        }
        &mut self.seconds[index]
    }
}

/// Counts one kind, as long as there are not too many.
fn add(counts: &mut BTreeMap<Box<str>, u64>, kind: &str, count: u64) {
    let is_new = !counts.contains_key(kind);
    let kind = match is_new && counts.len() >= MAX_KINDS {
        true => OTHER,
        false => kind,
    };
    *counts.entry(kind.into()).or_default() += count;
}

/// At least one, which is the histogram's smallest.
fn micros(intended: u64, now: u64) -> u64 {
    (now.saturating_sub(intended) / 1_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    fn tally() -> Tally {
        Tally::new(Window::new(Duration::from_secs(1), Duration::from_secs(2)))
    }

    #[test]
    fn only_what_was_meant_for_the_window_counts() {
        let mut tally = tally();
        for intended in [0, SECOND - 1, SECOND, 3 * SECOND - 1, 3 * SECOND] {
            tally.sent(intended, intended, 2);
            // However late it comes.
            tally.delivered(intended, intended + 10 * SECOND);
            tally.failed(intended, "x", 1);
        }
        assert_eq!((tally.sent, tally.expected, tally.delivered), (2, 4, 2));
        assert_eq!(tally.failures["x"], 2);
        let second = Second {
            delivered: 1,
            failed: 1,
            slowest: 10_000_000,
        };
        assert_eq!(tally.seconds, [second, second]);
    }

    #[test]
    fn latency_counts_from_the_moment_that_was_meant() {
        let mut tally = tally();
        tally.sent(SECOND, SECOND + 5_000_000, 1);
        tally.delivered(SECOND, SECOND + 7_000_000);
        assert_eq!(tally.latency.max() / 10, 700);
        assert_eq!(tally.late.max() / 10, 500);
    }

    #[test]
    fn threads_add_up() {
        let (mut one, mut two) = (tally(), tally());
        one.delivered(SECOND, SECOND + 1_000_000);
        two.delivered(2 * SECOND, 2 * SECOND + 9_000_000);
        two.failure("lost", 3);
        one.add(&two);
        assert_eq!((one.delivered, one.latency.len()), (2, 2));
        assert_eq!(one.seconds.len(), 2);
        assert_eq!(one.seconds[1].slowest, 9_000);
        assert_eq!(one.failed_count(), 3);
    }

    #[test]
    fn what_is_still_missing_at_the_end_is_lost() {
        let mut tally = tally();
        tally.sent(SECOND, SECOND, 10);
        tally.delivered(SECOND, SECOND);
        tally.failed(SECOND, "x", 2);
        tally.failure("a connection", 1);
        tally.count_lost();
        assert_eq!(tally.failures["not delivered"], 7);
        tally.count_lost();
        assert_eq!(tally.failed_count(), 10);
    }

    #[test]
    fn kinds_of_failures_are_bounded() {
        let mut tally = tally();
        for number in 0..1_000 {
            tally.failure(&number.to_string(), 1);
        }
        assert_eq!(tally.failures.len(), MAX_KINDS + 1);
        assert_eq!(tally.failed_count(), 1_000);
    }
}
