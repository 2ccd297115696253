//! What a manager and the shell around it tell each other.

use std::sync::Arc;
use std::time::Duration;

use crate::client::error::{AckFailure, ConnectError, DisconnectReason, DropReason, SessionError};
use crate::client::session;
use crate::encoded::Encoded;
use crate::engine::Transport;
use crate::packet::{Ack, Event};
use crate::reason::CloseReason;

/// Which of a manager's sockets is meant. A key is never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketKey(pub(super) u32);

/// What arrived by a packet. Where nothing is to be done first, it is lent and copies nothing.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Received<'a> {
    /// Nothing for the application, or it is among the outputs.
    Nothing,
    /// An event.
    Event(Arrived<'a>),
    /// The answer to an event that was sent with an id, and is waited for.
    Ack {
        /// The socket that sent the event.
        socket: SocketKey,
        /// The answer.
        ack: Ack<'a>,
    },
}

/// An event from the server.
#[derive(Debug, PartialEq, Eq)]
pub struct Arrived<'a> {
    /// The socket it is for.
    pub socket: SocketKey,
    /// Which of the socket's connections it came by: an answer is sent by the same or not at all.
    pub connection: u32,
    /// The event.
    pub event: Event<'a>,
}

/// What the shell around a [`Manager`](crate::client::Manager) must do, or tell the application.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub enum Output {
    /// A new session begins over this transport: open a WebSocket, if it is that. For polling
    /// the first GET is the next output. Nothing of a session before it may be handed over any
    /// more.
    Open(Transport),
    /// Something to do for the session. After [`Closed`](session::Output::Closed) there is none
    /// until the next [`Open`](Self::Open).
    Engine(session::Output),
    /// The session is open.
    Opened,
    /// The session is over, and the manager may open another.
    Closed {
        /// Why.
        reason: CloseReason,
        /// What more is known.
        details: Option<Arc<str>>,
    },
    /// No session could be opened, or it broke.
    Error(SessionError),
    /// The server has sent a ping.
    Ping,
    /// The manager is about to open a session again, for this time.
    ReconnectAttempt(u32),
    /// That has failed.
    ReconnectError(SessionError),
    /// It has failed as often as it may. A new [`connect`](crate::client::Manager::connect) begins
    /// anew.
    ReconnectFailed,
    /// It has succeeded, with this attempt.
    Reconnected(u32),
    /// Get auth data, and hand them to
    /// [`provide_auth`](crate::client::Manager::provide_auth).
    NeedAuth {
        /// The socket.
        socket: SocketKey,
        /// To be given back with them: only the newest request is answered.
        request: u32,
    },
    /// The namespace has taken the socket. It has an id now.
    Connected(SocketKey),
    /// The namespace has not.
    ConnectError {
        /// The socket.
        socket: SocketKey,
        /// Why.
        error: ConnectError,
    },
    /// The socket was connected and is not any more.
    Disconnected {
        /// The socket.
        socket: SocketKey,
        /// Why.
        reason: DisconnectReason,
        /// What more is known.
        details: Option<Arc<str>>,
    },
    /// An event that had to wait for its socket to be connected.
    Event(Arrived<'static>),
    /// An answer, like [`Received::Ack`].
    Ack {
        /// The socket that sent the event.
        socket: SocketKey,
        /// The answer.
        ack: Ack<'static>,
    },
    /// There will be no answer to an event that was sent with this id.
    AckFailed {
        /// The socket.
        socket: SocketKey,
        /// The event's id.
        id: u64,
        /// Why.
        why: AckFailure,
    },
    /// An event that waited has been handed to a session; where the socket has retries, it was
    /// answered.
    Accepted {
        /// The socket.
        socket: SocketKey,
        /// The [`Emission::report`] of the event.
        report: u64,
    },
    /// An event that waited will not be sent.
    Dropped {
        /// The socket.
        socket: SocketKey,
        /// The [`Emission::report`] of the event.
        report: u64,
        /// Why.
        why: DropReason,
    },
}

/// An event to send.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Emission {
    /// The event, as [`Codec::event`](crate::parser::Codec::event) writes it.
    pub packet: Encoded,
    /// The answer that it asks for. The packet was written with the same id.
    pub ack: Option<AckRequest>,
    /// It goes out at once or not at all.
    pub volatile: bool,
    /// A number of the caller's under which [`Output::Accepted`] or [`Output::Dropped`] tells what
    /// became of it, where [`emit`](crate::client::Manager::emit) cannot tell at once.
    pub report: Option<u64>,
}

/// An answer that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AckRequest {
    /// The caller's: another one for each event of a socket. JavaScript's client counts from 0,
    /// and goes on when it is connected again.
    pub id: u64,
    /// How long to wait for it. Where the socket has retries: for one try.
    pub timeout: Duration,
}

impl Emission {
    /// An event that must not get lost, and that nobody waits for.
    #[must_use]
    pub const fn new(packet: Encoded) -> Self {
        Self {
            packet,
            ack: None,
            volatile: false,
            report: None,
        }
    }

    /// The same, waiting for an answer. A socket with retries needs this for each of its events.
    #[must_use]
    pub const fn with_ack(mut self, id: u64, timeout: Duration) -> Self {
        self.ack = Some(AckRequest { id, timeout });
        self
    }

    /// The same, at once or not at all.
    #[must_use]
    pub const fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// The same, with a report of what becomes of it.
    #[must_use]
    pub const fn with_report(mut self, report: u64) -> Self {
        self.report = Some(report);
        self
    }
}

/// What has become of an event so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emitted {
    /// A session has taken it.
    Accepted,
    /// It waits for its turn, or for its answer where the socket has retries. If it has a
    /// [`report`](Emission::report), an output will follow.
    Waiting,
    /// It will not be sent, and no output follows.
    Dropped(DropReason),
}
