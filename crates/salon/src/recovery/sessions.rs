//! The clients that may be away for a while.

use std::collections::{BTreeMap, HashMap};
use std::mem;

use salon_proto::timer::Instant;
use salon_proto::{RecoveryId, SocketId};

use super::Offset;
use super::log::Position;
use crate::hub::Room;

/// What a socket had when its client went away. `T` is what the caller keeps with it.
#[derive(Clone, Debug)]
pub(crate) struct Away<T> {
    pub(crate) socket: SocketId,
    pub(crate) rooms: Vec<Room>,
    pub(crate) kept: T,
    /// Its place among the events.
    pub(crate) trace: Trace,
}

/// What of all events was for one client while it was connected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trace {
    /// Where its session began.
    pub(crate) start: Position,
    /// The last event that was for it. `None`: there was none.
    pub(crate) last: Option<Offset>,
    /// From here on it was away.
    pub(crate) end: Position,
}

/// The clients by their secret ids.
pub(super) struct Sessions<T> {
    standing: HashMap<RecoveryId, Standing<T>>,
    /// Who is away, by the end of the time to come back; the number tells those of one time apart.
    deadlines: BTreeMap<Deadline, RecoveryId>,
    next_number: u64,
}

type Deadline = (Instant, u64);

enum Standing<T> {
    Connected(SocketId),
    Away(Away<T>, Deadline),
}

impl<T> Sessions<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.standing.is_empty()
    }

    /// How many clients are away.
    pub(super) fn away(&self) -> usize {
        self.deadlines.len()
    }

    pub(super) fn is_away(&self, id: &RecoveryId) -> bool {
        matches!(self.standing.get(id), Some(Standing::Away(..)))
    }

    /// The number of the client's absence, which no other has.
    pub(super) fn absence(&self, id: &RecoveryId) -> Option<u64> {
        match self.standing.get(id)? {
            Standing::Away(_, (_, number)) => Some(*number),
            Standing::Connected(_) => None,
        }
    }

    /// Keeps something else with a client during this absence, and gives back what is not kept.
    pub(super) fn keep(&mut self, id: &RecoveryId, absence: u64, kept: T) -> T {
        match self.standing.get_mut(id) {
            Some(Standing::Away(away, (_, number))) if *number == absence => {
                mem::replace(&mut away.kept, kept)
            }
            _ => kept,
        }
    }

    /// The socket that has this id, if its client is connected.
    pub(super) fn connected(&self, id: &RecoveryId) -> Option<SocketId> {
        match self.standing.get(id)? {
            Standing::Connected(socket) => Some(socket.clone()),
            Standing::Away(..) => None,
        }
    }

    pub(super) fn connect(&mut self, id: RecoveryId, socket: SocketId) {
        self.standing.insert(id, Standing::Connected(socket));
    }

    /// The client went away and may come back until `deadline`. It must have been connected.
    pub(super) fn leave(&mut self, id: RecoveryId, away: Away<T>, deadline: Instant) {
        let deadline = (deadline, self.next_number);
        self.next_number += 1;
        self.deadlines.insert(deadline, id);
        self.standing.insert(id, Standing::Away(away, deadline));
    }

    /// What a client left when it went away.
    pub(super) fn get(&self, id: &RecoveryId) -> Option<&Away<T>> {
        match self.standing.get(id)? {
            Standing::Away(away, _) => Some(away),
            Standing::Connected(_) => None,
        }
    }

    /// Forgets a client.
    pub(super) fn remove(&mut self, id: &RecoveryId) -> Option<Away<T>> {
        match self.take(id)? {
            Standing::Connected(_) => None,
            Standing::Away(away, deadline) => {
                self.deadlines.remove(&deadline);
                Some(away)
            }
        }
    }

    /// When the next of those who are away has been so for too long.
    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let ((deadline, _), _) = self.deadlines.first_key_value()?;
        Some(*deadline)
    }

    /// Forgets whoever is to come back first.
    pub(super) fn pop(&mut self) -> Option<Away<T>> {
        let (_, id) = self.deadlines.pop_first()?;
        match self.take(&id)? {
            Standing::Away(away, _) => Some(away),
            Standing::Connected(_) => None,
        }
    }

    fn take(&mut self, id: &RecoveryId) -> Option<Standing<T>> {
        let standing = self.standing.remove(id);
        if self.standing.is_empty() {
            // As after a crowd: nothing of it is kept.
            self.standing.shrink_to_fit();
        }
        standing
    }
}

impl<T> Default for Sessions<T> {
    fn default() -> Self {
        Self {
            standing: HashMap::new(),
            deadlines: BTreeMap::new(),
            next_number: 1,
        }
    }
}
