//! Writes what sessions have got to send, once for each turn of the runtime.
//!
//! Sending only appends to an outbox and marks its session. The first mark wakes the
//! flusher, which runs after the tasks that were ready already; by then a session may
//! have got several packets, and they go out in one write. No recipient's task wakes.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;

use super::Session;

#[derive(Default)]
pub(super) struct Flusher {
    marked: Mutex<Vec<Arc<Session>>>,
    waker: AtomicWaker,
}

impl Flusher {
    /// Asks for a session to be flushed. The session sees to it that it is marked once.
    pub(super) fn mark(&self, session: Arc<Session>) {
        let mut marked = self.marked.lock();
        marked.push(session);
        if marked.len() == 1 {
            self.waker.wake();
        }
    }

    /// Flushes what is marked, for ever.
    pub(super) async fn run(self: Arc<Self>) {
        let mut batch = Vec::new();
        poll_fn(|cx| self.poll(cx, &mut batch)).await;
    }

    fn poll(&self, cx: &Context<'_>, batch: &mut Vec<Arc<Session>>) -> Poll<()> {
        self.waker.register(cx.waker());
        std::mem::swap(&mut *self.marked.lock(), batch);
        for session in batch.drain(..) {
            session.flush();
        }
        // What was marked meanwhile has woken this task again.
        Poll::Pending
    }
}
