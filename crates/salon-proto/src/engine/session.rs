//! One Engine.IO session on the server's side.
//!
//! ```text
//!            close()                 all is sent, or it takes too long
//!   Open ──────────────▶ Closing ─────────────────────────────────────▶ Closed
//!    │                                                                    ▲
//!    └── lost, overdue, malformed, closed by the client, outbox full ─────┘
//! ```
//!
//! Drive it so: tell it what arrives (`handle_*`), give it packets ([`send`](Session::send)),
//! then [`flush`](Session::flush), then do what [`poll_output`](Session::poll_output) says until
//! it says nothing, and on a WebSocket write what [`outbox`](Session::outbox) holds. Call
//! [`handle_timeout`](Session::handle_timeout) when [`poll_timeout`](Session::poll_timeout) is due.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

use crate::encoded::Encoded;
use crate::engine::fault::Fault;
use crate::engine::heartbeat::{Beat, Heartbeat};
use crate::engine::packet::{MESSAGE, Packet};
use crate::engine::upgrade::{Step, Upgrade};
use crate::engine::{
    Dialect, Output, Overflow, PollAnswer, Protocol, Received, Rejected, Rejection, Transport,
};
use crate::error::ProtocolError;
use crate::limits::{Limits, Timing};
use crate::outbox::Outbox;
use crate::reason::CloseReason;
use crate::timer::Instant;
use crate::ws::{CloseCode, Deflater, close_frame, empty_close_frame};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closing { gives_up_at: Instant },
    Closed,
}

/// The state of one Engine.IO session. See the [module](self) for how to drive it.
#[derive(Debug)]
pub struct Session {
    timing: Arc<Timing>,
    max_outbox: usize,
    max_outbox_packets: usize,
    overflow: Overflow,
    /// Only if the client's WebSocket takes compressed messages.
    deflater: Option<Box<Deflater>>,
    state: State,
    dialect: Dialect,
    transport: Transport,
    /// The open packet, which goes alone where it answers a poll, has not been taken yet.
    is_opening: bool,
    heartbeat: Heartbeat,
    upgrade: Upgrade,
    outbox: Outbox,
    poll_held: bool,
    post_running: bool,
    /// What the peer did wrong, where that is more than the reason says.
    fault: Option<Fault>,
    outputs: VecDeque<Output>,
}

impl Session {
    /// Opens a session whose open packet is the first to be sent.
    #[must_use]
    pub fn open(
        open_packet: Encoded,
        dialect: Dialect,
        transport: Transport,
        timing: Arc<Timing>,
        limits: &Limits,
        overflow: Overflow,
        now: Instant,
    ) -> Self {
        let mut outbox = Outbox::new(dialect.protocol);
        outbox.push(open_packet);
        Self {
            heartbeat: Heartbeat::start(now, dialect.protocol, &timing),
            is_opening: transport == Transport::Polling,
            dialect,
            upgrade: Upgrade::None,
            state: State::Open,
            poll_held: false,
            post_running: false,
            fault: None,
            outputs: VecDeque::new(),
            timing,
            max_outbox: limits.max_outbox,
            max_outbox_packets: limits.max_outbox_packets,
            overflow,
            deflater: None,
            transport,
            outbox,
        }
    }

    /// How frames travel now.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// How its client wants to be spoken to.
    #[must_use]
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Whether messages still go both ways.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether the session is over.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// What more is known of why it ended, after a [`CloseReason::TransportError`].
    #[must_use]
    pub fn details(&self) -> Option<&'static str> {
        self.fault.map(Fault::as_str)
    }

    /// Whether the client would get a message right now: nothing waits before it, and
    /// on polling a poll is held. Decides the fate of volatile messages.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        let ready = self.poll_held || self.transport == Transport::WebSocket;
        self.is_open() && ready && self.outbox.is_empty()
    }

    /// Whether [`poll_output`](Self::poll_output) has something to say.
    #[must_use]
    pub fn has_output(&self) -> bool {
        !self.outputs.is_empty()
    }

    /// What waits to be written to the WebSocket.
    #[must_use]
    pub const fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

