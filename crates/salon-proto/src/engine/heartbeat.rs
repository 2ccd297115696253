//! The server's half of the heartbeat: in protocol 4 it pings, and expects a pong in time; in
//! protocol 3 it expects pings.
//!
//! ```text
//!            ping interval over, or doubts: send a ping
//!   Resting ────────────────────────────────▶ Waiting ──▶ overdue: the session ends
//!      ▲  ▲ │ pong: start again                 │ │ ▲
//!      │  └─┘                                   │ └─┘ first other packet: start again
//!      └────────────────────────────────────────┘ pong
//!
//!   Listening ──▶ overdue: the session ends
//!      │  ▲
//!      └──┘ ping: start again
//! ```

use std::time::Duration;

use crate::engine::Protocol;
use crate::limits::Timing;
use crate::timer::Instant;

/// How late a ping may be to count as punctual.
const LATENESS: Duration = Duration::from_millis(50);

/// When the next ping is due, or until when its pong is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    /// Nothing is expected of the client.
    Resting {
        /// When to send a ping.
        ping_at: Instant,
    },
    /// A ping is out.
    Waiting {
        /// When the client counts as gone.
        overdue_at: Instant,
        /// Whether another packet has already moved the deadline. A client that is
        /// busy sending shows that it lives, but only once: it must still answer.
        extended: bool,
    },
    /// Protocol 3: it is the client who pings.
    Listening {
        /// When the client counts as gone.
        overdue_at: Instant,
    },
}

/// What a deadline of the heartbeat asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// Send a ping.
    Ping,
    /// The client did not answer in time.
    Overdue,
}

impl Heartbeat {
    /// The session opens: the first ping comes one interval later.
    #[must_use]
    pub fn start(now: Instant, protocol: Protocol, timing: &Timing) -> Self {
        match protocol {
            Protocol::V4 => Self::rest(now, timing),
            Protocol::V3 => Self::listen(now, timing),
        }
    }

    fn rest(now: Instant, timing: &Timing) -> Self {
        Self::Resting {
            ping_at: now + timing.ping_interval,
        }
    }

    fn wait(now: Instant, timing: &Timing) -> Self {
        Self::Waiting {
            overdue_at: now + timing.ping_timeout,
            extended: false,
        }
    }

    fn listen(now: Instant, timing: &Timing) -> Self {
        Self::Listening {
            overdue_at: now + timing.ping_interval + timing.ping_timeout,
        }
    }

    /// A pong arrived. One that was not asked for starts the interval again, too. `false`: the
    /// client is the one who has to ping.
    pub fn handle_pong(&mut self, now: Instant, timing: &Timing) -> bool {
        let is_fine = !matches!(self, Self::Listening { .. });
        if is_fine {
            *self = Self::rest(now, timing);
        }
        is_fine
    }

    /// A ping arrived. `false`: the server is the one who has to ping.
    pub fn handle_ping(&mut self, now: Instant, timing: &Timing) -> bool {
        let is_fine = matches!(self, Self::Listening { .. });
        if is_fine {
            *self = Self::listen(now, timing);
        }
        is_fine
    }

    /// Any other packet arrived.
    pub fn handle_packet(&mut self, now: Instant, timing: &Timing) {
        if let Self::Waiting {
            overdue_at,
            extended: extended @ false,
        } = self
        {
            *overdue_at = now + timing.ping_timeout;
            *extended = true;
        }
    }

    /// The session moved to another transport: a ping that went out on the old one may
    /// be answered on the new one, with the full time for it. So may a client that has to ping.
    pub fn handle_upgrade(&mut self, now: Instant, timing: &Timing) {
        match self {
            Self::Resting { .. } => {}
            Self::Waiting { overdue_at, .. } => *overdue_at = now + timing.ping_timeout,
            Self::Listening { .. } => *self = Self::listen(now, timing),
        }
    }

