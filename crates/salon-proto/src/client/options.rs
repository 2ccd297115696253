//! What a client is told before it begins. The defaults are those of JavaScript's client.

use std::time::Duration;

use crate::engine::Transport;
use crate::limits::{Limits, Timing};
use crate::parser::Codec;

/// Options of a [`Manager`](crate::client::Manager).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The transports that may be used. The first is used to connect; WebSocket, wherever it
    /// stands, is what a session on polling moves to.
    pub transports: Vec<Transport>,
    /// Whether a session that begins on polling moves to WebSocket if the server offers it.
    pub upgrade: bool,
    /// Begin on WebSocket if the session before this one got there.
    pub remember_upgrade: bool,
    /// Where a session cannot be opened over the first transport, try the others before that
    /// counts as a failure.
    pub try_all_transports: bool,
    /// Whether and when to connect again.
    pub reconnection: Reconnection,
    /// How packets are written and read.
    pub codec: Codec,
    /// Deadlines; of those for clients, [`open_timeout`](Timing::open_timeout) and
    /// [`close_timeout`](Timing::close_timeout).
    pub timing: Timing,
    /// Limits.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            transports: vec![Transport::Polling, Transport::WebSocket],
            upgrade: true,
            remember_upgrade: false,
            try_all_transports: false,
            reconnection: Reconnection::default(),
            codec: Codec::default(),
            timing: Timing::default(),
            limits: Limits::default(),
        }
    }
}

/// Whether and when a client connects again, after a failure or when its session was lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reconnection {
    /// Whether it does.
    pub enabled: bool,
    /// Attempts until it gives up. `None`: it does not.
    pub attempts: Option<u32>,
    /// From a failure to the first attempt, before chance changes it. It doubles each time. Zero
    /// means the default, as in JavaScript: a client must not try without pause.
    pub delay: Duration,
    /// The longest delay.
    pub delay_max: Duration,
    /// How far chance may change the delay, as a fraction of it. Outside of 0 to 1 it means 0.
    pub randomization_factor: f64,
}

impl Default for Reconnection {
    fn default() -> Self {
        Self {
            enabled: true,
            attempts: None,
            delay: DEFAULT_DELAY,
            delay_max: Duration::from_millis(5_000),
            randomization_factor: 0.5,
        }
    }
}

const DEFAULT_DELAY: Duration = Duration::from_millis(1_000);

impl Reconnection {
    pub(super) const fn delay(&self) -> Duration {
        match self.delay.is_zero() {
            true => DEFAULT_DELAY,
            false => self.delay,
        }
    }

    pub(super) fn jitter(&self) -> f64 {
        match (0.0..=1.0).contains(&self.randomization_factor) {
            true => self.randomization_factor,
            false => 0.0,
        }
    }
}

/// Options of one socket.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SocketOptions {
    /// Whether there are auth data to ask for at each connection, by
    /// [`Output::NeedAuth`](crate::client::Output::NeedAuth).
    pub has_auth: bool,
    /// How often an event is sent again if it is not answered. With more than 0, events are sent
    /// one after the other, each when the one before has been answered.
    pub retries: u32,
    /// How long an event may wait to be sent. `None`: as long as it takes, as in JavaScript. An
    /// event to be retried always waits as long as it takes.
    pub max_buffered_age: Option<Duration>,
    /// What happens to an event when as many wait as may.
    pub when_full: WhenFull,
}

/// What happens to an event when as many wait as may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// It is refused.
    #[default]
    RefuseNewest,
    /// Those that have waited longest are dropped.
    DropOldest,
}
