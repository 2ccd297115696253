//! The protocol's core, with what goes into it and whom it concerns.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Waker};

use salon_proto::client::{self, Failure, Options, Output, SocketKey};
use salon_proto::timer::Instant;

use super::asking::Asking;
use super::expected::{Answers, Events};
use super::inbox::SocketNumber;
use super::running::Running;
use crate::error::ConnectError;
use crate::manager::WeakManager;
use crate::socket::{Socket, View, WeakSocket};
use crate::transport::{Event, Next, TransportError, TransportErrorKind};

/// Everything of a manager's task but its transports.
pub(super) struct Dispatcher {
    pub(super) core: client::Manager,
    pub(super) manager: WeakManager,
    pub(super) sockets: Vec<Entry>,
    pub(super) running: Running,
    pub(super) asking: Asking,
    pub(super) answers: Answers,
    pub(super) waiting: Events,
    pub(super) last_report: u64,
    /// What is for the transports to do, in order.
    pub(super) work: VecDeque<Output>,
    max_running: usize,
    /// As of this turn.
    pub(super) now: Instant,
    pub(super) waker: Waker,
}

/// A socket that has handles.
pub(super) struct Entry {
    pub(super) number: SocketNumber,
    /// Where it cannot be had, the reason.
    pub(super) key: Result<SocketKey, ConnectError>,
    pub(super) socket: WeakSocket,
    /// It was told that it is connected.
    pub(super) is_up: bool,
    /// The newest request for its auth data.
    pub(super) auth_request: u32,
}

impl Entry {
    pub(super) fn has_key(&self, key: Option<&SocketKey>) -> bool {
        key.is_some() && self.key.as_ref().ok() == key
    }
}

impl Dispatcher {
    pub(super) fn new(
        manager: WeakManager,
        options: Arc<Options>,
        seed: u64,
        now: Instant,
    ) -> Self {
        let max_running = options.limits.max_running_handlers;
        Self {
            core: client::Manager::new(options, seed),
            manager,
            sockets: Vec::new(),
            running: Running::default(),
            asking: Asking::default(),
            answers: Answers::default(),
            waiting: Events::default(),
            last_report: 0,
            work: VecDeque::new(),
            max_running,
            now,
            waker: Waker::noop().clone(),
        }
    }

    /// Lets handlers and auth functions go on.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) {
        self.running.poll(cx);
        self.poll_auth(cx);
    }

    /// Whether so many handlers are running that the server has to wait.
    pub(super) fn is_busy(&self) -> bool {
        self.running.len() >= self.max_running
    }

    /// The socket of a key, if anybody holds it.
    pub(super) fn socket(&self, key: SocketKey) -> Option<Socket> {
        let mut entries = self.sockets.iter();
        let entry = entries.find(|one| one.has_key(Some(&key)))?;
        entry.socket.upgrade()
    }

    /// Takes note of whether a socket was told that it is connected, and says what was so before.
    pub(super) fn set_up(&mut self, key: SocketKey, is_up: bool) -> bool {
        let entry = self.entry(key);
        entry.is_some_and(|entry| std::mem::replace(&mut entry.is_up, is_up))
    }

    pub(super) fn entry(&mut self, key: SocketKey) -> Option<&mut Entry> {
        let mut entries = self.sockets.iter_mut();
        entries.find(|one| one.has_key(Some(&key)))
    }

    /// All sockets that anybody holds.
    pub(super) fn sockets(&self) -> Vec<Socket> {
        let sockets = self.sockets.iter();
        sockets.filter_map(|one| one.socket.upgrade()).collect()
    }

    pub(super) fn key(&self, number: SocketNumber) -> Option<SocketKey> {
        let entry = self.sockets.iter().find(|one| one.number == number)?;
        entry.key.as_ref().ok().copied()
    }
}

/// The end.
impl Dispatcher {
    /// Nothing will come any more: whoever waits is told so, and handlers with what they have
    /// captured are forgotten.
    pub(super) fn end(&mut self) {
        self.asking = Asking::default();
        self.running = Running::default();
        self.answers.clear();
        self.waiting.clear();
        for socket in self.sockets() {
            socket.change(View::end);
            socket.table().clear();
        }
        let Some(manager) = self.manager.upgrade() else {
            return;
        };
        manager.show_transport(None);
        if let Some(table) = manager.table() {
            table.clear();
        }
    }
}

/// What the transports have to say.
impl Dispatcher {
    /// Tells whoever is concerned, and says whether the transports may go on.
    pub(super) fn handle(&mut self, event: Event<'_>) -> Next {
        let now = self.now;
        // What an old connection still has to say, nobody wants to hear.
        if self.is_connection_over() {
            return Next::Pause;
        }
        let received = match event {
            Event::Packet(packet) => self.core.handle_packet(now, packet),
            Event::Text(text) => self.core.handle_text(now, text),
            Event::Binary(data) => self.core.handle_binary(now, data),
            event => {
                self.handle_change(event);
                client::Received::Nothing
            }
        };
        self.tell_outputs();
        self.tell_received(received);
        match self.is_busy() || self.is_connection_over() {
            true => Next::Pause,
            false => Next::Go,
        }
    }

    fn handle_change(&mut self, event: Event<'_>) {
        let now = self.now;
        let core = &mut self.core;
        match event {
            Event::Malformed => core.handle_malformed(now),
            Event::PollDone => core.handle_poll_done(now),
            Event::PostDone => core.handle_post_done(now),
            Event::Lost(error) => core.handle_lost(now, failure(&error), details(&error)),
            Event::Closed(error) => core.handle_close_frame(now, Some(error.to_string())),
            Event::CandidateOpen => core.handle_candidate_open(now),
            Event::CandidateText(text) => core.handle_candidate_text(now, text),
            Event::CandidateLost(_) => core.handle_candidate_lost(now),
            Event::Packet(_) | Event::Text(_) | Event::Binary(_) => {}
        }
    }

    /// Whether the transports have yet to learn that their connection is the session's no more.
    fn is_connection_over(&self) -> bool {
        self.work.iter().any(|work| {
            matches!(
                work,
                Output::Open(_) | Output::Engine(client::session::Output::Closed(_))
            )
        })
    }
}

const fn failure(error: &TransportError) -> Failure {
    match error.kind() {
        TransportErrorKind::Poll => Failure::Poll,
        TransportErrorKind::Post => Failure::Post,
        _ => Failure::WebSocket,
    }
}

/// What more is known than the kind, which the core names itself.
fn details(error: &TransportError) -> Option<Arc<str>> {
    let text = error.to_string();
    let rest = text.strip_prefix(error.message()).unwrap_or(&text);
    let rest = rest.trim_start_matches([':', ' ']);
    (!rest.is_empty()).then(|| rest.into())
}
