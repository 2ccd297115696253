//! What happened, as lines for people or for programs.

mod object;
#[cfg(test)]
mod tests;
mod text;

use std::time::Duration;

use time::{OffsetDateTime, UtcOffset};

use salon_client::Value;

use crate::line::Emit;

/// Something that the user wants to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Report {
    /// The namespace has been joined.
    Connected { id: String, recovered: bool },
    /// The server has emitted an event; it has a number if it waits for an answer.
    Event {
        name: String,
        args: Vec<Value>,
        question: Option<u64>,
    },
    /// The user's event is on its way.
    Sent(Emit),
    /// The server has answered the user's event.
    Answer {
        event: String,
        args: Vec<Value>,
        took: Duration,
    },
    /// The user's event came to nothing, or its answer did.
    Failed { event: String, reason: String },
    /// The user has answered the server's event.
    Answered { question: u64, args: Vec<Value> },
    /// The namespace has been left.
    Disconnected { reason: String, returns: bool },
    /// There is no connection, or the namespace has refused one.
    NotConnected {
        message: String,
        data: Option<Value>,
        returns: bool,
    },
    /// Another attempt to connect has begun.
    Attempt { number: u32 },
    /// The user's line makes no sense.
    Mistake(String),
}

/// How reports are written.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    pub(crate) json: bool,
    pub(crate) colours: bool,
    pub(crate) namespace: String,
    pub(crate) offset: UtcOffset,
}

impl Style {
    /// One line, without its end.
    pub(crate) fn line(&self, report: &Report) -> String {
        let now = OffsetDateTime::now_utc();
        if self.json {
            object::line(report, &self.namespace, now)
        } else {
            text::line(report, self, now.to_offset(self.offset))
        }
    }
}
