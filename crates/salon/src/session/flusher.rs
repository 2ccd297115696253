//! Writes what sessions have got to send, once for each turn of the runtime.
//!
//! Sending only appends to an outbox and marks its session. The first mark wakes the
//! flusher, which runs after the tasks that were ready already; by then a session may
//! have got several packets, and they go out in one write. No recipient's task wakes.
//!
//! The flusher is as many tasks as the runtime has threads. Usually the first does it all; of a
//! large broadcast they write at once, each a batch at a time, and between two batches others
//! have their turn. A session's own lock and outbox keep its packets in order, whoever writes.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::hint::black_box;
use std::mem;
use std::sync::Arc;
use std::task::Poll;

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;
use tokio::task::yield_now;

use super::Session;

/// Sessions flushed before others get their turn: about a millisecond of writing.
const BATCH: usize = 256;

/// Sessions that are brought into the processor's cache together, so that it waits for memory
/// once and not for each. More would push out the first of them.
const GROUP: usize = 16;

pub(super) struct Flusher {
    marked: Mutex<VecDeque<Arc<Session>>>,
    /// One for each task.
    wakers: Box<[AtomicWaker]>,
}

impl Flusher {
    /// A flusher of so many tasks, of which there must be one.
    pub(super) fn new(tasks: usize) -> Self {
        Self {
            marked: Mutex::default(),
            wakers: (0..tasks).map(|_| AtomicWaker::new()).collect(),
        }
    }

    /// Asks for a session to be flushed. The session sees to it that it is marked once.
    pub(super) fn mark(&self, session: Arc<Session>) {
        let mut marked = self.marked.lock();
        marked.push_back(session);
        if marked.len() == 1 {
            self.wake(0);
        }
    }

    /// The same for many.
    fn mark_all(&self, sessions: Vec<Arc<Session>>) {
        let mut marked = self.marked.lock();
        match marked.is_empty() {
            true => {
                *marked = sessions.into();
                self.wake(0);
            }
            false => marked.extend(sessions),
        }
    }

    fn wake(&self, task: usize) {
        if let Some(waker) = self.wakers.get(task) {
            waker.wake();
        }
    }

    /// Flushes what is marked, for ever: the work of one of the tasks.
    pub(super) async fn run(self: Arc<Self>, task: usize) {
        let mut batch = VecDeque::new();
        loop {
            poll_fn(|cx| {
                if let Some(waker) = self.wakers.get(task) {
                    waker.register(cx.waker());
                }
                self.take(&mut batch, task)
            })
            .await;
            flush(&mut batch);
            if !self.marked.lock().is_empty() {
                yield_now().await;
            }
        }
    }

    /// Takes the next batch. Where more is left, the next task helps.
    fn take(&self, batch: &mut VecDeque<Arc<Session>>, task: usize) -> Poll<()> {
        let mut marked = self.marked.lock();
        if marked.is_empty() {
            return Poll::Pending;
        }
        if marked.len() <= BATCH {
            mem::swap(&mut *marked, batch);
            return Poll::Ready(());
        }
        batch.extend(marked.drain(..BATCH));
        drop(marked);
        self.wake(task + 1);
        Poll::Ready(())
    }
}

fn flush(batch: &mut VecDeque<Arc<Session>>) {
    in_groups(batch.iter(), Session::touch, Session::flush);
    batch.clear();
}

/// Sessions that one broadcast has given something to. They are marked together, at its end.
#[derive(Default)]
pub(crate) struct Fanout(Vec<Arc<Session>>);

impl Fanout {
    pub(super) fn add(&mut self, session: &Arc<Session>) {
        if self.0.capacity() == 0 {
            // Most rooms are small.
            self.0.reserve_exact(GROUP);
        }
        self.0.push(Arc::clone(session));
    }
}

impl Drop for Fanout {
    fn drop(&mut self) {
        let sessions = mem::take(&mut self.0);
        if let Some(first) = sessions.first() {
            let driver = Arc::clone(&first.driver);
            driver.flusher.mark_all(sessions);
        }
    }
}

/// Does something with each of many, a group at a time: first their memory is touched, so that
/// the processor fetches it for the whole group at once and does not wait for each by itself.
pub(crate) fn in_groups<T: Copy>(
    mut items: impl Iterator<Item = T>,
    touch: impl Fn(T),
    mut act: impl FnMut(T),
) {
    let mut group = [None; GROUP];
    loop {
        let mut len = 0;
        for (place, item) in group.iter_mut().zip(&mut items) {
            *place = Some(item);
            len += 1;
        }
        let group = group.iter().take(len).flatten();
        group.clone().for_each(|item| touch(*item));
        group.for_each(|item| act(*item));
        if len < GROUP {
            return;
        }
    }
}

impl Session {
    /// Looks at it, of which only the processor's cache takes note.
    pub(crate) fn touch(self: &Arc<Self>) {
        black_box((Arc::strong_count(self), self.line.is_locked()));
    }
}
