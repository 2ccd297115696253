//! What a handler is registered for.

use std::fmt;

/// What a handler is registered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Middleware,
    Connect,
    Event(Box<str>),
    EventMiddleware,
    Any,
    AnyOutgoing,
    Unhandled,
    Disconnecting,
    Disconnect,
    Failure,
    NewNamespace,
    Room,
}

/// As reports name it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Event(name) => return write!(f, "event {name:?}"),
            Self::Middleware => "middleware",
            Self::Connect => "connection",
            Self::EventMiddleware => "event middleware",
            Self::Any => "any event",
            Self::AnyOutgoing => "any outgoing event",
            Self::Unhandled => "unhandled events",
            Self::Disconnecting => "disconnecting",
            Self::Disconnect => "disconnection",
            Self::Failure => "errors",
            Self::NewNamespace => "new namespaces",
            Self::Room => "rooms",
        })
    }
}
