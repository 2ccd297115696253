//! Engine.IO, protocols 4 and 3: the session below Socket.IO, over polling and WebSocket.

pub mod dialect;
mod exchange;
mod fault;
pub mod handshake;
pub mod heartbeat;
pub mod jsonp;
pub mod packet;
pub mod payload;
pub mod session;
pub mod upgrade;

use std::fmt;

pub use dialect::{Dialect, Protocol};
pub use exchange::{Output, Overflow, PollAnswer, Received, Rejected, Rejection};
pub use packet::Packet;
pub use session::Session;

/// How frames travel between the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// HTTP long-polling: a held GET for what goes to the client, a POST for what comes.
    Polling,
    /// One WebSocket.
    WebSocket,
}

impl Transport {
    /// The name in the `transport` query parameter and in the `upgrades` list.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Polling => "polling",
            Self::WebSocket => "websocket",
        }
    }

    /// Reads the name; `None` for any other text.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "polling" => Some(Self::Polling),
            "websocket" => Some(Self::WebSocket),
            _ => None,
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
