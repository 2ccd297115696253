//! The settings of recovery.

use std::time::Duration;

use salon_proto::{Limits, Timing};

use super::store::Bounds;

/// How clients that were away for a moment get their state back; see
/// [`ServerBuilder::recovery`](crate::ServerBuilder::recovery).
///
/// All bounds are for each namespace. What goes over them is forgotten, the oldest first: a
/// client that needed it connects anew, as it would without recovery.
///
/// ```
/// use salon::{Recovery, Server};
/// use std::time::Duration;
///
/// let io = Server::builder()
///     .recovery(Recovery::new().max_disconnection(Duration::from_secs(60)))
///     .build();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "give it to ServerBuilder::recovery"]
pub struct Recovery {
    pub(crate) max_disconnection: Duration,
    pub(crate) skip_middlewares: bool,
    max_sessions: usize,
    max_packets: usize,
    max_bytes: usize,
}

impl Recovery {
    /// Clients may be away for two minutes, as in Node.
    pub const fn new() -> Self {
        Self {
            max_disconnection: Duration::from_secs(120),
            skip_middlewares: true,
            max_sessions: 10_000,
            max_packets: 100_000,
            max_bytes: 64_000_000,
        }
    }

    /// How long a client may be away. Default: 2 minutes.
    pub const fn max_disconnection(mut self, time: Duration) -> Self {
        self.max_disconnection = time;
        self
    }

    /// Whether a client that comes back is let in without asking the middlewares again. Default:
    /// yes, as in Node. A right that was taken away meanwhile then lasts until the client
    /// connects anew.
    pub const fn skip_middlewares(mut self, skip: bool) -> Self {
        self.skip_middlewares = skip;
        self
    }

    /// How many clients may be away at a time. Default: 10,000.
    ///
    /// For each its id, its rooms and its data are kept.
    pub const fn max_sessions(mut self, count: usize) -> Self {
        self.max_sessions = count;
        self
    }

    /// How many events are kept. Default: 100,000.
    pub const fn max_packets(mut self, count: usize) -> Self {
        self.max_packets = count;
        self
    }

    /// How much memory the events may take that are kept. Default: 64,000,000 bytes.
    pub const fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    pub(super) fn bounds(&self, limits: &Limits, timing: &Timing) -> Bounds {
        let unnoticed = timing.ping_interval.saturating_add(timing.ping_timeout);
        Bounds {
            max_disconnection: self.max_disconnection,
            keep: self.max_disconnection.saturating_add(unnoticed),
            max_sessions: self.max_sessions,
            max_packets: self.max_packets,
            max_bytes: self.max_bytes,
            max_missed_packets: limits.max_outbox_packets,
            max_missed_bytes: limits.max_outbox,
        }
    }
}

impl Default for Recovery {
    fn default() -> Self {
        Self::new()
    }
}
