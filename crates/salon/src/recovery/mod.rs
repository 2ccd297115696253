//! Connection state recovery: a client that was away for a moment gets back its id, its rooms,
//! its data, and the events that it has missed.
//!
//! ```text
//!   emit ──▶ Keeper ──▶ Store ── Sessions   who is connected, who is away and until when
//!   CONNECT ──▶ │         └───── Log        the latest events, found by room
//!   clock ────▶ │
//!               └── the lock, the time, and who is told that a client did not come back
//! ```
//!
//! Each client gets a secret id when it connects, and with each event that is kept an offset, as
//! its last argument. When it comes back it names both. There is a keeper in each namespace of a
//! server with recovery; without recovery there is none of this.

mod keeper;
mod log;
mod resume;
mod sessions;
mod settings;
mod store;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

use std::fmt;

pub use keeper::ExpiredSocket;
pub(crate) use keeper::Keeper;
pub(crate) use log::{Audience, Position};
pub(crate) use resume::resume;
pub(crate) use sessions::{Away, Trace};
pub use settings::Recovery;
pub(crate) use store::{Claim, Store};

/// What a client repeats to tell the last event that it has got. Each event that is kept has
/// its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offset(u64);

impl Offset {
    pub(crate) const fn new(number: u64) -> Self {
        Self(number)
    }

    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    fn parse(text: &str) -> Option<Self> {
        u64::from_str_radix(text, 16).ok().map(Self)
    }
}

/// As it is sent: text, since JavaScript's client takes only text for an offset.
impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

/// What became of the clients that were away; see
/// [`Namespace::recovery_stats`](crate::Namespace::recovery_stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecoveryStats {
    /// How many came back and got their state.
    pub recovered: u64,
    /// How many came back and did not get it: too late, or what they missed is not known any
    /// more, or too much.
    pub missed: u64,
    /// How many did not come back in time.
    pub expired: u64,
    /// How many are away now.
    pub away: usize,
    /// Events that are kept now.
    pub packets: usize,
    /// Their size in memory.
    pub bytes: usize,
}

impl RecoveryStats {
    pub(crate) fn add(&mut self, more: &Self) {
        self.recovered += more.recovered;
        self.missed += more.missed;
        self.expired += more.expired;
        self.away += more.away;
        self.packets += more.packets;
        self.bytes += more.bytes;
    }
}