/// What arrives from the client.
impl Session {
    /// A text frame on the WebSocket.
    pub fn handle_text<'a>(&mut self, now: Instant, text: &'a str) -> Received<'a> {
        match self.decode(text) {
            // Node ignores a close packet here: only closing the WebSocket ends it.
            Ok(Packet::Close) => Received::Nothing,
            Ok(packet) => self.handle_packet(now, packet, Transport::WebSocket),
            Err(_) => self.handle_malformed_from(Transport::WebSocket),
        }
    }

    /// A binary frame on the WebSocket. Returns the message that it is; `None`: it is none, or
    /// comes too late.
    pub fn handle_binary<'a>(
        &mut self,
        now: Instant,
        data: Cow<'a, [u8]>,
    ) -> Option<Cow<'a, [u8]>> {
        self.heartbeat.handle_packet(now, &self.timing);
        match self.dialect.protocol {
            Protocol::V4 => Some(data),
            Protocol::V3 => self.handle_typed(now, data),
        }
        .filter(|_| self.is_open() && self.transport == Transport::WebSocket)
    }

    /// A binary frame of protocol 3: its first byte is the type of the packet.
    fn handle_typed<'a>(&mut self, now: Instant, data: Cow<'a, [u8]>) -> Option<Cow<'a, [u8]>> {
        if data.first() == Some(&MESSAGE) {
            return Some(without_first(data));
        }
        match Packet::decode_bytes(&data) {
            Packet::Close => {}
            packet => drop(self.handle_packet(now, packet, Transport::WebSocket)),
        }
        None
    }

    fn decode<'a>(&self, text: &'a str) -> Result<Packet<'a>, ProtocolError> {
        Packet::decode_as(self.dialect.protocol, text)
    }

    /// A packet that came over `via`. One that comes over a transport that the session
    /// has left, or after its end, means nothing.
    pub fn handle_packet<'a>(
        &mut self,
        now: Instant,
        packet: Packet<'a>,
        via: Transport,
    ) -> Received<'a> {
        if !self.is_open() || via != self.transport {
            // A client that says goodbye need not be waited for.
            if via == self.transport && matches!(packet, Packet::Close) {
                self.finish(CloseReason::TransportClose);
            }
            return Received::Nothing;
        }
        if !matches!(packet, Packet::Pong(_)) {
            self.heartbeat.handle_packet(now, &self.timing);
        }
        match packet {
            Packet::Message(text) => return Received::Text(text),
            Packet::Binary(data) => return Received::Binary(data),
            Packet::Pong(_) if self.heartbeat.handle_pong(now, &self.timing) => {}
            Packet::Ping(_) if self.heartbeat.handle_ping(now, &self.timing) => {
                // Within the limits: a client may ping and never read.
                let _ = self.send(Encoded::PONG, false);
            }
            // Since protocol 4 it is the server who pings.
            Packet::Ping(_) | Packet::Pong(_) => {
                self.blame(Fault::Heartbeat);
                self.fail(CloseReason::TransportError);
            }
            Packet::Close => self.finish(CloseReason::TransportClose),
            Packet::Open(_) | Packet::Upgrade | Packet::Noop => {}
        }
        Received::Nothing
    }

    /// Something in a POST that is no Engine.IO packet. Like a packet, it means nothing
    /// once the session has left polling or is ending.
    pub fn handle_malformed(&mut self) -> Received<'static> {
        self.handle_malformed_from(Transport::Polling)
    }

    fn handle_malformed_from(&mut self, via: Transport) -> Received<'static> {
        if self.is_open() && via == self.transport {
            self.fail(CloseReason::ParseError);
        }
        Received::Nothing
    }

    /// The transport broke, or the client broke its rules; `code` is for the close frame
    /// of a WebSocket.
    pub fn handle_broken(&mut self, code: CloseCode) {
        self.blame(Fault::of_websocket(code));
        self.say_goodbye(Some(code));
        self.finish(CloseReason::TransportError);
    }

    /// The connection is gone, nothing more can be written.
    pub fn handle_lost(&mut self, reason: CloseReason) {
        self.finish(reason);
        self.outbox.clear();
    }

    /// The client closed the WebSocket; its code, if any, goes back.
    pub fn handle_close_frame(&mut self, code: Option<CloseCode>) {
        self.say_goodbye(code);
        self.finish(CloseReason::TransportClose);
    }

    /// A poll (GET).
    pub fn handle_poll(&mut self) -> PollAnswer {
        // After the end nobody would answer it.
        if self.transport != Transport::Polling || self.is_closed() {
            return PollAnswer::Refuse;
        }
        if self.poll_held {
            self.blame(Fault::TwoPolls);
            self.finish(CloseReason::TransportError);
            return PollAnswer::Refuse;
        }
        self.poll_held = true;
        if matches!(self.state, State::Closing { .. }) && self.outbox.is_empty() {
            self.outbox.push(Encoded::NOOP);
            self.outbox.push(Encoded::CLOSE);
            self.flush();
            self.finish(CloseReason::ForcedClose);
        }
        PollAnswer::Hold
    }

    /// The held poll's connection is gone.
    pub fn handle_poll_lost(&mut self) {
        if self.poll_held {
            self.poll_held = false;
            self.blame(Fault::PollLost);
            self.handle_lost(CloseReason::TransportError);
        }
    }

    /// Data (POST) begins to arrive. `false`: refuse it with status 400.
    pub fn handle_post(&mut self) -> bool {
        if self.transport != Transport::Polling {
            return false;
        }
        if self.post_running {
            self.blame(Fault::TwoPosts);
            self.finish(CloseReason::TransportError);
            return false;
        }
        self.post_running = true;
        true
    }

    /// The POST is over, whether its body came whole or was refused.
    pub fn handle_post_done(&mut self) {
        self.post_running = false;
    }

    /// The POST's connection is gone before its body was whole.
    pub fn handle_post_lost(&mut self) {
        self.post_running = false;
        if self.transport == Transport::Polling {
            self.blame(Fault::PostLost);
            self.handle_lost(CloseReason::TransportError);
        }
    }

    /// An upgrade candidate has connected. `false`: close it.
    pub fn handle_candidate(&mut self, now: Instant) -> bool {
        let may_upgrade = self.is_open() && self.transport == Transport::Polling;
        may_upgrade && self.upgrade.handle_candidate(now, &self.timing)
    }

    /// A text frame on the candidate.
    pub fn handle_candidate_text(&mut self, now: Instant, text: &str) {
        let step = match self.decode(text) {
            Ok(packet) => self.upgrade.handle_packet(now, &packet, &self.timing),
            Err(_) => return self.handle_candidate_lost(now),
        };
        self.take_step(now, step);
    }

    /// The candidate is gone, or sent something that is no text.
    pub fn handle_candidate_lost(&mut self, now: Instant) {
        self.upgrade.handle_lost();
        self.take_step(now, Step::Drop);
    }

    /// The WebSocket has taken `count` bytes of the outbox.
    pub fn handle_written(&mut self, count: usize) {
        self.outbox.advance(count);
        let closing = matches!(self.state, State::Closing { .. });
        if closing && self.outbox.is_empty() {
            self.finish(CloseReason::ForcedClose);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        match self.state {
            State::Closed => return,
            State::Closing { gives_up_at } if now >= gives_up_at => {
                return self.finish(CloseReason::ForcedClose);
            }
            _ => {}
        }
        if let Some(step) = self.upgrade.handle_timeout(now, &self.timing) {
            self.take_step(now, step);
        }
        if !self.is_open() {
            return;
        }
        match self.heartbeat.handle_timeout(now, &self.timing) {
            Some(Beat::Ping) => self.outbox.push(Encoded::PING),
            Some(Beat::Overdue) => self.fail(CloseReason::PingTimeout),
            None => {}
        }
    }
}

