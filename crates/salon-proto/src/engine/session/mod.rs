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

mod candidate;
mod ending;
mod packets;
mod requests;
mod sending;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::encoded::Encoded;
use crate::engine::fault::Fault;
use crate::engine::heartbeat::{Beat, Heartbeat};
use crate::engine::upgrade::Upgrade;
use crate::engine::{Dialect, Output, Overflow, Transport};
use crate::limits::{Limits, Timing};
use crate::outbox::Outbox;
use crate::reason::CloseReason;
use crate::timer::Instant;
use crate::ws::Deflater;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closing { gives_up_at: Instant },
    Closed,
}

/// The state of one Engine.IO session. See the [module](self) for how to drive it.
///
/// The order of its fields is that in memory: what each packet out needs comes first, so that a
/// broadcast to thousands fetches few lines of memory for each.
#[derive(Debug)]
#[repr(C)]
pub struct Session {
    state: State,
    /// Only if the client's WebSocket takes compressed messages.
    deflater: Option<Box<Deflater>>,
    outbox: Outbox,
    overflow: Overflow,
    transport: Transport,
    /// The open packet, which goes alone where it answers a poll, has not been taken yet.
    is_opening: bool,
    poll_held: bool,
    post_running: bool,
    /// What the peer did wrong, where that is more than the reason says.
    fault: Option<Fault>,
    outputs: VecDeque<Output>,
    max_outbox: usize,
    max_outbox_packets: usize,
    heartbeat: Heartbeat,
    upgrade: Upgrade,
    timing: Arc<Timing>,
    dialect: Dialect,
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

/// Time passes, and something is to be done.
impl Session {
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

    /// The WebSocket has taken `count` bytes of the outbox.
    pub fn handle_written(&mut self, count: usize) {
        self.outbox.advance(count);
        let closing = matches!(self.state, State::Closing { .. });
        if closing && self.outbox.is_empty() {
            self.finish(CloseReason::ForcedClose);
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
}
