//! One Engine.IO session on the client's side.
//!
//! ```text
//!            open packet            close()              all is sent, or it takes too long
//!   Opening ─────────────▶ Open ─────────────▶ Closing ────────────────────────────────▶ Closed
//!      │                    │                                                              ▲
//!      └────────────────────┴── lost, no ping in time, malformed, closed by the server ────┘
//! ```
//!
//! An upgrade runs beside it:
//!
//! ```text
//!   Wanted ─▶ Opening ─▶ Probing ─ pong ─▶ Pausing ─ no request is on its way ─▶ Done
//!                │          │                 │
//!                └──────────┴── lost ─────────┴──▶ Done, still polling
//! ```
//!
//! Drive it so: tell it what arrives (`handle_*`), give it packets ([`send`](Session::send)), then
//! [`flush`](Session::flush), then do what [`poll_output`](Session::poll_output) says until it says
//! nothing; on a WebSocket write what [`poll_message`](Session::poll_message) gives while the
//! stream takes it. Call [`handle_timeout`](Session::handle_timeout) when
//! [`poll_timeout`](Session::poll_timeout) is due. A session that takes too long to open is the
//! caller's to [`abort`](Session::abort).

mod arriving;

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::client::{Handshake, Message, Outgoing};
use crate::encoded::Encoded;
use crate::engine::{Protocol, Rejected, Rejection, Transport};
use crate::limits::{Limits, Timing};
use crate::reason::CloseReason;
use crate::timer::Instant;

const PONG: &str = "3";

/// What the shell around the session must do.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Output {
    /// Send a GET, and hand over what its answer holds.
    Poll,
    /// Send a POST with this body.
    Post(Bytes),
    /// Open a WebSocket with the session's id, as a candidate for an upgrade.
    OpenCandidate,
    /// Write this text on the candidate.
    WriteCandidate(&'static str),
    /// From now on the candidate is the session's WebSocket.
    SwitchToCandidate,
    /// Close the candidate.
    DropCandidate,
    /// The session is over. Close the WebSocket once what was taken for it is written; drop requests
    /// that are on their way.
    Closed(CloseReason),
}