/// What the application wants.
impl Session {
    /// Queues a message.
    ///
    /// # Errors
    /// Hands the packet back when the session is closed, when its outbox is full, or when
    /// the packet is `volatile` and the client cannot take it this moment.
    pub fn send(&mut self, packet: Encoded, volatile: bool) -> Result<(), Rejected> {
        if let Some(why) = self.refusal(volatile) {
            return Err(Rejected { packet, why });
        }
        let deflated = self.deflated(&packet);
        let outgoing = deflated.as_ref().unwrap_or(&packet);
        if self.overflows(outgoing) {
            let why = Rejection::Full;
            return Err(Rejected { packet, why });
        }
        self.outbox.push(deflated.unwrap_or(packet));
        Ok(())
    }

    /// The client's WebSocket takes compressed messages: what waits and what follows are
    /// compressed. Call it before anything is written to that WebSocket.
    pub fn enable_deflate(&mut self, deflater: Deflater) {
        self.deflater = Some(Box::new(deflater));
        let emptied = Outbox::new(self.dialect.protocol);
        for packet in mem::replace(&mut self.outbox, emptied) {
            let deflated = self.deflated(&packet);
            self.outbox.push(deflated.unwrap_or(packet));
        }
    }

    /// Ends the session once the client has got what waits for it, or
    /// `close_timeout` later.
    pub fn close(&mut self, now: Instant) {
        if !self.is_open() {
            return;
        }
        self.say_goodbye(None);
        self.state = State::Closing {
            gives_up_at: now + self.timing.close_timeout,
        };
        self.close_poll();
    }

