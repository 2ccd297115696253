//! When something is to happen: at fixed times, whatever becomes of it.

/// More wake-ups of a thread would cost it more than what it sends.
const WAKES_PER_SECOND: f64 = 1_000.0;

/// Moments at a fixed rate, as nanoseconds from the beginning.
///
/// Where they come faster than a thread can well be woken, several fall on one moment: each of them
/// is still meant for exactly that moment, so nothing is counted as late that is not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    /// Between two moments.
    interval: f64,
    /// How many fall on one.
    group: u64,
    first: f64,
}

impl Schedule {
    /// What falls to one of several threads, which take turns.
    pub(crate) fn new(per_second: f64, thread: usize, threads: usize) -> Self {
        let own = per_second / threads as f64;
        let group = (own / WAKES_PER_SECOND).ceil().max(1.0);
        Self {
            interval: group / own * 1e9,
            group: group as u64,
            first: group * thread as f64 / per_second * 1e9,
        }
    }

    /// For when the one of this number is meant.
    pub(crate) fn intended(&self, number: u64) -> u64 {
        (self.first + (number / self.group) as f64 * self.interval) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(schedule: Schedule, count: u64) -> Vec<u64> {
        (0..count).map(|number| schedule.intended(number)).collect()
    }

    #[test]
    fn moments_are_evenly_spaced_and_do_not_drift() {
        let schedule = Schedule::new(100.0, 0, 1);
        assert_eq!(first(schedule, 3), [0, 10_000_000, 20_000_000]);
        let day = 24 * 3_600;
        assert_eq!(schedule.intended(100 * day), day * 1_000_000_000);
        // Also where a moment is no whole number of nanoseconds.
        let thirds = Schedule::new(3.0, 0, 1);
        assert_eq!(thirds.intended(3 * day), day * 1_000_000_000);
    }

    #[test]
    fn threads_take_turns() {
        assert_eq!(first(Schedule::new(100.0, 0, 2), 2), [0, 20_000_000]);
        assert_eq!(
            first(Schedule::new(100.0, 1, 2), 2),
            [10_000_000, 30_000_000]
        );
    }

    #[test]
    fn many_a_second_come_in_groups() {
        let schedule = Schedule::new(4_000.0, 0, 1);
        assert_eq!(first(schedule, 6), [0, 0, 0, 0, 1_000_000, 1_000_000]);
        assert_eq!(schedule.intended(4_000), 1_000_000_000);
    }
}
