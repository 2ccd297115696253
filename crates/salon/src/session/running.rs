//! The handlers of one session that have started and not finished.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::future::BoxFuture;
use salon_handler::Pending;

/// A handler that was called. It answers and reports by itself.
pub(crate) type Task = BoxFuture<'static, ()>;

/// Pending handlers.
#[derive(Default)]
pub(super) struct Running(Pending<Contained>);

impl Running {
    /// Polls a handler once; it is kept only if it is pending. So handlers start in the order
    /// of their events, and one that never waits costs no task.
    pub(super) fn start(&mut self, task: Task, cx: &mut Context<'_>) {
        let mut task = Contained(task);
        if Pin::new(&mut task).poll(cx).is_pending() {
            self.keep(task);
        }
    }

    fn keep(&mut self, task: Contained) {
        self.0.push(task);
    }

    /// Polls the handlers that can go on.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) {
        while self.0.poll_next(cx).is_some() {}
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A handler whose panic ends that handler and nothing else.
struct Contained(Task);

impl Future for Contained {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let task = self.0.as_mut();
        catch_unwind(AssertUnwindSafe(|| task.poll(cx))).unwrap_or_else(|_| {
            tracing::error!("a handler panicked; its session goes on without it");
            Poll::Ready(())
        })
    }
}

/// One turn of a session's task: where what arrives starts its handlers.
pub(crate) struct Turn<'turn, 'cx> {
    pub(super) running: &'turn mut Running,
    pub(super) cx: &'turn mut Context<'cx>,
}

impl Turn<'_, '_> {
    /// Starts a handler at once.
    pub(crate) fn start(&mut self, task: Task) {
        self.running.start(task, self.cx);
    }

    /// The waker of the task, and the way to keep a handler that was polled with it.
    pub(crate) fn parts(&mut self) -> (&Waker, impl FnMut(Task)) {
        let running = &mut *self.running;
        (self.cx.waker(), |task| running.keep(Contained(task)))
    }
}
