//! What a socket needs so that its client may come back.

use std::sync::atomic::{AtomicU64, Ordering};

use salon_proto::{DisconnectReason, Encoded, RecoveryId};

use super::Socket;
use super::extras::Kept;
use super::membership::Membership;
use crate::error::{Emitted, not_connected};
use crate::hub::{Hub, Room};
use crate::recovery::{Audience, Away, Claim, Keeper, Offset, Position, Trace};

/// Absent from a socket without recovery. The numbers change under the lock of the hub.
pub(super) struct Recoverable {
    id: RecoveryId,
    /// Its trace when its client went away, if it has come back.
    claimed: Option<Trace>,
    start: AtomicU64,
    /// The offset of the last event for it; 0 if there was none.
    last: AtomicU64,
    /// All events before this position that are for it have been sent. It counts only until it
    /// has entered the hub, which sees to all later ones.
    position: AtomicU64,
    /// The number of the absence that began when it ended; 0 before, or if it may not come back.
    absence: AtomicU64,
}

/// A client that comes back: its id and what it left.
pub(crate) struct Resumed {
    pub(crate) id: RecoveryId,
    pub(crate) claim: Claim<Kept>,
}

impl Recoverable {
    /// For a client that connects for the first time.
    pub(super) const fn new(id: RecoveryId) -> Self {
        Self {
            id,
            claimed: None,
            start: AtomicU64::new(0),
            last: AtomicU64::new(0),
            position: AtomicU64::new(0),
            absence: AtomicU64::new(0),
        }
    }

    /// For one that comes back.
    pub(super) fn resumed(id: RecoveryId, trace: Trace, from: Position) -> Self {
        Self {
            id,
            claimed: Some(trace),
            start: AtomicU64::new(trace.start),
            last: AtomicU64::new(trace.last.map_or(0, Offset::number)),
            position: AtomicU64::new(from),
            absence: AtomicU64::new(0),
        }
    }

    fn note(&self, offset: Offset) {
        self.last.store(offset.number(), Ordering::Relaxed);
    }

    fn trace(&self, end: Position) -> Trace {
        let last = self.last.load(Ordering::Relaxed);
        Trace {
            start: self.start.load(Ordering::Relaxed),
            last: (last != 0).then(|| Offset::new(last)),
            end,
        }
    }
}

/// Recovery.
impl Socket {
    /// Whether its client was away and has got its state back: the socket has the id, the rooms
    /// and the data that it had, and the events it has missed have been sent to it.
    ///
    /// ```
    /// # use salon::{Recovery, Server, Socket};
    /// let io = Server::builder().recovery(Recovery::new()).build();
    /// io.on_connect(|socket: Socket| async move {
    ///     if !socket.is_recovered() {
    ///         socket.emit("everything from the start", ());
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn is_recovered(&self) -> bool {
        let recovery = self.0.recovery.as_ref();
        recovery.is_some_and(|recovery| recovery.claimed.is_some())
    }

    /// The id by which its client may come back.
    pub(crate) fn recovery_id(&self) -> Option<&RecoveryId> {
        self.0.recovery.as_ref().map(|recovery| &recovery.id)
    }

    /// Whether its client is let in without asking the middlewares: they did let it in.
    pub(crate) fn skips_middlewares(&self) -> bool {
        let keeper = self.0.namespace.recovery.as_ref();
        self.is_recovered() && keeper.is_some_and(|keeper| keeper.skips_middlewares)
    }

    pub(super) fn recovery(&self) -> Option<(&Keeper, &Recoverable)> {
        let keeper = self.0.namespace.recovery.as_deref()?;
        Some((keeper, self.0.recovery.as_deref()?))
    }

    /// Takes note of an event that is sent to it.
    pub(crate) fn note(&self, offset: Offset) {
        if let Some(recovery) = &self.0.recovery {
            recovery.note(offset);
        }
    }
}

/// Coming.
impl Socket {
    /// It is being let in, into these rooms: what it has missed goes out before all else.
    /// `false`: some of that is not known any more. The hub must be locked.
    pub(super) fn begin_recovery(&self, rooms: &[Room]) -> bool {
        let Some((keeper, recovery)) = self.recovery() else {
            return true;
        };
        if recovery.claimed.is_none() {
            let (server, name) = (&self.0.connection.server, &self.0.namespace.name);
            let start = keeper.connect(recovery.id, self.id(), server, name);
            recovery.start.store(start, Ordering::Relaxed);
            return true;
        }
        self.catch_up(rooms)
    }

