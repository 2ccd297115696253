//! What a session and the shell around it tell each other.

use crate::encoded::Encoded;
use crate::engine::payload::PollBody;
use crate::reason::CloseReason;

/// What happens when a session's outbox is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The session ends with the reason "slow consumer". The default: a client that
    /// misses messages without knowing is worse off than one that reconnects.
    #[default]
    Disconnect,
    /// The message is refused, the session goes on.
    DropNewest,
}

/// What the shell around the session must do.
#[derive(Debug)]
#[must_use]
pub enum Output {
    /// Answer the held poll with this body.
    AnswerPoll(PollBody),
    /// Write this on the upgrade candidate.
    WriteCandidate(Encoded),
    /// From now on the candidate is the session's WebSocket.
    SwitchToCandidate,
    /// Close the candidate.
    DropCandidate,
    /// The session is over. On a WebSocket, write the rest of the outbox and close.
    Closed(CloseReason),
}

/// What a packet that arrived means for the layer above.
#[derive(Debug, PartialEq, Eq)]
pub enum Received<'a> {
    /// Nothing.
    Nothing,
    /// A text message.
    Text(&'a str),
    /// A binary message that came as text.
    Binary(Vec<u8>),
}

/// What to do with a poll that arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollAnswer {
    /// Keep it until [`Output::AnswerPoll`] answers it; that may be at once.
    Hold,
    /// Refuse it with status 400: there is one already, and the session ends; or it comes
    /// too late.
    Refuse,
}

/// A packet that was not taken, and why.
#[derive(Debug)]
pub struct Rejected {
    /// The packet, handed back.
    pub packet: Encoded,
    /// Why it was not taken.
    pub why: Rejection,
}

/// Why a packet was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rejection {
    /// The session is over or ending.
    Closed,
    /// The outbox is full.
    Full,
    /// The packet is volatile and the client is not ready to take it this moment.
    NotWritable,
}
