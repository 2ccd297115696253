//! What came of emitting.

use salon_proto::engine::Rejection;

use crate::handler::EmitError;

pub(crate) const fn not_connected() -> EmitError {
    EmitError::disconnected("the client is disconnected")
}

pub(crate) const fn too_many_acks() -> EmitError {
    EmitError::full("the client owes too many acknowledgements (Limits::max_pending_acks)")
}

/// The session did not take a packet.
pub(crate) const fn rejected(why: Rejection) -> EmitError {
    match why {
        Rejection::Closed => not_connected(),
        Rejection::NotWritable => EmitError::missed("a volatile event: the client is not ready"),
        _ => EmitError::full("the client is too slow: its outbox is full (Limits::max_outbox)"),
    }
}

/// What came of an emit. It may be ignored: what cannot be the caller's concern, such as a
/// client that has just left, is no reason to write more code.
#[derive(Debug)]
pub struct Emitted {
    recipients: usize,
    error: Option<EmitError>,
}

impl Emitted {
    pub(crate) const fn to(recipients: usize) -> Self {
        Self {
            recipients,
            error: None,
        }
    }

    pub(crate) const fn failed(recipients: usize, error: EmitError) -> Self {
        Self {
            recipients,
            error: Some(error),
        }
    }

    /// The same event went to others too.
    pub(crate) fn add(&mut self, other: Self) {
        self.recipients += other.recipients;
        self.error = self.error.take().or(other.error);
    }

    /// How many sockets of this server took the event.
    #[must_use]
    pub const fn recipients(&self) -> usize {
        self.recipients
    }

    /// The outcome as a `Result`, for `?`.
    ///
    /// # Errors
    /// Why the event, or for a broadcast the first of its copies, was not taken.
    pub fn result(self) -> Result<usize, EmitError> {
        match self.error {
            None => Ok(self.recipients),
            Some(error) => Err(error),
        }
    }
}
