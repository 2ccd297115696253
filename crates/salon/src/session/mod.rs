//! Engine.IO sessions on tokio: the only room that spawns tasks and does I/O.
//!
//! ```text
//!   HTTP requests ──▶ Session ◀── send(), close() from anywhere
//!                      │   ▲
//!                      ▼   │ wake
//!   Flusher ─ write ─ Line │ SessionTask ── reads, runs handlers ──▶ Receiver
//!                          │  ▲                                     (Socket.IO)
//!   Clock ─────────────────┴──┘ deadline is due
//! ```
//!
//! A [`Session`] is shared; its state, the [`Line`](line::Line), is behind one lock that is
//! never held while user code runs. Each session has one small task, which alone delivers
//! what arrives, in order.

mod arrivals;
mod candidate;
mod clock;
mod driver;
mod flusher;
mod line;
mod link;
mod polling;
mod registry;
mod running;
mod task;
mod websocket;
mod wheel;
mod write;

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::task::{Wake, Waker};

use parking_lot::Mutex;
use salon_proto::engine::{Protocol, Rejected, Transport};
use salon_proto::{Encoded, SessionId};

pub(crate) use clock::Due;
pub(crate) use driver::{Driver, Receiver};
pub(crate) use flusher::{Fanout, in_groups};
pub(crate) use link::Link;
pub(crate) use polling::{HeldPoll, Post};
pub(crate) use running::{Task, Turn};

use line::{Arrival, Line};

/// From this many waiting bytes on, sending writes at once: a handler that sends a lot must not
/// fill the outbox of a client that reads well.
const WRITE_AT: usize = 64 * 1024;

/// One Engine.IO session, shared by all who have something to do with it.
///
/// Its fields are in memory in this order: what each packet out needs stands together at the front,
/// directly behind the count of those who share it.
#[repr(C)]
pub(crate) struct Session {
    line: Mutex<Line>,
    driver: Arc<Driver>,
    /// Wakes the session's task. Set in its first turn, and tokio's tasks keep theirs.
    waker: OnceLock<Waker>,
    id: SessionId,
}

impl Session {
    fn new(id: SessionId, driver: Arc<Driver>, line: Line) -> Self {
        Self {
            id,
            driver,
            waker: OnceLock::new(),
            line: Mutex::new(line),
        }
    }

    pub(crate) const fn id(&self) -> &SessionId {
        &self.id
    }

    /// Whether it writes to a bare TCP stream, without anything of hyper in between.
    #[cfg(test)]
    pub(crate) fn is_on_tcp(&self) -> bool {
        self.line
            .lock()
            .writer
            .as_ref()
            .is_some_and(link::Writer::is_tcp)
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.line.lock().engine.dialect().protocol
    }

    pub(crate) fn transport(&self) -> Transport {
        self.line.lock().engine.transport()
    }

    pub(crate) fn transport_and_protocol(&self) -> (Transport, Protocol) {
        let engine = &self.line.lock().engine;
        (engine.transport(), engine.dialect().protocol)
    }

    /// What more is known of why it ended.
    pub(crate) fn details(&self) -> Option<&'static str> {
        self.line.lock().engine.details()
    }

    /// Whether sending the packet would compress it.
    pub(crate) fn deflates(&self, packet: &Encoded, volatile: bool) -> bool {
        self.line.lock().engine.deflates(packet, volatile)
    }

    /// Queues a message. It goes out at the end of this turn of the runtime.
    pub(crate) fn send(self: &Arc<Self>, packet: Encoded, volatile: bool) -> Result<(), Rejected> {
        let must_mark = self.queue(packet, volatile)?;
        if must_mark {
            self.driver.flusher.mark(Arc::clone(self));
        }
        Ok(())
    }

    /// The same as one of many.
    pub(crate) fn send_among(
        self: &Arc<Self>,
        fanout: &mut Fanout,
        packet: Encoded,
        volatile: bool,
    ) -> Result<(), Rejected> {
        let must_mark = self.queue(packet, volatile)?;
        if must_mark {
            fanout.add(self);
        }
        Ok(())
    }

    /// Whether the flusher has to be told.
    fn queue(self: &Arc<Self>, packet: Encoded, volatile: bool) -> Result<bool, Rejected> {
        let mut line = self.line.lock();
        let result = line.engine.send(packet, volatile);
        if result.is_err() && line.engine.has_output() {
            // The overflow policy ended the session.
            self.wake_task();
        }
        if line.engine.outbox().bytes() >= WRITE_AT {
            line.write(self);
        }
        result.map(|()| line.wants_mark())
    }

    /// Ends the session once the client has got what waits for it.
    pub(crate) fn close(&self) {
        self.line.lock().engine.close(self.driver.now());
        self.wake_task();
    }

    /// Whether it is closing and the client will learn of it from a poll only.
    pub(crate) fn waits_for_poll(&self) -> bool {
        let line = self.line.lock();
        line.engine.transport() == Transport::Polling && !line.engine.is_closed()
    }

    /// Ends the session now.
    pub(crate) fn abort(&self) {
        self.line.lock().engine.abort();
        self.wake_task();
    }

    /// Runs a handler on the session's task, or on one of its own if that has ended.
    pub(crate) fn start(&self, task: Task) {
        let mut line = self.line.lock();
        if line.task_ended {
            drop(line);
            self.driver.runtime.spawn(task);
        } else {
            line.calls.push(task);
            self.wake_task();
        }
    }

    /// Runs a future in a task of its own, whatever becomes of the session. `None`: it panicked.
    pub(crate) async fn run_apart<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.driver.runtime.spawn(future).await.ok()
    }

    /// An upgrade candidate for this session.
    pub(crate) fn offer(&self, candidate: Link) {
        self.arrive(Arrival::Link(candidate));
    }

    fn arrive(&self, arrival: Arrival) {
        let mut line = self.line.lock();
        if !line.task_ended {
            line.arrivals.push(arrival);
            self.wake_task();
        }
    }

    /// Called by the flusher.
    fn flush(self: &Arc<Self>) {
        let mut line = self.line.lock();
        line.marked = false;
        line.write(self);
        if line.engine.has_output() {
            self.wake_task();
        }
    }

    /// Before its first turn, the task is about to have that anyway.
    fn wake_task(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }
}

impl Due for Session {
    fn handle_due(&self) {
        self.line.lock().deadline_due = true;
        self.wake_task();
    }
}

/// Wakes the session's task when its WebSocket can take more.
impl Wake for Session {
    fn wake(self: Arc<Self>) {
        self.wake_task();
    }
}