    /// Sends a client that has come back the events that others emitted since it did so last.
    /// The hub must be locked.
    pub(super) fn catch_up(&self, rooms: &[Room]) -> bool {
        let Some((keeper, recovery)) = self.recovery() else {
            return true;
        };
        if recovery.claimed.is_none() {
            return true;
        }
        let from = recovery.position.load(Ordering::Relaxed);
        let Some(missed) = keeper.missed(from, self.id(), &self.with_own(rooms)) else {
            return false;
        };
        for (offset, packet) in missed.events {
            recovery.note(offset);
            let _ = self.deliver(packet, false);
        }
        recovery.position.store(missed.end, Ordering::Relaxed);
        true
    }

    fn with_own(&self, rooms: &[Room]) -> Vec<Room> {
        let own = Room::from(self.id());
        rooms.iter().cloned().chain([own]).collect()
    }
}

/// Going.
impl Socket {
    /// It is being taken out of the hub, which must be locked. Gives back what is to be
    /// [told](Self::tell_expired) without locks.
    pub(super) fn end_recovery(
        &self,
        hub: &Hub<Self>,
        membership: &Membership,
        reason: DisconnectReason,
    ) -> Option<Away<Kept>> {
        let (keeper, recovery) = self.recovery()?;
        if !reason.is_recoverable() {
            keeper.forget(&recovery.id);
            return None;
        }
        let rooms = self.rooms_in(hub, membership);
        let rooms = rooms.iter().map(Room::from).collect();
        self.keep(keeper, recovery, rooms, recovery.trace(keeper.end()))
    }

    pub(super) fn tell_expired(&self, expired: Option<Away<Kept>>) {
        if let Some((keeper, _)) = self.recovery() {
            keeper.tell(expired);
        }
    }

    /// Its client came back and was not let in. If it left by itself it may try again; otherwise
    /// it was refused.
    pub(crate) fn abandon_recovery(&self, may_try_again: bool) {
        let Some((keeper, recovery)) = self.recovery() else {
            return;
        };
        match recovery.claimed {
            Some(trace) if may_try_again => {
                let rooms = match &*self.0.membership.lock() {
                    Membership::Connecting(rooms) => self.with_own(rooms),
                    _ => return,
                };
                let expired = self.keep(keeper, recovery, rooms, trace);
                keeper.tell(expired);
            }
            Some(_) => keeper.forget(&recovery.id),
            None => {}
        }
    }

    fn keep(
        &self,
        keeper: &Keeper,
        recovery: &Recoverable,
        rooms: Vec<Room>,
        trace: Trace,
    ) -> Option<Away<Kept>> {
        let away = Away {
            socket: self.id(),
            rooms,
            kept: self.kept(),
            trace,
        };
        let (absence, expired) = keeper.leave(recovery.id, away);
        let absence = absence.unwrap_or_default();
        recovery.absence.store(absence, Ordering::Relaxed);
        // Once more: what was changed since then found no absence.
        self.update_kept();
        expired
    }

    /// What is kept with it has changed. Its client may be away already: in `on_disconnecting` and
    /// `on_disconnect` it is.
    pub(super) fn update_kept(&self) {
        let Some((keeper, recovery)) = self.recovery() else {
            return;
        };
        let absence = recovery.absence.load(Ordering::Relaxed);
        if absence != 0 {
            keeper.keep(&recovery.id, absence, self.kept());
        }
    }
}

/// Sending.
impl Socket {
    /// Sends an event that is kept, too. While the client is away it is only kept; once the
    /// client has come back it goes to its new socket.
    pub(super) fn send_kept(&self, keeper: &Keeper, offset: Offset, packet: Encoded) -> Emitted {
        let membership = self.0.membership.lock();
        let hub = self.0.namespace.hub.lock();
        let successor;
        let socket = match &*membership {
            Membership::Connecting(_) => return Emitted::failed(0, not_connected()),
            Membership::Admitted(rooms) => {
                self.catch_up(rooms);
                Some(self)
            }
            Membership::Connected(_) => Some(self),
            Membership::Gone(_) => {
                successor = hub.find(&self.id()).map(|(_, socket)| socket.clone());
                successor.as_ref()
            }
        };
        let is_away = || self.recovery_id().is_some_and(|id| keeper.is_away(id));
        if socket.is_none() && !is_away() {
            return Emitted::failed(0, not_connected());
        }
        keeper.record(offset, Audience::Socket(self.id()), &packet);
        let Some(socket) = socket else {
            return Emitted::to(0);
        };
        socket.note(offset);
        match socket.deliver(packet, false) {
            Ok(()) => Emitted::to(1),
            Err(error) => Emitted::failed(0, error),
        }
    }
}
