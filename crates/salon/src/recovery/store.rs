//! Who may come back, and what they have missed by then.
//!
//! ```text
//!              connect                   leave
//!   unknown ─────────────▶ connected ───────────▶ away
//!      ▲                    │     ▲                │ │
//!      │ forget             │     └────────────────┘ │ too long, or too many
//!      └────────────────────┘          claim         ▼
//!      └─────────────────────────────────────────────┘
//! ```
//!
//! It is pure: no clock, no tasks, no I/O, and it never calls out. Its caller holds the lock.

use std::time::Duration;

use salon_proto::timer::Instant;
use salon_proto::{RecoveryId, SocketId};

use super::log::{Audience, Log, Missed, Position};
use super::sessions::{Away, Sessions, Trace};
use super::{Offset, RecoveryStats};
use crate::hub::Room;

/// How much is kept for those who are away.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How long a client may be away.
    pub(super) max_disconnection: Duration,
    /// How long an event is kept: some longer, since it takes time to notice that a client has
    /// gone, and what was sent to it meanwhile is lost too.
    pub(super) keep: Duration,
    pub(super) max_sessions: usize,
    pub(super) max_packets: usize,
    pub(super) max_bytes: usize,
    /// Who has missed more is not let back: all of it must be sent at once.
    pub(super) max_missed_packets: usize,
    pub(super) max_missed_bytes: usize,
}

/// The state of one namespace. `P` is a packet, `T` what the caller keeps for a client.
pub(crate) struct Store<P, T> {
    bounds: Bounds,
    log: Log<P>,
    sessions: Sessions<T>,
    recovered: u64,
    missed: u64,
    expired: u64,
}

/// A client that has come back, and from where on it has missed events.
#[derive(Debug)]
pub(crate) struct Claim<T> {
    pub(crate) away: Away<T>,
    pub(crate) from: Position,
}

/// Why a client does not get its former state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Miss {
    /// Nobody of this id is away: perhaps for too long, or it left for good.
    Unknown,
    /// It is not known any more, or cannot be told, what the client has missed.
    TooOld,
    /// It has missed more than can be sent at once.
    TooMuch,
}

/// Events.
impl<P, T> Store<P, T> {
    pub(super) fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            log: Log::default(),
            sessions: Sessions::default(),
            recovered: 0,
            missed: 0,
            expired: 0,
        }
    }

    /// An event is being sent; `bytes` is the size of its packet.
    pub(crate) fn record(
        &mut self,
        now: Instant,
        offset: Offset,
        audience: Audience,
        packet: P,
        bytes: usize,
    ) {
        // Where nobody can come back, nobody will ask for it.
        if !self.sessions.is_empty() {
            self.log.push(offset, audience, packet, bytes, now);
            self.drop_old(now);
        }
    }

    /// The events from a position on that are for a socket in these rooms. `None`: some of them
    /// may have been dropped.
    pub(crate) fn since(
        &self,
        from: Position,
        socket: SocketId,
        rooms: &[Room],
    ) -> Option<Vec<Missed<'_, P>>> {
        self.log.since(from, socket, rooms)
    }

    /// The position of the next event.
    pub(crate) fn end(&self) -> Position {
        self.log.end()
    }

    fn drop_old(&mut self, now: Instant) {
        let is_too_old = |sent: Instant| sent + self.bounds.keep <= now;
        while self.log.len() > self.bounds.max_packets
            || self.log.bytes() > self.bounds.max_bytes
            || self.log.oldest().is_some_and(is_too_old)
        {
            self.log.pop();
        }
        if self.sessions.is_empty() {
            self.log.clear();
        }
    }
}

/// Clients.
impl<P, T> Store<P, T> {
    /// A client has connected for the first time; gives the position from which on there may be
    /// events for it.
    pub(crate) fn connect(&mut self, id: RecoveryId, socket: SocketId) -> Position {
        self.sessions.connect(id, socket);
        self.log.end()
    }

