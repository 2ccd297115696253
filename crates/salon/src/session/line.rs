//! What is behind a session's lock: the protocol's state and the way out.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use salon_proto::CloseReason;
use salon_proto::engine;
use salon_proto::engine::payload::{Payload, PollBody};
use tokio::sync::oneshot;

use super::Session;
use super::link::{Link, Writer};
use super::running::Task;
use super::write::{self, Broken};

/// Its fields are in memory in this order, behind the lock: what each packet out needs comes first.
#[repr(C)]
pub(super) struct Line {
    /// The flusher has been asked.
    pub(super) marked: bool,
    /// The session's task is at work, and flushes at the end of its turn.
    pub(super) in_turn: bool,
    pub(super) deadline_due: bool,
    /// Nobody picks up arrivals any more.
    pub(super) task_ended: bool,
    /// The WebSocket, once the session travels on one.
    pub(super) writer: Option<Writer>,
    pub(super) engine: engine::Session,
    /// Answers the held poll.
    pub(super) poll: Option<oneshot::Sender<PollBody>>,
    /// What the session's task has to pick up.
    pub(super) arrivals: Vec<Arrival>,
    /// Handlers that were called elsewhere than for an event, for the session's task to start.
    pub(super) calls: Vec<Task>,
}

/// Something for the session's task.
pub(super) enum Arrival {
    /// A WebSocket that was opened with the session, or that wants to take it over.
    Link(Link),
    /// The body of a POST.
    Body(Box<Body>),
    /// A POST whose body is no payload.
    Malformed,
}

/// The body of a POST.
pub(super) struct Body {
    pub(super) payload: Payload,
    /// Told when its last packet has been taken.
    pub(super) processed: oneshot::Sender<()>,
}

impl Line {
    pub(super) fn new(engine: engine::Session) -> Self {
        Self {
            engine,
            writer: None,
            poll: None,
            arrivals: Vec::new(),
            calls: Vec::new(),
            deadline_due: false,
            marked: false,
            in_turn: false,
            task_ended: false,
        }
    }

    /// Whether the caller has to ask the flusher; at most one does.
    pub(super) const fn wants_mark(&mut self) -> bool {
        let wants = !self.in_turn && !self.marked;
        self.marked |= wants;
        wants
    }

    /// Lets the transport take what waits.
    pub(super) fn write(&mut self, session: &Arc<Session>) {
        self.engine.flush();
        if self.engine.outbox().is_empty() {
            return;
        }
        let Some(writer) = &mut self.writer else {
            return;
        };
        let mut written = write::at_once(&mut self.engine, writer);
        if written.is_pending() {
            let waker = Waker::from(Arc::clone(session));
            let mut cx = Context::from_waker(&waker);
            written = write::or_wait(&mut self.engine, writer, &mut cx);
        }
        if let Poll::Ready(Err(Broken)) = written {
            self.engine.handle_lost(CloseReason::TransportError);
            self.writer = None;
        }
    }
}
