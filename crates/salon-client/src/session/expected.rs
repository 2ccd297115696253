//! Who waits for an answer, or to know what becomes of an event.

use std::collections::HashMap;
use std::hash::Hash;

use salon_handler::{AckError, EmitError, OwnedEvent};
use salon_proto::client::{AckFailure, DropReason, SocketKey};
use tokio::sync::oneshot;

use super::inbox::Fate;
use crate::ack::AckOutcome;

/// What is taken out once. Dropping it tells whoever waits that nothing will come.
pub(super) struct Expected<K, T>(HashMap<K, T>);

/// Answers, by the socket and the id of the event.
pub(super) type Answers = Expected<(SocketKey, u64), oneshot::Sender<AckOutcome>>;

/// Events that wait to be sent, by their reports.
pub(super) type Events = Expected<u64, Waiting>;

/// An event that waits to be sent.
pub(super) struct Waiting {
    pub(super) fate: Option<Fate>,
    pub(super) shown: Option<Box<OwnedEvent>>,
}

impl<K: Eq + Hash, T> Expected<K, T> {
    pub(super) fn insert(&mut self, key: K, one: T) {
        self.0.insert(key, one);
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<T> {
        let one = self.0.remove(key);
        // An idle connection holds no table.
        if self.0.is_empty() {
            self.0 = HashMap::new();
        }
        one
    }

    pub(super) fn clear(&mut self) {
        self.0 = HashMap::new();
    }
}

impl<K, T> Default for Expected<K, T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

pub(super) fn ack_error(why: AckFailure) -> AckError {
    match why {
        AckFailure::TimedOut => AckError::Timeout,
        AckFailure::Dropped(why) => AckError::Emit(emit_error(why)),
        _ => AckError::Disconnected,
    }
}

pub(super) const fn emit_error(why: DropReason) -> EmitError {
    match why {
        DropReason::NotWritable => {
            EmitError::missed("a volatile event: the connection is not ready")
        }
        DropReason::BufferFull => EmitError::full(
            "too many events wait for a connection (Limits::max_buffered_packets, \
             max_buffered_bytes)",
        ),
        DropReason::TooManyAcks => {
            EmitError::full("too many answers are awaited (Limits::max_pending_acks)")
        }
        DropReason::Displaced => {
            EmitError::dropped("newer events took its place among those that wait to be sent")
        }
        DropReason::Expired => EmitError::dropped("the event waited too long to be sent"),
        DropReason::Unanswered => {
            EmitError::dropped("the server did not answer it, as often as it was sent")
        }
        _ => EmitError::disconnected("the socket was disconnected before the event was sent"),
    }
}
