//! Why a session or a socket ended, in JavaScript's words.

use std::fmt;

/// Why an Engine.IO session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// No pong came in time.
    PingTimeout,
    /// The peer sent something that is no Engine.IO packet.
    ParseError,
    /// The connection failed, or the peer broke the protocol.
    TransportError,
    /// The peer closed the connection.
    TransportClose,
    /// This side closed it.
    ForcedClose,
    /// Too much waited to be sent, and the overflow policy is to disconnect. Node has no
    /// such bound and so no such word.
    SlowConsumer,
}

impl CloseReason {
    /// The string that JavaScript uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PingTimeout => "ping timeout",
            Self::ParseError => "parse error",
            Self::TransportError => "transport error",
            Self::TransportClose => "transport close",
            Self::ForcedClose => "forced close",
            Self::SlowConsumer => "slow consumer",
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a socket was disconnected from its namespace, seen from the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The server called `socket.disconnect()`.
    ServerNamespaceDisconnect,
    /// The client called `socket.disconnect()`.
    ClientNamespaceDisconnect,
    /// The server closed the whole connection: no namespace was joined in time, or the
    /// client broke the rules of the protocol.
    ForcedServerClose,
    /// The server is going away.
    ServerShuttingDown,
    /// The session ended by itself.
    Session(CloseReason),
}

impl DisconnectReason {
    /// The string that JavaScript uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServerNamespaceDisconnect => "server namespace disconnect",
            Self::ClientNamespaceDisconnect => "client namespace disconnect",
            Self::ForcedServerClose => "forced server close",
            Self::ServerShuttingDown => "server shutting down",
            Self::Session(reason) => reason.as_str(),
        }
    }
}

impl DisconnectReason {
    /// Whether a client that left for this reason may come back and find its state as it was,
    /// if the server keeps it: nobody wanted the connection to end.
    ///
    /// A client that read too slowly has missed too much to be sent at once.
    #[must_use]
    pub const fn is_recoverable(&self) -> bool {
        match self {
            Self::ServerNamespaceDisconnect | Self::ClientNamespaceDisconnect => false,
            Self::ForcedServerClose | Self::ServerShuttingDown => true,
            Self::Session(reason) => {
                !matches!(reason, CloseReason::ParseError | CloseReason::SlowConsumer)
            }
        }
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<CloseReason> for DisconnectReason {
    fn from(reason: CloseReason) -> Self {
        Self::Session(reason)
    }
}
