//! What a client did wrong, for those who want to know more than "transport error".

use crate::ws::CloseCode;

/// One byte in every session, so words come later.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fault {
    Heartbeat,
    TooLarge,
    NotUtf8,
    WebSocketRules,
    TwoPolls,
    TwoPosts,
    PollLost,
    PostLost,
}

impl Fault {
    /// `code` is what the client is told.
    pub(super) const fn of_websocket(code: CloseCode) -> Self {
        match code {
            CloseCode::TOO_BIG => Self::TooLarge,
            CloseCode::INVALID_DATA => Self::NotUtf8,
            _ => Self::WebSocketRules,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Heartbeat => "a ping or pong in the wrong direction",
            Self::TooLarge => "a message is too large",
            Self::NotUtf8 => "a text is not UTF-8",
            Self::WebSocketRules => "the client broke the rules of WebSocket",
            Self::TwoPolls => "two polls at once",
            Self::TwoPosts => "two posts at once",
            Self::PollLost => "the connection of a held poll was closed",
            Self::PostLost => "the connection of a post was closed early",
        }
    }
}
