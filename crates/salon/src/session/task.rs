//! The task of one session: takes what arrives, in order, and sees the session to its end.

use std::borrow::Cow;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use salon_proto::engine::{Output, Received, Transport};
use salon_proto::timer::Instant;
use salon_proto::ws::{self, CloseCode, ControlPayload, Message};
use salon_proto::{CloseReason, Encoded};

use super::Session;
use super::driver::Receiver;
use super::line::{Arrival, Body, Line};
use super::link::{Link, Writer};
use super::running::{Running, Turn};
use super::websocket::{End, Next, WebSocket};

/// How long a closed WebSocket may take to get our last frames and to close its side.
/// Closing at once would make the kernel throw those frames away.
const LINGER: Duration = Duration::from_secs(5);

/// While no more bytes than these wait, every WebSocket ping is answered. Beyond them only the
/// last one is, once there is room (RFC 6455 section 5.5.3): a pong takes far more memory than its
/// few bytes in the outbox tell, and a client that reads nothing could have millions of them.
const PONG_ROOM: usize = 4 * 1024;

/// A small state machine polled by hand: an idle session's future is these few words.
pub(super) struct SessionTask {
    session: Arc<Session>,
    receiver: Box<dyn Receiver>,
    running: Running,
    socket: Option<WebSocket>,
    candidate: Option<Box<Candidate>>,
    /// A ping that is to be answered when there is room.
    unanswered: Option<Box<ControlPayload<'static>>>,
    /// The body of a POST that is being delivered.
    body: Option<Body>,
    /// The time, as of this turn.
    now: Instant,
    /// The earliest deadline that the clock knows of.
    scheduled: Option<Instant>,
    /// Set once the session is over: until when its WebSocket may linger.
    lingers_until: Option<Instant>,
}

/// A WebSocket that wants to take a polling session over.
struct Candidate {
    socket: WebSocket,
    writer: Writer,
    /// What to say when it is dismissed for breaking the rules of WebSocket.
    goodbye: Option<CloseCode>,
}

impl SessionTask {
    pub(super) fn new(session: Arc<Session>, receiver: Box<dyn Receiver>) -> Self {
        Self {
            now: session.driver.now(),
            session,
            receiver,
            running: Running::default(),
            socket: None,
            candidate: None,
            unanswered: None,
            body: None,
            scheduled: None,
            lingers_until: None,
        }
    }
}

impl Future for SessionTask {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.session.waker.register(cx.waker());
        self.begin_turn(cx);
        // First, since it may make room for what is read.
        self.running.poll(cx);
        self.read(cx);
        self.finish_turn(cx);
        if self.is_over() {
            self.leave();
            return Poll::Ready(());
        }
        self.schedule();
        Poll::Pending
    }
}

/// The turn.
impl SessionTask {
    fn begin_turn(&mut self, cx: &mut Context<'_>) {
        self.now = self.session.driver.now();
        let deadline_due = {
            let mut line = self.session.line.lock();
            line.in_turn = true;
            mem::take(&mut line.deadline_due)
        };
        if deadline_due {
            self.handle_deadline(cx);
        }
    }

    /// Sends what the turn has produced and obeys the protocol, until both have nothing more.
    fn finish_turn(&mut self, cx: &mut Context<'_>) {
        loop {
            self.start_called(cx);
            self.take_arrivals(cx);
            let session = Arc::clone(&self.session);
            let mut line = session.line.lock();
            line.write(&session);
            if line.engine.outbox().bytes() <= PONG_ROOM
                && let Some(payload) = self.unanswered.take()
            {
                drop(line);
                self.answer_ping(*payload);
                continue;
            }
            let Some(output) = line.engine.poll_output() else {
                let is_idle = line.arrivals.is_empty() || self.is_busy();
                if is_idle && line.calls.is_empty() {
                    line.in_turn = false;
                    self.shut_down(&mut line, cx);
                    return;
                }
                continue;
            };
            drop(line);
            self.obey(output, cx);
        }
    }

    /// Once the session is over and its last frames are written, ends our side of the stream.
    fn shut_down(&self, line: &mut Line, cx: &mut Context<'_>) {
        if self.lingers_until.is_none() || !line.engine.outbox().is_empty() {
            return;
        }
        let is_shut = line.writer.as_mut().map(|writer| writer.poll_shutdown(cx));
        if is_shut.is_some_and(|shut| shut.is_ready()) {
            line.writer = None;
        }
    }

