//! What arrives for a session, and who gets it: one half of the session's task.

use std::borrow::Cow;
use std::mem;
use std::task::{Context, Poll};

use salon_proto::engine::{Received, Transport};
use salon_proto::ws::{self, ControlPayload, Message};
use salon_proto::{CloseReason, Encoded};

use super::candidate::Candidate;
use super::line::{Arrival, Line};
use super::link::Link;
use super::task::SessionTask;
use super::websocket::{End, Next, WebSocket};

/// While no more bytes than these wait, every WebSocket ping is answered. Beyond them only the
/// last one is, once there is room (RFC 6455 section 5.5.3): a pong takes far more memory than its
/// few bytes in the outbox tell, and a client that reads nothing could have millions of them.
const PONG_ROOM: usize = 4 * 1024;

impl SessionTask {
    pub(super) fn take_arrivals(&mut self, cx: &mut Context<'_>) {
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
    pub(super) fn start_called(&mut self, cx: &mut Context<'_>) {
        let calls = mem::take(&mut self.session.line.lock().calls);
        for task in calls {
            self.running.start(task, cx);
        }
    }

    /// The session's own WebSocket, if it was opened with one; otherwise a candidate.
    fn take_link(&mut self, link: Link, cx: &mut Context<'_>) {
        let max_payload = self.session.driver.limits.max_payload;
        let mut candidate = Box::new(Candidate::new(link, max_payload));
        let mut line = self.session.line.lock();
        let is_own = line.engine.transport() == Transport::WebSocket
            && self.socket.is_none()
            && self.lingers_until.is_none();
        if is_own {
            self.socket = Some(candidate.take_over(&mut line));
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

    pub(super) fn read(&mut self, cx: &mut Context<'_>) {
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

    pub(super) fn drop_socket(&mut self) {
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
            false => engine.handle_candidate_lost(self.now),
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
            Message::Binary(_) | Message::Close(_) => {
                line.engine.handle_candidate_lost(self.now);
            }
        }
        Next::Go
    }

    /// Locks the line once for a message before it is handled, and not again afterwards: there may
    /// be thousands in a turn.
    fn deliver(&mut self, message: Message<'_>, cx: &mut Context<'_>) -> Next {
        let mut line = self.session.line.lock();
        if line.engine.is_closed() {
            return Next::Stop;
        }
        // Handlers of a client that has come or left start before those of its next message.
        if !line.calls.is_empty() {
            drop(line);
            self.start_called(cx);
            line = self.session.line.lock();
        }
        match message {
            Message::Text(text) => {
                let received = line.engine.handle_text(self.now, &text);
                drop(line);
                self.hand_over(received, cx);
            }
            Message::Binary(data) => {
                let message = line.engine.handle_binary(self.now, data);
                drop(line);
                self.hand_over_binary(message, cx);
            }
            Message::Ping(payload) => {
                drop(line);
                self.answer_ping(payload);
            }
            Message::Pong(_) => {}
            Message::Close(frame) => {
                line.engine
                    .handle_close_frame(frame.map(|frame| frame.code));
            }
        }
        match self.is_busy() {
            true => Next::Pause,
            false => Next::Go,
        }
    }

    /// Whether a ping is unanswered and there is room for its pong.
    pub(super) fn owes_pong(&self, line: &Line) -> bool {
        self.unanswered.is_some() && line.engine.outbox().bytes() <= PONG_ROOM
    }

    pub(super) fn answer_last_ping(&mut self) {
        if let Some(payload) = self.unanswered.take() {
            self.answer_ping(*payload);
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

    fn hand_over_binary(&mut self, message: Option<Cow<'_, [u8]>>, cx: &mut Context<'_>) {
        if let Some(data) = message {
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
            self.start_called(cx);
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
        // A handler that waited for just this answer goes on before the next event starts.
        self.running.poll(cx);
    }
}
