//! Handlers that have begun and not ended.

use std::task::{Context, Waker};

use salon_handler::{Pending, Start, Task};

/// Pending handlers.
#[derive(Default)]
pub(super) struct Running(Pending<Task>);

impl Running {
    /// Where handlers begin: each is polled once, at once, and kept only if it is pending. So
    /// handlers start in the order of their events, and one that never waits costs no task.
    pub(super) fn start<T>(&mut self, waker: &Waker, start: impl FnOnce(&mut Start<'_>) -> T) -> T {
        let mut keep = |task| self.0.push(task);
        start(&mut Start::now(waker, &mut keep))
    }

    /// Polls the handlers that can go on.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) {
        while self.0.poll_next(cx).is_some() {}
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}
