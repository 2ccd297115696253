//! How long messages take, at a fixed rate.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// The percentiles that are kept; the last one is the longest time.
pub const PERCENTILES: [f64; 8] = [25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 100.0];

/// How long the messages of one measurement took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// How many there were.
    pub count: u64,
    /// Microseconds, for each of [`PERCENTILES`].
    pub micros: [f64; PERCENTILES.len()],
}

impl Latency {
    /// Microseconds within which so many of a hundred messages came.
    ///
    /// # Panics
    /// When it is not one of [`PERCENTILES`].
    #[must_use]
    pub fn at(&self, percentile: f64) -> f64 {
        let mut all = PERCENTILES.into_iter().zip(self.micros);
        let found = all.find(|(one, _)| one.total_cmp(&percentile).is_eq());
        found.map_or_else(|| panic!("{percentile} is not kept"), |(_, micros)| micros)
    }
}

/// Nanoseconds, exact to a thousandth part.
pub(crate) struct Recorder(Histogram<u64>);

impl Recorder {
    pub(crate) fn new() -> Self {
        // From a microsecond to a minute; what is longer counts as a minute.
        let minute = Duration::from_secs(60).as_nanos() as u64;
        let histogram = Histogram::new_with_bounds(1_000, minute, 3);
        Self(histogram.expect("bounds are in order"))
    }

    /// A message that should have been sent at `intended` has come back or been delivered. That it
    /// was perhaps sent later, since the load or the server was late, is part of its latency:
    /// otherwise the worst waits would count least.
    pub(crate) fn record(&mut self, intended: Instant, now: Instant) {
        let nanos = now.saturating_duration_since(intended).as_nanos();
        self.0
            .saturating_record(u64::try_from(nanos).unwrap_or(u64::MAX));
    }

    pub(crate) fn latency(&self) -> Latency {
        let micros = |percentile| self.0.value_at_percentile(percentile) as f64 / 1e3;
        Latency {
            count: self.0.len(),
            micros: PERCENTILES.map(micros),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_intended_times() {
        let mut recorder = Recorder::new();
        let start = Instant::now();
        for milliseconds in 1..=100 {
            recorder.record(start, start + Duration::from_millis(milliseconds));
        }
        let latency = recorder.latency();
        let is_about = |percentile, expected: f64| {
            let micros = latency.at(percentile);
            assert!((micros / expected - 1.0).abs() < 0.01, "{micros}");
        };
        assert_eq!(latency.count, 100);
        is_about(50.0, 50_000.0);
        is_about(99.0, 99_000.0);
        is_about(100.0, 100_000.0);
    }

    #[test]
    fn what_never_seems_to_end_counts_as_a_minute() {
        let mut recorder = Recorder::new();
        let start = Instant::now();
        recorder.record(start, start + Duration::from_secs(3_600));
        assert!((recorder.latency().at(100.0) / 60e6 - 1.0).abs() < 0.01);
    }
}
