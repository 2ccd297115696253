//! What can fail on the client's side.

use std::fmt;
use std::sync::Arc;

use crate::reason::CloseReason;

/// What broke, in the transport's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// A GET.
    Poll,
    /// A POST.
    Post,
    /// The WebSocket.
    WebSocket,
    /// The session did not open in time.
    Timeout,
    /// The server sent something that is no Engine.IO packet, or closed before the session was
    /// open.
    Server,
    /// The options allow no transport.
    NoTransport,
}

impl Failure {
    /// JavaScript's words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Poll => "xhr poll error",
            Self::Post => "xhr post error",
            Self::WebSocket => "websocket error",
            Self::Timeout => "timeout",
            Self::Server => "server error",
            Self::NoTransport => "No transports available",
        }
    }
}

/// No session could be opened, or it broke. Cheap to clone: each socket gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionError {
    failure: Failure,
    details: Option<Arc<str>>,
}

impl SessionError {
    pub(super) const fn new(failure: Failure, details: Option<Arc<str>>) -> Self {
        Self { failure, details }
    }

    /// What broke.
    #[must_use]
    pub const fn failure(&self) -> Failure {
        self.failure
    }

    /// What the caller said about it, such as a status or an error of the system.
    #[must_use]
    pub fn details(&self) -> Option<&str> {
        self.details.as_deref()
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.details {
            Some(details) => write!(f, "{}: {details}", self.failure.as_str()),
            None => f.write_str(self.failure.as_str()),
        }
    }
}

impl std::error::Error for SessionError {}

/// A socket could not be connected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectError {
    /// The namespace refuses it. The socket is not active any more.
    Refused {
        /// The server's message.
        message: Box<str>,
        /// The server's data, as JSON.
        data: Option<Box<str>>,
    },
    /// There is no session. The manager tries again, if it may.
    Session(SessionError),
    /// The session ended before the namespace had answered. The manager tries again, if it may.
    Closed(DisconnectReason),
    /// The namespace has not answered in time. The socket is connected once it does.
    Unanswered,
    /// The server speaks the protocol of Socket.IO 2.
    OldServer,
}

const OLD_SERVER: &str = "It seems you are trying to reach a Socket.IO server in v2.x with a v3.x client, but they are not compatible (more information here: https://socket.io/docs/v3/migrating-from-2-x-to-3-0/)";

impl ConnectError {
    /// The message, in the server's or in JavaScript's words.
    #[must_use]
    pub fn message(&self) -> &str {
        match self {
            Self::Refused { message, .. } => message,
            Self::Session(error) => error.failure.as_str(),
            Self::Closed(reason) => reason.as_str(),
            Self::Unanswered => "the namespace has not answered in time",
            Self::OldServer => OLD_SERVER,
        }
    }

    /// The server's data, as JSON.
    #[must_use]
    pub fn data(&self) -> Option<&str> {
        match self {
            Self::Refused { data, .. } => data.as_deref(),
            _ => None,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(error) => error.fmt(f),
            _ => f.write_str(self.message()),
        }
    }
}

impl std::error::Error for ConnectError {}

/// Why a socket was disconnected, seen from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The server disconnected it. It is not connected again by itself.
    ServerDisconnect,
    /// The application disconnected it.
    ClientDisconnect,
    /// The session ended. The manager opens another, unless the application has closed it.
    Session(CloseReason),
}

impl DisconnectReason {
    /// The string that JavaScript uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServerDisconnect => "io server disconnect",
            Self::ClientDisconnect => "io client disconnect",
            Self::Session(reason) => reason.as_str(),
        }
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an event was not sent, or not for sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// It was volatile, and could not go out at that moment.
    NotWritable,
    /// As many events wait as may.
    BufferFull,
    /// It had waited longest when as many waited as may.
    Displaced,
    /// It has waited too long.
    Expired,
    /// As many answers are awaited as may be, or one under this id.
    TooManyAcks,
    /// It was not answered, as often as it was sent.
    Unanswered,
    /// The answer to an event has nobody to go to: the connection that the event came by is over.
    NotConnected,
    /// There is no such socket any more.
    NoSocket,
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotWritable => "the event was volatile and could not be sent at once",
            Self::BufferFull => "too many events wait to be sent",
            Self::Displaced => "newer events took its place among those that wait to be sent",
            Self::Expired => "it waited too long to be sent",
            Self::TooManyAcks => "too many answers are awaited",
            Self::Unanswered => "it was not answered, as often as it was sent",
            Self::NotConnected => "the connection is over",
            Self::NoSocket => "the socket is gone",
        })
    }
}

/// Why no answer came to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AckFailure {
    /// It took too long.
    TimedOut,
    /// The socket was disconnected. The event may have arrived.
    Disconnected,
    /// The event was not sent.
    Dropped(DropReason),
}

impl fmt::Display for AckFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("operation has timed out"),
            Self::Disconnected => f.write_str("socket has been disconnected"),
            Self::Dropped(reason) => reason.fmt(f),
        }
    }
}

/// A socket for this namespace cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NamespaceError {
    /// The manager has as many sockets as it may.
    TooMany,
    /// The name is too long, or has a comma, which would end it on the wire.
    Name,
}

impl fmt::Display for NamespaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooMany => "one manager cannot have so many sockets",
            Self::Name => "a namespace cannot have this name",
        })
    }
}

impl std::error::Error for NamespaceError {}