/// What a packet that arrived means for the layer above.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// Nothing.
    Nothing,
    /// The session is open.
    Opened,
    /// The server has sent a ping; it is answered.
    Pinged,
    /// A text message.
    Text(&'a str),
    /// A binary message that came as text.
    Binary(Vec<u8>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Opening,
    Open,
    Closing {
        gives_up_at: Instant,
        /// The post that ends the session is on its way.
        has_said_goodbye: bool,
    },
    Closed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Upgrade {
    /// As soon as the session is open, if the server offers it.
    Wanted,
    /// The candidate's WebSocket is being opened.
    Opening,
    /// `2probe` is sent.
    Probing,
    /// `3probe` has come; what is on its way over polling must arrive first.
    Pausing,
    /// It came to pass, or it will not.
    Done,
}

/// The state of one Engine.IO session, seen from the client. See the [module](self).
#[derive(Debug)]
pub struct Session {
    state: State,
    transport: Transport,
    upgrade: Upgrade,
    handshake: Option<Handshake>,
    /// Until when the server must have sent a ping.
    ping_by: Option<Instant>,
    close_timeout: Duration,
    outgoing: Outgoing,
    max_outgoing: usize,
    max_outgoing_packets: usize,
    poll_running: bool,
    post_running: bool,
    outputs: VecDeque<Output>,
}

impl Session {
    /// Begins to open a session over `transport`. Over polling the first output is the GET that
    /// opens it; a WebSocket is the caller's to open.
    ///
    /// `upgrades`: whether to move from polling to WebSocket if the server offers it.
    #[must_use]
    pub fn open(transport: Transport, upgrades: bool, timing: &Timing, limits: &Limits) -> Self {
        let mut session = Self {
            state: State::Opening,
            transport,
            upgrade: match upgrades && transport == Transport::Polling {
                true => Upgrade::Wanted,
                false => Upgrade::Done,
            },
            handshake: None,
            ping_by: None,
            close_timeout: timing.close_timeout,
            outgoing: Outgoing::default(),
            max_outgoing: limits.max_outbox,
            max_outgoing_packets: limits.max_outbox_packets,
            poll_running: false,
            post_running: false,
            outputs: VecDeque::new(),
        };
        session.poll_again();
        session
    }

    /// What the server said when the session opened.
    #[must_use]
    pub const fn handshake(&self) -> Option<&Handshake> {
        self.handshake.as_ref()
    }

    /// How frames travel now.
    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    /// Whether messages go both ways.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether the session is over.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether a message would go out right now: nothing waits before it, no post is on its way,
    /// and no upgrade holds it back. Decides the fate of volatile messages.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.is_open() && self.outgoing.is_empty() && !self.post_running && !self.is_pausing()
    }

    /// Bytes that wait to be sent.
    #[must_use]
    pub const fn outgoing_bytes(&self) -> usize {
        self.outgoing.bytes()
    }

    fn is_pausing(&self) -> bool {
        self.upgrade == Upgrade::Pausing
    }

    fn is_over(&self) -> bool {
        matches!(self.state, State::Closing { .. } | State::Closed)
    }
}

/// What the application wants.
impl Session {
    /// Queues a message.
    ///
    /// # Errors
    /// Hands the packet back when the session is not open, when too much waits already, or when
    /// the packet is `volatile` and cannot go out this moment.
    pub fn send(&mut self, packet: Encoded, volatile: bool) -> Result<(), Rejected> {
        let why = match self.state {
            State::Open if volatile && !self.is_writable() => Rejection::NotWritable,
            State::Open if !self.has_room_for(&packet) => Rejection::Full,
            State::Open => {
                self.outgoing.push(&packet);
                return Ok(());
            }
            _ => Rejection::Closed,
        };
        Err(Rejected { packet, why })
    }

    /// Queues a message, however much waits. For what the protocol needs, of which the caller has
    /// only so much.
    pub fn send_control(&mut self, packet: &Encoded) {
        if self.is_open() {
            self.outgoing.push(packet);
        }
    }

    /// Ends the session now: the peer broke the rules of the layer above.
    pub fn fail(&mut self) {
        self.finish(CloseReason::ParseError);
    }

    /// Ends the session once everything has been sent, or `close_timeout` later.
    pub fn close(&mut self, now: Instant) {
        match self.state {
            State::Opening => self.finish(CloseReason::ForcedClose),
            State::Open => {
                self.state = State::Closing {
                    gives_up_at: now + self.close_timeout,
                    has_said_goodbye: false,
                };
                self.drop_candidate();
                self.flush();
                self.finish_if_drained();
            }
            _ => {}
        }
    }

    /// Ends the session now; what has not been sent is lost.
    pub fn abort(&mut self) {
        self.finish(CloseReason::ForcedClose);
    }

    /// One message always fits, or a small budget could never send a large one.
    fn has_room_for(&self, packet: &Encoded) -> bool {
        let total = self
            .outgoing
            .bytes()
            .saturating_add(packet.wire_len(Protocol::V4));
        let fits = total <= self.max_outgoing && self.outgoing.len() < self.max_outgoing_packets;
        self.outgoing.is_empty() || fits
    }
}

/// What must happen now.
impl Session {
    /// Lets a post take what waits. Call it at the end of each turn.
    pub fn flush(&mut self) {
        let is_closing = matches!(self.state, State::Closing { .. });
        let may_send = self.is_open() || is_closing;
        if self.transport != Transport::Polling || !may_send || self.post_running {
            return;
        }
        if self.is_pausing() {
            return;
        }
        let max_payload = self.handshake.as_ref().and_then(|one| one.max_payload);
        match self.outgoing.take_payload(max_payload) {
            Some(body) => {
                self.post_running = true;
                self.outputs.push_back(Output::Post(body));
            }
            None if is_closing => self.say_goodbye(),
            None => {}
        }
    }

    /// The next message to write to the WebSocket.
    pub fn poll_message(&mut self) -> Option<Message> {
        if self.transport != Transport::WebSocket || self.is_closed() {
            return None;
        }
        let message = self.outgoing.pop();
        self.finish_if_drained();
        message
    }

    /// Over WebSocket the session is over when its last message has been taken.
    fn finish_if_drained(&mut self) {
        let is_closing = matches!(self.state, State::Closing { .. });
        if is_closing && self.transport == Transport::WebSocket && self.outgoing.is_empty() {
            self.finish(CloseReason::ForcedClose);
        }
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front()?;
        if self.outputs.is_empty() {
            // On a WebSocket messages have none, so most of the time nobody needs the room.
            self.outputs = VecDeque::new();
        }
        Some(output)
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    #[must_use]
    pub const fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Open => self.ping_by,
            State::Closing { gives_up_at, .. } => Some(gives_up_at),
            State::Opening | State::Closed => None,
        }
    }

    /// One GET is always on its way, unless the session is about to leave polling.
    fn poll_again(&mut self) {
        let wants_poll = self.transport == Transport::Polling && !self.is_over();
        if wants_poll && !self.poll_running && !self.is_pausing() {
            self.poll_running = true;
            self.outputs.push_back(Output::Poll);
        }
    }

    fn switch_if_quiet(&mut self) {
        if !self.is_pausing() || self.poll_running || self.post_running || !self.is_open() {
            return;
        }
        self.upgrade = Upgrade::Done;
        self.transport = Transport::WebSocket;
        self.outputs.push_back(Output::WriteCandidate("5"));
        self.outputs.push_back(Output::SwitchToCandidate);
    }

    /// The last post, or the end if it has been answered.
    fn say_goodbye(&mut self) {
        let State::Closing {
            has_said_goodbye, ..
        } = &mut self.state
        else {
            return;
        };
        if *has_said_goodbye {
            return self.finish(CloseReason::ForcedClose);
        }
        *has_said_goodbye = true;
        self.post_running = true;
        let goodbye = Output::Post(Bytes::from_static(b"1"));
        self.outputs.push_back(goodbye);
    }

    fn drop_candidate(&mut self) {
        if !matches!(self.upgrade, Upgrade::Wanted | Upgrade::Done) {
            self.outputs.push_back(Output::DropCandidate);
        }
        self.upgrade = Upgrade::Done;
    }

    fn finish(&mut self, reason: CloseReason) {
        if self.is_closed() {
            return;
        }
        // What breaks while this side closes does not matter any more.
        let reason = match self.state {
            State::Closing { .. } => CloseReason::ForcedClose,
            _ => reason,
        };
        self.drop_candidate();
        self.state = State::Closed;
        self.ping_by = None;
        self.outgoing.clear();
        self.outputs.push_back(Output::Closed(reason));
    }
}
