//! Who waits for an answer, or to know what becomes of an event.

use salon_handler::{AckError, EmitError, OwnedEvent};
use salon_proto::client::{AckFailure, DropReason, SocketKey};
use salon_proto::few::Few;

use super::inbox::Fate;
use crate::ack::Waiter;

/// Answers, by the socket and the id of the event. Dropping one tells whoever waits that nothing
/// will come.
pub(super) type Answers = Few<(SocketKey, u64), Waiter>;

/// Events that wait to be sent, by their reports.
pub(super) type Events = Few<u64, Waiting>;

/// An event that waits to be sent.
pub(super) struct Waiting {
    pub(super) fate: Option<Fate>,
    pub(super) shown: Option<Box<OwnedEvent>>,
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
