//! One namespace, seen from the client.
//!
//! ```text
//!         session open, auth known            CONNECT with an id
//!   Out ───────────────────────────▶ Joining ────────────────────▶ Joined
//!    ▲                                 │  │ the application leaves    │
//!    │            refused, lost        │  ▼                           │
//!    ├─────────────────────────────────┘ Leaving                      │
//!    │              the answer came       │                           │
//!    └────────────────────────────────────┴──── DISCONNECT, lost ─────┘
//! ```

mod acks;
mod buffer;
mod early;
mod joining;
mod receiving;
mod recovery;
mod retries;
mod sending;

use std::collections::VecDeque;

use crate::client::error::{AckFailure, DropReason};
use crate::client::exchange::{Output, SocketKey};
use crate::client::options::{Options, SocketOptions};
use crate::client::session::Session;
use crate::encoded::Encoded;
use crate::engine::{Rejected, Rejection};
use crate::timer::Instant;

use acks::PendingAcks;
use buffer::{SendBuffer, Waiting};
use early::EarlyEvents;
use recovery::Recovery;
use retries::{Retried, RetryQueue};

/// What a socket needs of its manager.
pub(super) struct Wire<'a> {
    pub(super) now: Instant,
    pub(super) session: Option<&'a mut Session>,
    pub(super) outputs: &'a mut VecDeque<Output>,
    pub(super) options: &'a Options,
}

impl Wire<'_> {
    fn is_open(&self) -> bool {
        self.session.as_ref().is_some_and(|one| one.is_open())
    }

    fn is_writable(&self) -> bool {
        self.session.as_ref().is_some_and(|one| one.is_writable())
    }

    fn send(&mut self, packet: Encoded) -> Result<(), Rejected> {
        match &mut self.session {
            Some(session) => session.send(packet, false),
            None => Err(Rejected {
                packet,
                why: Rejection::Closed,
            }),
        }
    }

    fn send_control(&mut self, packet: &Encoded) {
        if let Some(session) = &mut self.session {
            session.send_control(packet);
        }
    }
}

/// How far a socket has come.
#[derive(Debug)]
enum Membership {
    /// There is no session, or the namespace has refused or ended it.
    Out,
    /// The application has been asked for auth data.
    AwaitingAuth,
    /// The CONNECT packet waits until the session takes it.
    Ready(Box<Encoded>),
    /// It is sent, and should be answered until then.
    Joining { answer_by: Option<Instant> },
    /// The namespace has answered with this id.
    Joined { id: Box<str>, recovered: bool },
    /// CONNECT is sent, but the application has left since. Only when the answer has come can
    /// either side be told.
    Leaving,
}

/// The state of one socket.
#[derive(Debug)]
pub(super) struct Socket {
    pub(super) key: SocketKey,
    pub(super) namespace: Box<str>,
    /// The application wants it to be connected, and the server has not refused.
    pub(super) is_active: bool,
    /// The application has forgotten it; it is here only as long as it is leaving.
    pub(super) is_orphan: bool,
    options: SocketOptions,
    membership: Membership,
    /// How often the namespace has taken it.
    connection: u32,
    auth_request: u32,
    acks: PendingAcks,
    buffer: SendBuffer,
    /// Only if it has retries.
    retries: Option<Box<RetryQueue>>,
    /// Only if the server keeps state.
    recovery: Option<Box<Recovery>>,
    /// Only while events come too early.
    early: Option<Box<EarlyEvents>>,
}

impl Socket {
    pub(super) fn new(
        key: SocketKey,
        namespace: &str,
        options: SocketOptions,
        max_acks: usize,
    ) -> Self {
        Self {
            key,
            namespace: namespace.into(),
            is_active: false,
            is_orphan: false,
            retries: (options.retries > 0).then(Box::default),
            options,
            membership: Membership::Out,
            connection: 0,
            auth_request: 0,
            acks: PendingAcks::new(max_acks),
            buffer: SendBuffer::default(),
            recovery: None,
            early: None,
        }
    }

    /// What is left of a socket that the application has forgotten while it was leaving.
    pub(super) fn into_orphan(self, key: SocketKey, max_acks: usize) -> Self {
        Self {
            is_orphan: true,
            membership: self.membership,
            ..Self::new(key, &self.namespace, SocketOptions::default(), max_acks)
        }
    }

    /// A new socket for a namespace that the one before is still leaving.
    pub(super) fn adopt(&mut self, before: Self) {
        self.membership = before.membership;
    }

