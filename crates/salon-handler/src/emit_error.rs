//! What emitting can fail with.

use std::fmt;

use salon_proto::packet::EncodeError;

/// Something could not be sent.
#[derive(Debug)]
pub struct EmitError(Kind);

#[derive(Debug)]
enum Kind {
    Encode(EncodeError),
    /// With the words of the side.
    Refused(Why, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Disconnected,
    Missed,
    Full,
    Dropped,
}

/// Made by the sides, which know the words: `what` is the text of the error.
impl EmitError {
    /// There is no connection, and there will be none.
    #[must_use]
    pub const fn disconnected(what: &'static str) -> Self {
        Self(Kind::Refused(Why::Disconnected, what))
    }

    /// It was volatile, and could not be sent at that moment.
    #[must_use]
    pub const fn missed(what: &'static str) -> Self {
        Self(Kind::Refused(Why::Missed, what))
    }

    /// A limit was reached.
    #[must_use]
    pub const fn full(what: &'static str) -> Self {
        Self(Kind::Refused(Why::Full, what))
    }

    /// It was taken, waited, and was given up.
    #[must_use]
    pub const fn dropped(what: &'static str) -> Self {
        Self(Kind::Refused(Why::Dropped, what))
    }
}

impl EmitError {
    /// The event's name is reserved or its data cannot be written: the call is wrong, whoever
    /// the other side is.
    #[must_use]
    pub const fn is_invalid(&self) -> bool {
        matches!(self.0, Kind::Encode(_))
    }

    /// The other side is gone.
    #[must_use]
    pub const fn is_disconnected(&self) -> bool {
        matches!(self.0, Kind::Refused(Why::Disconnected, _))
    }

    /// It was volatile, and could not be taken at that moment.
    #[must_use]
    pub const fn is_missed(&self) -> bool {
        matches!(self.0, Kind::Refused(Why::Missed, _))
    }

    /// Too much waits: to be sent, or for acknowledgements.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        matches!(self.0, Kind::Refused(Why::Full, _))
    }

    /// It waited for a connection and was given up. Clients only: a server's events never wait.
    #[must_use]
    pub const fn is_dropped(&self) -> bool {
        matches!(self.0, Kind::Refused(Why::Dropped, _))
    }
}

impl fmt::Display for EmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Encode(error) => error.fmt(f),
            Kind::Refused(_, what) => f.write_str(what),
        }
    }
}

impl std::error::Error for EmitError {}

impl From<EncodeError> for EmitError {
    fn from(error: EncodeError) -> Self {
        Self(Kind::Encode(error))
    }
}
