//! The manager's time, and its one timer.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use salon_proto::timer::Instant;
use tokio::time::{self, Sleep};

/// Milliseconds since the manager began, and one timer for the earliest deadline.
pub(super) struct Clock {
    epoch: time::Instant,
    /// Made when the first deadline is there.
    timer: Option<Pin<Box<Sleep>>>,
    /// When it is due. It may be earlier than the earliest deadline, which is found out then.
    due: Option<Instant>,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            epoch: time::Instant::now(),
            timer: None,
            due: None,
        }
    }

    pub(super) fn now(&self) -> Instant {
        let millis = self.epoch.elapsed().as_millis();
        Instant::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
    }

    /// Whether a deadline may have passed: no deadline of the turn before is earlier than this.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due.is_none_or(|due| now >= due)
    }

    /// Has the task woken at `deadline`, or earlier. `Ready`: it has passed already.
    ///
    /// It is always the same task that asks, so a timer that is set need not be told again.
    pub(super) fn poll_until(
        &mut self,
        now: Instant,
        deadline: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let Some(deadline) = deadline else {
            return Poll::Pending;
        };
        if self.due.is_some_and(|due| due <= deadline && now < due) {
            return Poll::Pending;
        }
        let timer = match &mut self.timer {
            Some(timer) => timer,
            none => none.insert(Box::pin(time::sleep_until(self.epoch))),
        };
        // Rounded up: a timer that fires a little too early would find nothing to do.
        let after = Duration::from_millis(deadline.as_millis().saturating_add(1));
        // What is more than 30 years away is never, and would overflow the clock.
        const YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 3_600);
        timer.as_mut().reset(self.epoch + after.min(YEARS));
        self.due = Some(deadline);
        let polled = timer.as_mut().poll(cx);
        if polled.is_ready() {
            self.due = None;
        }
        polled
    }
}