    pub(super) const fn is_leaving(&self) -> bool {
        matches!(self.membership, Membership::Leaving)
    }

    pub(super) const fn is_joined(&self) -> bool {
        matches!(self.membership, Membership::Joined { .. })
    }

    pub(super) fn id(&self) -> Option<&str> {
        match &self.membership {
            Membership::Joined { id, .. } => Some(id),
            _ => None,
        }
    }

    pub(super) const fn is_recovered(&self) -> bool {
        matches!(
            self.membership,
            Membership::Joined {
                recovered: true,
                ..
            }
        )
    }

    pub(super) const fn connection(&self) -> u32 {
        self.connection
    }

    /// Packets and bytes that wait to be sent.
    pub(super) fn buffered(&self) -> (usize, usize) {
        let retried = self.retries.as_ref().map_or(0, |one| one.len());
        (
            self.buffer.len().saturating_add(retried),
            self.buffer.bytes(),
        )
    }
}

/// Time.
impl Socket {
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let answer = match self.membership {
            Membership::Joining { answer_by } => answer_by,
            _ => None,
        };
        let retry = self.retries.as_ref().and_then(|one| one.poll_timeout());
        let buffer = self.buffer.expires_at(self.options.max_buffered_age);
        let deadlines = [answer, self.acks.poll_timeout(), retry, buffer];
        deadlines.into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(&mut self, wire: &mut Wire<'_>) {
        self.miss_answer(wire);
        self.expire_acks(wire);
        let max_age = self.options.max_buffered_age;
        while let Some(one) = self.buffer.pop_expired(wire.now, max_age) {
            self.report_drop(one, DropReason::Expired, wire);
        }
        let retry = self.retries.as_ref().and_then(|one| one.poll_timeout());
        if retry.is_some_and(|due| wire.now >= due) {
            self.fail_try(AckFailure::TimedOut, wire);
            self.flush(wire);
        }
    }

    fn expire_acks(&mut self, wire: &mut Wire<'_>) {
        let (expired, any_buffered) = self.acks.expire(wire.now);
        if any_buffered {
            let is_expired = |one: &Waiting| {
                let found = one.ack.map(|id| expired.binary_search(&id));
                found.is_some_and(|found| found.is_ok())
            };
            for one in self.buffer.take_if(is_expired) {
                self.report(one.report, DropReason::Expired, wire);
            }
        }
        for id in expired {
            self.fail_ack(id, AckFailure::TimedOut, wire);
        }
    }
}

/// What the application is told.
impl Socket {
    fn fail_ack(&self, id: u64, why: AckFailure, wire: &mut Wire<'_>) {
        let socket = self.key;
        wire.outputs
            .push_back(Output::AckFailed { socket, id, why });
    }

    /// Tells that a packet which waited will not be sent.
    fn report_drop(&mut self, one: Waiting, why: DropReason, wire: &mut Wire<'_>) {
        if let Some(id) = one.ack.filter(|id| self.acks.remove(*id)) {
            self.fail_ack(id, AckFailure::Dropped(why), wire);
        }
        self.report(one.report, why, wire);
    }

    fn report(&self, report: Option<u64>, why: DropReason, wire: &mut Wire<'_>) {
        if let Some(report) = report {
            let socket = self.key;
            wire.outputs.push_back(Output::Dropped {
                socket,
                report,
                why,
            });
        }
    }

    fn accept(&self, report: Option<u64>, wire: &mut Wire<'_>) {
        if let Some(report) = report {
            let socket = self.key;
            wire.outputs.push_back(Output::Accepted { socket, report });
        }
    }

    /// An event was sent as often as it may be, and not answered.
    fn give_up(&self, one: &Retried, why: AckFailure, wire: &mut Wire<'_>) {
        self.fail_ack(one.id, why, wire);
        self.report(one.report, DropReason::Unanswered, wire);
    }

    /// The socket goes for good: nothing that it owes will come.
    pub(super) fn forget_all(&mut self, wire: &mut Wire<'_>) {
        while let Some(one) = self.buffer.pop() {
            self.report_drop(one, DropReason::NoSocket, wire);
        }
        for id in self.acks.take_sent() {
            self.fail_ack(id, AckFailure::Disconnected, wire);
        }
        while let Some(one) = self.retries.as_mut().and_then(|queue| queue.pop()) {
            self.fail_ack(one.id, AckFailure::Dropped(DropReason::NoSocket), wire);
            self.report(one.report, DropReason::NoSocket, wire);
        }
    }
}
