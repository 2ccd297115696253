//! What all sessions of a server share: the clock, the flusher and the registry.

use std::borrow::Cow;
use std::future::Future;
use std::sync::{Arc, Weak};

use salon_proto::engine;
use salon_proto::timer::Instant;
use salon_proto::{CloseReason, Limits, SessionId};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::Session;
use super::clock::{Clock, Due};
use super::flusher::Flusher;
use super::line::{Arrival, Line};
use super::link::Link;
use super::registry::Registry;
use super::running::{Task, Turn};
use super::task::SessionTask;

/// To whom a session delivers: the Socket.IO layer.
///
/// Its methods are called by the session's task only, one at a time, in the order in which
/// things arrived.
pub(crate) trait Receiver: Send {
    /// The session is open; nothing has arrived yet.
    fn handle_open(&mut self, turn: &mut Turn<'_, '_>);
    /// A text message.
    fn handle_text(&mut self, text: &str, turn: &mut Turn<'_, '_>);
    /// A binary message.
    fn handle_binary(&mut self, data: Cow<'_, [u8]>, turn: &mut Turn<'_, '_>);
    /// Time has passed.
    fn handle_timeout(&mut self, now: Instant, turn: &mut Turn<'_, '_>);
    /// The session is over; nothing follows.
    fn handle_closed(&mut self, reason: CloseReason, turn: &mut Turn<'_, '_>);
    /// When to call [`handle_timeout`](Self::handle_timeout). It may be put off or dropped between
    /// two calls of that, and must not be brought forward.
    fn poll_timeout(&self) -> Option<Instant>;
}

/// The machinery under the sessions of one server.
pub(crate) struct Driver {
    pub(super) clock: Arc<Clock>,
    pub(super) flusher: Arc<Flusher>,
    pub(super) registry: Registry,
    pub(super) limits: Arc<Limits>,
    /// The runtime that the sessions run on, for handlers that are called from outside of it.
    pub(super) runtime: Handle,
    tasks: Vec<AbortHandle>,
}

impl Driver {
    /// Starts the clock and the flusher on the current tokio runtime.
    pub(crate) fn start(limits: Arc<Limits>) -> Arc<Self> {
        let clock = Arc::new(Clock::new());
        let runtime = Handle::current();
        let flushers = runtime.metrics().num_workers();
        let flusher = Arc::new(Flusher::new(flushers));
        let mut tasks = vec![tokio::spawn(Arc::clone(&clock).run()).abort_handle()];
        tasks.extend((0..flushers).map(|task| {
            let flushing = Arc::clone(&flusher).run(task);
            tokio::spawn(flushing).abort_handle()
        }));
        Arc::new(Self {
            clock,
            flusher,
            registry: Registry::default(),
            limits,
            runtime,
            tasks,
        })
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    pub(crate) const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Tells somebody when this time has come.
    pub(crate) fn schedule(&self, deadline: Instant, whom: Weak<dyn Due>) {
        self.clock.schedule(deadline, whom);
    }

    /// Runs something that belongs to no session.
    pub(crate) fn start_task(&self, task: Task) {
        self.runtime.spawn(task);
    }

    /// Registers a session and starts its task. `link` is its WebSocket, if it has one yet.
    /// `None`: the registry has been closed, or another session has the id.
    pub(crate) fn open(
        self: &Arc<Self>,
        id: SessionId,
        engine: engine::Session,
        link: Option<Link>,
        receiver: impl FnOnce(&Arc<Session>) -> Box<dyn Receiver>,
    ) -> Option<Arc<Session>> {
        let mut line = Line::new(engine);
        line.arrivals.extend(link.map(Arrival::Link));
        let session = Arc::new(Session::new(id, Arc::clone(self), line));
        if !self.registry.insert(Arc::clone(&session)) {
            return None;
        }
        let receiver = receiver(&session);
        tokio::spawn(SessionTask::new(Arc::clone(&session), receiver));
        Some(session)
    }

    /// Waits for an HTTP upgrade and then does something with its stream, in a task of its
    /// own, since the upgrade completes only after the response has gone out.
    pub(crate) fn after_upgrade<F>(&self, upgrade: F, then: impl FnOnce(Link) + Send + 'static)
    where
        F: Future<Output = Option<Link>> + Send + 'static,
    {
        tokio::spawn(async move {
            if let Some(link) = upgrade.await {
                then(link);
            }
        });
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