    /// The client may have gone: it is asked now and not only when the interval is over. `true`:
    /// send a ping. `false`: one is out, or it is the client who pings.
    pub fn hurry(&mut self, now: Instant, timing: &Timing) -> bool {
        let is_resting = matches!(self, Self::Resting { .. });
        if is_resting {
            *self = Self::wait(now, timing);
        }
        is_resting
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant, timing: &Timing) -> Option<Beat> {
        let due = self.poll_timeout();
        if now < due {
            return None;
        }
        if !matches!(self, Self::Resting { .. }) {
            return Some(Beat::Overdue);
        }
        // A clock that ticks a little late must not make the client's time longer; one that
        // stood still must not make it shorter.
        let is_punctual = now <= due + LATENESS;
        *self = Self::wait(if is_punctual { due } else { now }, timing);
        Some(Beat::Ping)
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    #[must_use]
    pub const fn poll_timeout(&self) -> Instant {
        match self {
            Self::Resting { ping_at } => *ping_at,
            Self::Waiting { overdue_at, .. } | Self::Listening { overdue_at } => *overdue_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Instant = Instant::from_millis(1_000);

    fn timing() -> Timing {
        Timing::default()
    }

    fn resting(now: Instant) -> Heartbeat {
        Heartbeat::start(now, Protocol::V4, &timing())
    }

    fn at(millis: u64) -> Instant {
        Instant::from_millis(1_000 + millis)
    }

    #[test]
    fn the_first_ping_comes_one_interval_after_opening() {
        let mut heartbeat = resting(START);
        assert_eq!(heartbeat.handle_timeout(at(24_999), &timing()), None);
        let beat = heartbeat.handle_timeout(at(25_000), &timing());
        assert_eq!(beat, Some(Beat::Ping));
    }

    #[test]
    fn a_missing_pong_is_overdue_after_the_timeout() {
        let mut heartbeat = resting(START);
        heartbeat.handle_timeout(at(25_000), &timing());
        assert_eq!(heartbeat.handle_timeout(at(44_999), &timing()), None);
        let beat = heartbeat.handle_timeout(at(45_000), &timing());
        assert_eq!(beat, Some(Beat::Overdue));
    }

    #[test]
    fn a_ping_that_is_a_little_late_leaves_the_deadline_of_its_pong() {
        let mut heartbeat = resting(START);
        heartbeat.handle_timeout(at(25_010), &timing());
        assert_eq!(heartbeat.poll_timeout(), at(45_000));
    }

    #[test]
    fn a_clock_that_stood_still_does_not_shorten_the_wait() {
        let mut heartbeat = resting(START);
        heartbeat.handle_timeout(at(60_000), &timing());
        assert_eq!(heartbeat.poll_timeout(), at(80_000));
    }

    #[test]
    fn a_pong_starts_the_next_interval() {
        let mut heartbeat = resting(START);
        heartbeat.handle_timeout(at(25_000), &timing());
        heartbeat.handle_pong(at(26_000), &timing());
        assert_eq!(heartbeat.poll_timeout(), at(51_000));
    }

    #[test]
    fn a_pong_storm_does_no_harm() {
        let mut heartbeat = resting(START);
        for millis in 0..100 {
            heartbeat.handle_pong(at(millis), &timing());
        }
        assert_eq!(heartbeat, resting(at(99)));
    }

    #[test]
    fn other_packets_extend_the_wait_once() {
        let mut heartbeat = resting(START);
        heartbeat.handle_packet(at(1), &timing());
        assert_eq!(heartbeat.poll_timeout(), at(25_000));
        heartbeat.handle_timeout(at(25_000), &timing());
        heartbeat.handle_packet(at(30_000), &timing());
        heartbeat.handle_packet(at(40_000), &timing());
        assert_eq!(heartbeat.poll_timeout(), at(50_000));
    }

    #[test]
    fn in_protocol_3_the_client_pings() {
        let mut heartbeat = Heartbeat::start(START, Protocol::V3, &timing());
        assert!(!heartbeat.handle_pong(at(1), &timing()));
        heartbeat.handle_packet(at(2), &timing());
        assert_eq!(heartbeat.poll_timeout(), at(45_000), "only pings count");
        assert!(heartbeat.handle_ping(at(30_000), &timing()));
        assert_eq!(heartbeat.handle_timeout(at(74_999), &timing()), None);
        let beat = heartbeat.handle_timeout(at(75_000), &timing());
        assert_eq!(beat, Some(Beat::Overdue));
    }

    #[test]
    fn in_protocol_4_the_client_does_not_ping() {
        assert!(!resting(START).handle_ping(at(1), &timing()));
    }
}