    fn handle_deadline(&mut self, cx: &mut Context<'_>) {
        if self.scheduled.is_some_and(|at| at <= self.now) {
            self.scheduled = None;
        }
        self.session.line.lock().engine.handle_timeout(self.now);
        let now = self.now;
        let (receiver, mut turn) = self.receiver(cx);
        receiver.handle_timeout(now, &mut turn);
        if self.lingers_until.is_some_and(|until| until <= self.now) {
            self.drop_socket();
        }
    }

    /// Tells the clock of the next deadline, unless it knows an earlier one.
    fn schedule(&mut self) {
        let engine = self.session.line.lock().engine.poll_timeout();
        let lingering = self.lingers_until.filter(|_| self.socket.is_some());
        let deadlines = [engine, self.receiver.poll_timeout(), lingering];
        let Some(next) = deadlines.into_iter().flatten().min() else {
            return;
        };
        if self.scheduled.is_none_or(|at| next < at) {
            self.scheduled = Some(next);
            self.session.driver.clock.schedule(next, &self.session);
        }
    }

    /// The layer above, and the turn in which it may start handlers.
    fn receiver<'a, 'cx>(
        &'a mut self,
        cx: &'a mut Context<'cx>,
    ) -> (&'a mut dyn Receiver, Turn<'a, 'cx>) {
        let turn = Turn {
            running: &mut self.running,
            cx,
        };
        (&mut *self.receiver, turn)
    }

    /// Whether so many handlers are running that the client has to wait. Once the session is
    /// over nothing is handled any more, and nobody waits.
    fn is_busy(&self) -> bool {
        self.lingers_until.is_none()
            && self.running.len() >= self.session.driver.limits.max_running_handlers
    }

    fn is_over(&self) -> bool {
        self.lingers_until.is_some() && self.socket.is_none() && self.running.len() == 0
    }

    /// From here on, handlers that others start get tasks of their own.
    fn leave(&self) {
        let (arrivals, calls) = {
            let mut line = self.session.line.lock();
            line.task_ended = true;
            (mem::take(&mut line.arrivals), mem::take(&mut line.calls))
        };
        drop(arrivals);
        for task in calls {
            self.session.driver.runtime.spawn(task);
        }
    }
}

/// A task that ends before its session does, since its runtime ends or because of a bug, must
/// leave nobody behind who believes in the session.
impl Drop for SessionTask {
    fn drop(&mut self) {
        if self.lingers_until.is_none() {
            self.session.line.lock().engine.abort();
            self.close(
                CloseReason::ForcedClose,
                &mut Context::from_waker(Waker::noop()),
            );
            self.leave();
        }
    }
}

/// What arrives.
impl SessionTask {
    fn take_arrivals(&mut self, cx: &mut Context<'_>) {
        self.deliver_body(cx);
        if self.is_busy() {
            return;
        }
        let arrivals = mem::take(&mut self.session.line.lock().arrivals);
        for arrival in arrivals {
            match arrival {
                Arrival::Link(link) => self.take_link(link, cx),
                Arrival::Body(body) => self.body = Some(body),
                Arrival::Malformed => {
                    self.session.line.lock().engine.handle_malformed();
                }
            }
        }
        self.deliver_body(cx);
    }

    /// Starts the handlers of a client that has come or left, however many others are running:
    /// those may be waiting for just these.
    fn start_called(&mut self, cx: &mut Context<'_>) {
        let calls = mem::take(&mut self.session.line.lock().calls);
        for task in calls {
            self.running.start(task, cx);
        }
    }

    /// The session's own WebSocket, if it was opened with one; otherwise a candidate.
    fn take_link(&mut self, link: Link, cx: &mut Context<'_>) {
        let Link {
            reader,
            writer,
            read_ahead,
        } = link;
        let socket = WebSocket::new(reader, read_ahead, self.session.driver.limits.max_payload);
        let mut candidate = Box::new(Candidate {
            socket,
            writer,
            goodbye: None,
        });
        let mut line = self.session.line.lock();
        let is_own = line.engine.transport() == Transport::WebSocket
            && self.socket.is_none()
            && self.lingers_until.is_none();
        if is_own {
            self.socket = Some(candidate.socket);
            line.writer = Some(candidate.writer);
            drop(line);
            self.read(cx);
        } else if line.engine.handle_candidate(self.now) {
            drop(line);
            self.candidate = Some(candidate);
            self.read_candidate(cx);
        } else {
            candidate.dismiss(cx);
        }
    }

