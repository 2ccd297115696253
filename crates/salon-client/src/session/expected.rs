//! Who waits for an answer, or to know what becomes of an event.

use std::collections::BTreeMap;

use salon_handler::{AckError, EmitError, OwnedEvent};
use salon_proto::client::{AckFailure, DropReason, SocketKey};

use super::inbox::Fate;
use crate::ack::Waiter;

/// What is taken out once. Dropping it tells whoever waits that nothing will come.
///
/// Most of the time there is nothing, or one: that needs no memory of its own.
#[derive(Default)]
pub(super) enum Expected<K, T> {
    #[default]
    Nothing,
    One(K, T),
    Many(BTreeMap<K, T>),
}

/// Answers, by the socket and the id of the event.
pub(super) type Answers = Expected<(SocketKey, u64), Waiter>;

/// Events that wait to be sent, by their reports.
pub(super) type Events = Expected<u64, Waiting>;

/// An event that waits to be sent.
pub(super) struct Waiting {
    pub(super) fate: Option<Fate>,
    pub(super) shown: Option<Box<OwnedEvent>>,
}

impl<K: Ord, T> Expected<K, T> {
    pub(super) fn insert(&mut self, key: K, one: T) {
        *self = match std::mem::take(self) {
            Self::Nothing => Self::One(key, one),
            Self::One(other, first) => Self::Many(BTreeMap::from([(other, first), (key, one)])),
            Self::Many(mut all) => {
                all.insert(key, one);
                Self::Many(all)
            }
        };
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<T> {
        if let Self::Many(all) = self {
            let one = all.remove(key);
            if all.is_empty() {
                self.clear();
            }
            return one;
        }
        match std::mem::take(self) {
            Self::One(there, one) if there == *key => Some(one),
            other => {
                *self = other;
                None
            }
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::Nothing;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_out_once_in_any_order() {
        for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
            let mut expected = Expected::default();
            for key in [1, 2, 3] {
                assert_eq!(expected.remove(&key), None);
                expected.insert(key, key * 10);
            }
            for key in order {
                assert_eq!(expected.remove(&key), Some(key * 10));
                assert_eq!(expected.remove(&key), None);
            }
            assert!(matches!(expected, Expected::Nothing));
        }
    }

    #[test]
    fn one_alone_is_not_taken_for_another() {
        let mut expected = Expected::default();
        expected.insert(1, "one");
        assert_eq!(expected.remove(&2), None);
        assert_eq!(expected.remove(&1), Some("one"));
    }
}