    /// A connected client went away and may come back. Gives back who cannot any more because of
    /// that: there are too many.
    pub(crate) fn leave(&mut self, now: Instant, id: RecoveryId, away: Away<T>) -> Option<Away<T>> {
        let deadline = now + self.bounds.max_disconnection;
        self.sessions.leave(id, away, deadline);
        let too_many = self.sessions.away() > self.bounds.max_sessions;
        too_many.then(|| self.expire()).flatten()
    }

    /// The number of the client's absence, which no other has.
    pub(crate) fn absence(&self, id: &RecoveryId) -> Option<u64> {
        self.sessions.absence(id)
    }

    /// Keeps something else with a client during this absence, and gives back what is not kept.
    pub(crate) fn keep(&mut self, id: &RecoveryId, absence: u64, kept: T) -> T {
        self.sessions.keep(id, absence, kept)
    }

    /// A client went away for good.
    pub(crate) fn forget(&mut self, now: Instant, id: &RecoveryId) {
        self.sessions.remove(id);
        self.drop_old(now);
    }

    /// The socket of a client that is not known to be away.
    pub(crate) fn connected(&self, id: &RecoveryId) -> Option<SocketId> {
        self.sessions.connected(id)
    }

    pub(crate) fn is_away(&self, id: &RecoveryId) -> bool {
        self.sessions.is_away(id)
    }

    /// A client comes back and tells the last event it has got. It counts as connected then.
    pub(crate) fn claim(
        &mut self,
        id: &RecoveryId,
        offset: Option<&str>,
    ) -> Result<Claim<T>, Miss> {
        let result = self.check(id, offset).and_then(|from| {
            let away = self.sessions.remove(id).ok_or(Miss::Unknown)?;
            self.sessions.connect(*id, away.socket.clone());
            Ok(Claim { away, from })
        });
        match result {
            Ok(_) => self.recovered += 1,
            Err(_) => self.missed += 1,
        }
        result
    }

    fn check(&self, id: &RecoveryId, offset: Option<&str>) -> Result<Position, Miss> {
        let away = self.sessions.get(id).ok_or(Miss::Unknown)?;
        let from = self.resume_at(&away.trace, offset).ok_or(Miss::TooOld)?;
        let missed = self.since(from, away.socket.clone(), &away.rooms);
        let missed = missed.ok_or(Miss::TooOld)?;
        let bytes: usize = missed.iter().map(|one| one.bytes).sum();
        let is_too_much =
            missed.len() > self.bounds.max_missed_packets || bytes > self.bounds.max_missed_bytes;
        if is_too_much {
            Err(Miss::TooMuch)
        } else {
            Ok(from)
        }
    }

    /// From where on a client has missed events. `None`: the offset says nothing to us, any more
    /// or at all.
    fn resume_at(&self, trace: &Trace, offset: Option<&str>) -> Option<Position> {
        let Some(last) = trace.last else {
            // There was nothing for it, so its offset, if any, is of a session before.
            return Some(trace.end);
        };
        let Some(offset) = offset else {
            return Some(trace.start);
        };
        let offset = Offset::parse(offset)?;
        if offset == last {
            // It has got everything, however long ago that was.
            return Some(trace.end);
        }
        let after = self.log.find(offset)?.saturating_add(1);
        Some(after.clamp(trace.start, trace.end))
    }

    /// Time has passed; gives back who has been away for too long.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Vec<Away<T>> {
        let mut expired = Vec::new();
        while self.poll_timeout().is_some_and(|deadline| deadline <= now) {
            expired.extend(self.expire());
        }
        self.drop_old(now);
        expired
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.sessions.next_deadline()
    }

    fn expire(&mut self) -> Option<Away<T>> {
        self.expired += 1;
        self.sessions.pop()
    }

    pub(crate) fn stats(&self) -> RecoveryStats {
        RecoveryStats {
            recovered: self.recovered,
            missed: self.missed,
            expired: self.expired,
            away: self.sessions.away(),
            packets: self.log.len(),
            bytes: self.log.bytes(),
        }
    }
}
