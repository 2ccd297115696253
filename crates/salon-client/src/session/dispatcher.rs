//! The protocol's core, with what goes into it and whom it concerns.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use salon_proto::client::{self, Emitted, Failure, Options, Output, SocketKey, SocketOptions};
use salon_proto::timer::Instant;

use super::expected::{Answers, Events, Waiting, emit_error};
use super::inbox::{Command, Emission, SocketNumber};
use super::running::Running;
use crate::auth::{self, Auth};
use crate::error::{ConnectError, ConnectErrorKind};
use crate::manager::WeakManager;
use crate::socket::{Settings, Socket, View, WeakSocket};
use crate::transport::{Event, Next, TransportError, TransportErrorKind};
use salon_handler::AckError;

/// Everything of a manager's task but its transports.
pub(super) struct Dispatcher {
    pub(super) core: client::Manager,
    pub(super) manager: WeakManager,
    sockets: Vec<Entry>,
    pub(super) running: Running,
    asked: Option<Box<FuturesUnordered<BoxFuture<'static, Provided>>>>,
    pub(super) answers: Answers,
    pub(super) waiting: Events,
    last_report: u64,
    /// What is for the transports to do, in order.
    pub(super) work: VecDeque<Output>,
    max_running: usize,
    /// As of this turn.
    pub(super) now: Instant,
    pub(super) waker: Waker,
}

/// A socket that has handles.
struct Entry {
    number: SocketNumber,
    /// Where it cannot be had, the reason.
    key: Result<SocketKey, ConnectError>,
    socket: WeakSocket,
    /// It was told that it is connected.
    is_up: bool,
}

impl Entry {
    fn has_key(&self, key: Option<&SocketKey>) -> bool {
        key.is_some() && self.key.as_ref().ok() == key
    }
}

/// Auth data, and for which request.
struct Provided {
    key: SocketKey,
    request: u32,
    data: Result<auth::Data, ConnectError>,
}

impl Dispatcher {
    pub(super) fn new(manager: WeakManager, options: Options, seed: u64, now: Instant) -> Self {
        let max_running = options.limits.max_running_handlers;
        Self {
            core: client::Manager::new(options, seed),
            manager,
            sockets: Vec::new(),
            running: Running::default(),
            asked: None,
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
        while let Some(asked) = &mut self.asked {
            match Pin::new(&mut **asked).poll_next(cx) {
                Poll::Ready(Some(provided)) => self.provide_auth(provided),
                Poll::Ready(None) => self.asked = None,
                Poll::Pending => break,
            }
        }
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
        let mut entries = self.sockets.iter_mut();
        let entry = entries.find(|one| one.has_key(Some(&key)));
        entry.is_some_and(|entry| std::mem::replace(&mut entry.is_up, is_up))
    }

    /// All sockets that anybody holds.
    pub(super) fn sockets(&self) -> Vec<Socket> {
        let sockets = self.sockets.iter();
        sockets.filter_map(|one| one.socket.upgrade()).collect()
    }

    fn key(&self, number: SocketNumber) -> Option<SocketKey> {
        let entry = self.sockets.iter().find(|one| one.number == number)?;
        entry.key.as_ref().ok().copied()
    }
}

/// What handles ask for.
impl Dispatcher {
    pub(super) fn obey(&mut self, command: Command) {
        let now = self.now;
        match command {
            Command::Enter(number, socket) => self.enter(number, socket),
            Command::Leave(number) => self.leave(number),
            Command::Connect(number) => self.connect(number),
            Command::Emit(number, emission) => self.emit(number, emission),
            Command::Disconnect(number) => {
                if let Some(key) = self.key(number) {
                    self.core.disconnect(now, key);
                    // What was told meanwhile is not so any more, and the core may have no word.
                    if let Some(socket) = self.socket(key) {
                        socket.change(|view| view.is_active = false);
                    }
                }
            }
            Command::Answer {
                socket,
                connection,
                packet,
            } => {
                if let Some(key) = self.key(socket) {
                    // A connection that is over took whoever wanted the answer with it.
                    let _ = self.core.answer(now, key, connection, packet);
                }
            }
            Command::AckTimeout(number, id, timeout) => {
                if let Some(key) = self.key(number) {
                    self.core.set_ack_timeout(now, key, id, timeout);
                }
            }
            Command::Reconnection(reconnection) => self.core.set_reconnection(reconnection),
            Command::ForgetAck(number, id) => {
                if let Some(key) = self.key(number) {
                    self.answers.remove(&(key, id));
                    self.core.cancel_ack(key, id);
                }
            }
        }
    }

