//! Futures of the application that have begun and not ended: handlers, and auth functions.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::Stream;
use futures_util::stream::FuturesUnordered;
use salon_handler::{Start, Task};

/// Pending handlers. An idle manager holds no set at all.
#[derive(Default)]
pub(super) struct Running {
    tasks: Option<Box<FuturesUnordered<Task>>>,
}

impl Running {
    /// Where handlers begin: each is polled once, at once, and kept only if it is pending. So
    /// handlers start in the order of their events, and one that never waits costs no task.
    pub(super) fn start<T>(&mut self, waker: &Waker, start: impl FnOnce(&mut Start<'_>) -> T) -> T {
        let mut keep = |task| self.tasks.get_or_insert_default().push(task);
        start(&mut Start::now(waker, &mut keep))
    }

    /// Polls the handlers that can go on.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) {
        let Some(tasks) = &mut self.tasks else { return };
        while let Poll::Ready(Some(())) = Pin::new(&mut **tasks).poll_next(cx) {}
        if tasks.is_empty() {
            self.tasks = None;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tasks.as_ref().map_or(0, |tasks| tasks.len())
    }
}