    /// Ends the session now; what the client has not got is lost.
    pub fn abort(&mut self) {
        self.fail(CloseReason::ForcedClose);
    }

    fn deflated(&self, packet: &Encoded) -> Option<Encoded> {
        let deflater = self.deflater.as_deref()?;
        packet.deflated(deflater, self.dialect.protocol)
    }

    fn refusal(&self, volatile: bool) -> Option<Rejection> {
        if !self.is_open() {
            return Some(Rejection::Closed);
        }
        let is_missed = volatile && !self.is_writable();
        is_missed.then_some(Rejection::NotWritable)
    }

    /// Whether there is no room for the packet, which may end the session.
    fn overflows(&mut self, packet: &Encoded) -> bool {
        let length = self.outbox.len_of(packet);
        let total = self.outbox.bytes().saturating_add(length);
        let fits = total <= self.max_outbox && self.outbox.packets() < self.max_outbox_packets;
        // One message always fits, or a small budget could never send a large one.
        if self.outbox.is_empty() || fits {
            return false;
        }
        if self.overflow == Overflow::Disconnect {
            self.outbox.clear();
            self.finish(CloseReason::SlowConsumer);
        }
        true
    }
}

/// What must happen now.
impl Session {
    /// Lets a held poll take what waits. Call it at the end of each turn.
    pub fn flush(&mut self) {
        if self.transport != Transport::Polling || !self.poll_held {
            return;
        }
        let body = match mem::take(&mut self.is_opening) {
            true => self.outbox.take_first(&self.dialect),
            false => self.outbox.take_payload(&self.dialect),
        };
        if let Some(body) = body {
            self.poll_held = false;
            self.outputs.push_back(Output::AnswerPoll(body));
        }
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        if output.is_none() {
            // An idle session holds no queue at all.
            self.outputs = VecDeque::new();
        }
        output
    }