    fn enter(&mut self, number: SocketNumber, socket: WeakSocket) {
        let Some(strong) = socket.upgrade() else {
            return;
        };
        let options = socket_options(strong.settings());
        let mut key = self.core.socket(strong.namespace(), options.clone());
        if let Some(namesake) = self
            .sockets
            .iter()
            .find(|one| one.has_key(key.as_ref().ok()))
        {
            // Its last handle was dropped, or there were no other; that is about to be told.
            self.leave(namesake.number);
            key = self.core.socket(strong.namespace(), options);
        }
        let key =
            key.map_err(|error| ConnectError::new(ConnectErrorKind::Config, error.to_string()));
        self.sockets.push(Entry {
            number,
            key,
            socket,
            is_up: false,
        });
    }

    fn leave(&mut self, number: SocketNumber) {
        let key = self.key(number);
        self.sockets.retain(|one| one.number != number);
        if let Some(key) = key {
            self.core.remove(self.now, key);
        }
    }

    fn connect(&mut self, number: SocketNumber) {
        let Some(entry) = self.sockets.iter().find(|one| one.number == number) else {
            return;
        };
        match &entry.key {
            Ok(key) => {
                let key = *key;
                self.core.connect(self.now, key);
                if let Some(socket) = self.socket(key) {
                    socket.change(|view| view.is_active = true);
                }
            }
            Err(error) => {
                let error = error.clone();
                if let Some(socket) = entry.socket.upgrade() {
                    self.tell_connect_error(&socket, error, false);
                }
            }
        }
    }

    fn emit(&mut self, number: SocketNumber, emission: Emission) {
        let Some(key) = self.key(number) else {
            return;
        };
        let fate = emission.fate.filter(|fate| !fate.is_closed());
        let shown = emission.shown;
        let mut sent = client::Emission::new(emission.packet);
        sent.volatile = emission.is_volatile;
        let report = (fate.is_some() || shown.is_some()).then(|| self.next_report());
        sent.report = report;
        if let Some(question) = &emission.question {
            sent = sent.with_ack(question.id, question.timeout);
        }
        let waiter = emission.question.and_then(|question| {
            let waiter = question.waiter?;
            Some(((key, question.id), waiter))
        });
        match self.core.emit(self.now, key, sent) {
            Emitted::Dropped(why) => {
                if let Some((_, waiter)) = waiter {
                    let _ = waiter.send(Err(AckError::Emit(emit_error(why))));
                }
                if let Some(fate) = fate {
                    let _ = fate.send(Err(emit_error(why)));
                }
                return;
            }
            Emitted::Accepted => self.accepted(key, Waiting { fate, shown }),
            Emitted::Waiting => {
                if let Some(report) = report {
                    self.waiting.insert(report, Waiting { fate, shown });
                }
            }
        }
        if let Some((key, waiter)) = waiter {
            self.answers.insert(key, waiter);
        }
    }

    const fn next_report(&mut self) -> u64 {
        self.last_report = self.last_report.wrapping_add(1);
        self.last_report
    }
}

/// The end.
impl Dispatcher {
    /// Nothing will come any more: whoever waits is told so, and handlers with what they have
    /// captured are forgotten.
    pub(super) fn end(&mut self) {
        self.asked = None;
        self.running = Running::default();
        self.answers.clear();
        self.waiting.clear();
        for socket in self.sockets() {
            socket.change(View::end);
            socket.table().clear();
        }
        if let Some(manager) = self.manager.upgrade() {
            manager.show_transport(None);
            manager.table().clear();
        }
    }
}

/// Auth data.
impl Dispatcher {
    pub(super) fn ask_auth(&mut self, key: SocketKey, request: u32) {
        let Some(socket) = self.socket(key) else {
            return;
        };
        let asked = socket.settings().auth.ask();
        self.asked
            .get_or_insert_default()
            .push(Box::pin(async move {
                Provided {
                    key,
                    request,
                    data: asked.await,
                }
            }));
        // It is polled in the next turn, which begins at once.
        self.waker.wake_by_ref();
    }

    fn provide_auth(&mut self, provided: Provided) {
        let Provided { key, request, data } = provided;
        match data {
            Ok(data) => self.core.provide_auth(self.now, key, request, data),
            Err(error) => {
                self.core.disconnect(self.now, key);
                if let Some(socket) = self.socket(key) {
                    self.tell_connect_error(&socket, error, false);
                }
            }
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

fn socket_options(settings: &Settings) -> SocketOptions {
    let mut options = SocketOptions::default();
    options.has_auth = !matches!(settings.auth, Auth::None);
    options.retries = settings.retries;
    options.max_buffered_age = settings.max_buffered_age;
    options.when_full = settings.when_full;
    options
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
