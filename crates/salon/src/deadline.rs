//! When to stop waiting.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// A point in time for a future that waits for something else as well. Its timer is made when it
/// is first asked for.
pub(crate) struct Deadline {
    at: Instant,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// So much time from now.
    pub(crate) fn after(timeout: Duration) -> Self {
        // `Duration::MAX`, which people use for "never", would overflow the clock.
        const YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 3_600);
        Self {
            at: Instant::now() + timeout.min(YEARS),
            timer: None,
        }
    }

    /// Ready when it has passed.
    pub(crate) fn poll_passed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let at = self.at;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(at)));
        timer.as_mut().poll(cx)
    }
}