    fn read(&mut self, cx: &mut Context<'_>) {
        if self.candidate.is_some() {
            self.read_candidate(cx);
        }
        if self.is_busy() {
            return;
        }
        let Some(mut socket) = self.socket.take() else {
            return;
        };
        match socket.poll_read(cx, |message, cx| self.deliver(message, cx)) {
            Poll::Pending => self.socket = Some(socket),
            Poll::Ready(end) => self.lose_socket(end, socket, cx),
        }
    }

    fn lose_socket(&mut self, end: End, socket: WebSocket, cx: &Context<'_>) {
        let mut line = self.session.line.lock();
        match end {
            End::Closed => line.engine.handle_lost(CloseReason::TransportClose),
            End::Broken => line.engine.handle_lost(CloseReason::TransportError),
            End::Malformed(error) => {
                line.engine.handle_broken(error.close_code());
                // The close frame must still reach the peer. What the peer sends is read on,
                // for the sake of its end.
                self.socket = Some(socket);
                cx.waker().wake_by_ref();
                return;
            }
        }
        line.writer = None;
    }

    fn drop_socket(&mut self) {
        self.socket = None;
        self.session.line.lock().writer = None;
    }

    fn read_candidate(&mut self, cx: &mut Context<'_>) {
        let Some(mut candidate) = self.candidate.take() else {
            return;
        };
        let read = candidate
            .socket
            .poll_read(cx, |message, cx| self.deliver_candidate(message, cx));
        if let Poll::Ready(end) = read {
            self.lose_candidate(end, &mut candidate, cx);
        }
        self.candidate = Some(candidate);
    }

    fn lose_candidate(&self, end: End, candidate: &mut Candidate, cx: &Context<'_>) {
        let engine = &mut self.session.line.lock().engine;
        let has_switched = engine.transport() == Transport::WebSocket;
        match end {
            End::Malformed(error) if has_switched => engine.handle_broken(error.close_code()),
            End::Malformed(error) => candidate.goodbye = Some(error.close_code()),
            End::Closed | End::Broken => {}
        }
        match has_switched {
            // It ended in the same breath, which the next turn finds.
            true => cx.waker().wake_by_ref(),
            false => engine.handle_candidate_lost(),
        }
    }

    fn deliver_candidate(&mut self, message: Message<'_>, cx: &mut Context<'_>) -> Next {
        let mut line = self.session.line.lock();
        if line.engine.transport() == Transport::WebSocket {
            // It has just been taken over; this message followed in the same breath.
            drop(line);
            return self.deliver(message, cx);
        }
        match message {
            Message::Text(text) => line.engine.handle_candidate_text(self.now, &text),
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Binary(_) | Message::Close(_) => line.engine.handle_candidate_lost(),
        }
        Next::Go
    }

    fn deliver(&mut self, message: Message<'_>, cx: &mut Context<'_>) -> Next {
        match message {
            Message::Text(text) => self.deliver_text(&text, cx),
            Message::Binary(data) => self.deliver_binary(data, cx),
            Message::Ping(payload) => self.answer_ping(payload),
            Message::Pong(_) => {}
            Message::Close(frame) => {
                let code = frame.map(|frame| frame.code);
                self.session.line.lock().engine.handle_close_frame(code);
            }
        }
        match self.session.line.lock().engine.is_closed() {
            true => Next::Stop,
            false if self.is_busy() => Next::Pause,
            false => Next::Go,
        }
    }

    fn answer_ping(&mut self, payload: ControlPayload<'_>) {
        let engine = &mut self.session.line.lock().engine;
        if engine.outbox().bytes() > PONG_ROOM {
            self.unanswered = Some(Box::new(payload.into_owned()));
            return;
        }
        self.unanswered = None;
        let pong = Encoded::control_frame(ws::pong_frame(&payload, None));
        let _ = engine.send(pong, false);
    }

