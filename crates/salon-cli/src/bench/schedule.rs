//! When something is to happen: at fixed times, whatever becomes of it.

/// More wake-ups of a thread would cost it more than what it sends.
const WAKES_PER_SECOND: f64 = 1_000.0;

/// Where several messages must fall on one moment, they are so many at least: the fewer they are,
/// the more each of them costs in waking up, for its moment and for its answer.
const GROUP: f64 = 16.0;

/// Unless such moments were further apart than this: 4 ms.
const WAKES_AT_LEAST: f64 = 250.0;

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
        let group = group(own);
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

/// How many of so many a second fall on one moment.
fn group(per_second: f64) -> f64 {
    if per_second <= WAKES_PER_SECOND {
        return 1.0;
    }
    let least = GROUP.min(per_second / WAKES_AT_LEAST);
    least.max(per_second / WAKES_PER_SECOND).ceil()
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
        let schedule = Schedule::new(40_000.0, 0, 1);
        let moments = first(schedule, 81);
        assert!(moments[..40].iter().all(|moment| *moment == 0));
        assert!(moments[40..80].iter().all(|moment| *moment == 1_000_000));
        assert_eq!(schedule.intended(40_000), 1_000_000_000);
    }

    #[test]
    fn groups_are_worth_waking_up_for_and_not_far_apart() {
        let groups = [1.0, 1_000.0, 1_100.0, 4_000.0, 5_000.0, 16_000.0, 17_000.0].map(group);
        assert_eq!(groups, [1.0, 1.0, 5.0, 16.0, 16.0, 16.0, 17.0]);
    }
}
