//! What a handler is registered for.

use std::fmt;

/// What a handler is registered for, as reports name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Event(Box<str>),
    Other(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(name) => write!(f, "event {name:?}"),
            Self::Other(name) => f.write_str(name),
        }
    }
}
