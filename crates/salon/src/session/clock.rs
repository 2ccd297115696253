//! Tells when deadlines are due: one task for all of them.

use std::sync::{Arc, Weak};
use std::time::Duration;
use std::vec;

use parking_lot::Mutex;
use salon_proto::timer::Instant;
use tokio::sync::Notify;

use super::wheel::Wheel;

/// Deadlines that are far away are handled together with their neighbours: from so many
/// milliseconds on with those of so many. With thousands of heartbeats that saves thousands of
/// wake-ups, and what is done together finds the caches warm: a ping of 2,000 idle sessions costs two
/// thirds of what it costs with slots of 32 milliseconds. None is more than a fiftieth of its time
/// late, and a client waits for a ping by the whole ping timeout longer.
const SLOTS: [(u64, u64); 4] = [(20_000, 400), (10_000, 32), (1_000, 8), (0, 1)];

/// So many are told of their deadlines before others have their turn, so that the pings of very
/// many sessions do not hold up the messages of some.
const AT_ONCE: usize = 64;

/// Has deadlines.
pub(crate) trait Due: Send + Sync {
    /// A deadline has passed, or has just been withdrawn. It must not take long.
    fn handle_due(&self);
}

pub(super) struct Clock {
    epoch: tokio::time::Instant,
    wheel: Mutex<Wheel<Weak<dyn Due>>>,
    earlier: Notify,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            epoch: tokio::time::Instant::now(),
            wheel: Mutex::default(),
            earlier: Notify::new(),
        }
    }

    pub(super) fn now(&self) -> Instant {
        let millis = self.epoch.elapsed().as_millis();
        Instant::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// Tells it at `deadline`, or a little later.
    pub(super) fn schedule(&self, deadline: Instant, whom: Weak<dyn Due>) {
        let deadline = deadline.as_millis();
        let distance = deadline.saturating_sub(self.now().as_millis());
        let is_earliest = self.wheel.lock().insert(deadline, slot(distance), whom);
        if is_earliest {
            self.earlier.notify_one();
        }
    }

    /// Waits for deadlines, for ever.
    pub(super) async fn run(self: Arc<Self>) {
        loop {
            self.wait().await;
            let now = self.now().as_millis();
            let mut expired = self.wheel.lock().expire(now).into_iter();
            while tell_some(&mut expired) {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Returns when the earliest deadline is due, or when there is an earlier one.
    async fn wait(&self) {
        let next = self.wheel.lock().next();
        let Some(next) = next else {
            return self.earlier.notified().await;
        };
        let due = self.epoch + Duration::from_millis(next);
        // Whichever comes first: the loop looks again in either case.
        let _ = tokio::time::timeout_at(due, self.earlier.notified()).await;
    }
}

/// Tells some of those whose deadlines have passed; true if others are left.
fn tell_some(expired: &mut vec::IntoIter<Weak<dyn Due>>) -> bool {
    let some = expired.take(AT_ONCE).filter_map(|weak| weak.upgrade());
    some.for_each(|whom| whom.handle_due());
    expired.len() > 0
}

/// How wide the slot of a deadline is that is so far away.
fn slot(distance: u64) -> u64 {
    let slot = SLOTS.iter().find(|(from, _)| distance >= *from);
    slot.map_or(1, |(_, width)| *width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_deadline_is_more_than_a_fiftieth_late() {
        for distance in 0..100_000 {
            assert!(slot(distance) - 1 <= distance / 50, "{distance}");
        }
    }
}