    fn deliver_text(&mut self, text: &str, cx: &mut Context<'_>) {
        let received = {
            let mut line = self.session.line.lock();
            line.engine.handle_text(self.now, text)
        };
        self.hand_over(received, cx);
    }

    fn deliver_binary(&mut self, data: Cow<'_, [u8]>, cx: &mut Context<'_>) {
        let is_message = self.session.line.lock().engine.handle_binary(self.now);
        if is_message {
            let (receiver, mut turn) = self.receiver(cx);
            receiver.handle_binary(data, &mut turn);
            self.running.poll(cx);
        }
    }

    /// Takes a POST's packets, as many as there is room for.
    fn deliver_body(&mut self, cx: &mut Context<'_>) {
        let Some(mut body) = self.body.take() else {
            return;
        };
        while !self.is_busy() {
            let Some(packet) = body.payload.next_packet() else {
                break;
            };
            let received = {
                let engine = &mut self.session.line.lock().engine;
                match packet {
                    Ok(packet) => engine.handle_packet(self.now, packet, Transport::Polling),
                    Err(_) => engine.handle_malformed(),
                }
            };
            self.hand_over(received, cx);
        }
        if body.payload.is_finished() {
            let _ = body.processed.send(());
        } else {
            self.body = Some(body);
        }
    }

    fn hand_over(&mut self, received: Received<'_>, cx: &mut Context<'_>) {
        let (receiver, mut turn) = self.receiver(cx);
        match received {
            Received::Nothing => {}
            Received::Text(text) => receiver.handle_text(text, &mut turn),
            Received::Binary(data) => receiver.handle_binary(Cow::Owned(data), &mut turn),
        }
        // A handler that waited for just this answer goes on before the next event starts, and
        // so do those of a client that has just come or left.
        self.running.poll(cx);
        self.start_called(cx);
    }
}

/// What the protocol wants done.
impl SessionTask {
    fn obey(&mut self, output: Output, cx: &mut Context<'_>) {
        match output {
            Output::AnswerPoll(body) => {
                let mut line = self.session.line.lock();
                if let Some(poll) = line.poll.take() {
                    let _ = poll.send(body);
                }
            }
            Output::WriteCandidate(packet) => self.write_candidate(&packet, cx),
            Output::SwitchToCandidate => self.switch(),
            Output::DropCandidate => {
                if let Some(mut candidate) = self.candidate.take() {
                    candidate.dismiss(cx);
                }
            }
            Output::Closed(reason) => self.close(reason, cx),
        }
    }

    fn write_candidate(&mut self, packet: &Encoded, cx: &mut Context<'_>) {
        let Some(candidate) = &mut self.candidate else {
            return;
        };
        if !candidate.write(packet, cx) {
            self.session.line.lock().engine.handle_candidate_lost();
        }
    }

    fn switch(&mut self) {
        if let Some(candidate) = self.candidate.take() {
            self.socket = Some(candidate.socket);
            self.session.line.lock().writer = Some(candidate.writer);
        }
    }

    fn close(&mut self, reason: CloseReason, cx: &mut Context<'_>) {
        self.session.driver.registry.remove(self.session.id());
        self.lingers_until = Some(self.now + LINGER);
        let (receiver, mut turn) = self.receiver(cx);
        receiver.handle_closed(reason, &mut turn);
    }
}

impl Candidate {
    /// Writes a packet of a few bytes, which an idle stream takes whole.
    fn write(&mut self, packet: &Encoded, cx: &mut Context<'_>) -> bool {
        packet.frames().all(|frame| {
            let written = self.writer.poll_write(cx, &[std::io::IoSlice::new(frame)]);
            matches!(written, Poll::Ready(Ok(count)) if count == frame.len())
        })
    }

    /// Says goodbye, as far as that is possible at once.
    fn dismiss(&mut self, cx: &mut Context<'_>) {
        let frame = match self.goodbye {
            Some(code) => ws::close_frame(code, "", None),
            None => ws::empty_close_frame(None),
        };
        self.write(&Encoded::control_frame(frame), cx);
        let _ = self.writer.poll_flush(cx);
        let _ = self.writer.poll_shutdown(cx);
    }
}
