//! What emitting can fail with.

use std::fmt;

use salon_proto::engine::Rejection;
use salon_proto::packet::EncodeError;

/// Something could not be sent.
#[derive(Debug)]
pub struct EmitError(Kind);

#[derive(Debug)]
enum Kind {
    Encode(EncodeError),
    Rejected(Rejection),
    NotConnected,
    TooManyAcks,
}

impl EmitError {
    pub(crate) const fn not_connected() -> Self {
        Self(Kind::NotConnected)
    }

    pub(crate) const fn too_many_acks() -> Self {
        Self(Kind::TooManyAcks)
    }

    /// The event's name is reserved or its data cannot be written: the call is wrong, whoever
    /// the client is.
    #[must_use]
    pub const fn is_invalid(&self) -> bool {
        matches!(self.0, Kind::Encode(_))
    }

    /// The client is gone.
    #[must_use]
    pub const fn is_disconnected(&self) -> bool {
        matches!(
            self.0,
            Kind::NotConnected | Kind::Rejected(Rejection::Closed)
        )
    }

    /// It was volatile, and the client could not take it at that moment.
    #[must_use]
    pub const fn is_missed(&self) -> bool {
        matches!(self.0, Kind::Rejected(Rejection::NotWritable))
    }

    /// The client is too slow: its outbox is full, or it owes too many acknowledgements.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self.0, Kind::TooManyAcks | Kind::Rejected(Rejection::Full))
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Encode(error) => return error.fmt(f),
            Kind::NotConnected | Kind::Rejected(Rejection::Closed) => "the client is disconnected",
            Kind::Rejected(Rejection::NotWritable) => "a volatile event: the client is not ready",
            Kind::Rejected(_) => "the client is too slow: its outbox is full (Limits::max_outbox)",
            Kind::TooManyAcks => {
                "the client owes too many acknowledgements (Limits::max_pending_acks)"
            }
        })
    }
}

impl std::error::Error for EmitError {}

impl From<EncodeError> for EmitError {
    fn from(error: EncodeError) -> Self {
        Self(Kind::Encode(error))
    }
}

impl From<Rejection> for EmitError {
    fn from(why: Rejection) -> Self {
        Self(Kind::Rejected(why))
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