    /// When to call [`handle_timeout`](Self::handle_timeout); `None` once closed.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let own = match self.state {
            State::Open => self.heartbeat.poll_timeout(),
            // Nothing is asked of the client any more, so nothing is overdue either.
            State::Closing { gives_up_at } => gives_up_at,
            State::Closed => return None,
        };
        Some(self.upgrade.poll_timeout().map_or(own, |at| at.min(own)))
    }

    fn take_step(&mut self, now: Instant, step: Step) {
        match step {
            Step::AnswerProbe => {
                let answer = Output::WriteCandidate(Encoded::PROBE_PONG);
                self.outputs.push_back(answer);
            }
            Step::ReleasePoll => self.release_poll(),
            Step::Switch => self.switch(now),
            Step::Drop => {
                self.outputs.push_back(Output::DropCandidate);
                self.ask_absent_client(now);
            }
        }
    }

    /// A client lets its polls end for the sake of the candidate. If it closes its page between
    /// the last one and the switch, it takes the candidate along and there is no poll to break, so
    /// it is asked at once whether it is still there.
    fn ask_absent_client(&mut self, now: Instant) {
        let is_absent = self.transport == Transport::Polling && !self.poll_held;
        if is_absent && self.is_open() && self.heartbeat.hurry(now, &self.timing) {
            self.outbox.push(Encoded::PING);
        }
    }

    fn release_poll(&mut self) {
        if self.poll_held && self.outbox.is_empty() {
            self.outbox.push(Encoded::NOOP);
        }
    }

    fn switch(&mut self, now: Instant) {
        if self.poll_held {
            // What waits belongs on the WebSocket; the old poll only learns its end.
            let mut last = Outbox::new(self.dialect.protocol);
            last.push(Encoded::CLOSE.without_compression());
            self.poll_held = false;
            let body = last.take_payload(&self.dialect);
            self.outputs.extend(body.map(Output::AnswerPoll));
        }
        self.transport = Transport::WebSocket;
        self.heartbeat.handle_upgrade(now, &self.timing);
        if matches!(self.state, State::Closing { .. }) {
            self.push_close_frame(None);
        }
        self.outputs.push_back(Output::SwitchToCandidate);
    }

    /// Queues the one close frame of a WebSocket. A closing session has done so already.
    fn say_goodbye(&mut self, code: Option<CloseCode>) {
        if self.is_open() && self.transport == Transport::WebSocket {
            self.push_close_frame(code);
        }
    }

    fn push_close_frame(&mut self, code: Option<CloseCode>) {
        let frame = match code {
            Some(code) => close_frame(code, "", None),
            None => empty_close_frame(None),
        };
        self.outbox.push(Encoded::control_frame(frame));
    }

    /// Tells the client by the held poll, unless messages take that one: a client that reads
    /// both in one body drops the messages, so the close waits for the next poll.
    fn close_poll(&mut self) {
        if self.poll_held && self.outbox.is_empty() {
            self.finish(CloseReason::ForcedClose);
        }
    }

    /// Ends the session with a close frame, where there is a WebSocket for it.
    fn fail(&mut self, reason: CloseReason) {
        self.say_goodbye(None);
        self.finish(reason);
    }

    /// The first mistake is the one that ends the session.
    fn blame(&mut self, fault: Fault) {
        if !self.is_closed() {
            self.fault.get_or_insert(fault);
        }
    }

    fn finish(&mut self, reason: CloseReason) {
        if self.state == State::Closed {
            return;
        }
        self.state = State::Closed;
        if self.poll_held && self.outbox.is_empty() {
            // A client that said goodbye itself must not be told to close.
            self.outbox.push(match reason {
                CloseReason::TransportClose => Encoded::NOOP,
                _ => Encoded::CLOSE,
            });
        }
        self.flush();
        if self.upgrade.poll_timeout().is_some() {
            self.upgrade.handle_lost();
            self.outputs.push_back(Output::DropCandidate);
        }
        self.outputs.push_back(Output::Closed(reason));
    }
}

fn without_first(data: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match data {
        Cow::Borrowed(data) => Cow::Borrowed(data.get(1..).unwrap_or_default()),
        Cow::Owned(mut data) => {
            data.drain(..data.len().min(1));
            Cow::Owned(data)
        }
    }
}
