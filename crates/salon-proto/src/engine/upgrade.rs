//! The move from polling to WebSocket, seen from the server.
//!
//! The client opens a candidate beside its polling session, tries it out with a probe,
//! and only then switches:
//!
//! ```text
//!           candidate opens            2probe → 3probe
//!   None ──────────────────▶ Opened ──────────────────▶ Probed ─┐ 2probe
//!    ▲                          │                          │ ▲───┘
//!    │  anything else, loss, timeout: drop the candidate   │
//!    ◀──────────────────────────┴──────────────────────────┤
//!                               │ 5                        │ 5
//!                               └──────────▶ Done ◀────────┘
//! ```
//!
//! A candidate that fails never harms the session: it goes on polling.

use crate::engine::packet::Packet;
use crate::limits::Timing;
use crate::timer::Instant;

/// Where the move stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upgrade {
    /// There is no candidate.
    None,
    /// A candidate is connected and has not been tried yet.
    Opened {
        /// When it is dropped.
        expires_at: Instant,
    },
    /// The probe was answered; the client finishes its poll and then switches.
    Probed {
        /// When it is dropped.
        expires_at: Instant,
        /// When a held poll is next released with a noop.
        noop_at: Instant,
    },
    /// The session has moved, and moves only once.
    Done,
}

/// What the candidate's packet or a deadline asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Answer the probe on the candidate.
    AnswerProbe,
    /// Release the held poll with a noop.
    ReleasePoll,
    /// The candidate becomes the session's transport.
    Switch,
    /// Close the candidate and go on as before.
    Drop,
}

impl Upgrade {
    /// A candidate connects. `false`: there is one already, or the move is done.
    pub fn handle_candidate(&mut self, now: Instant, timing: &Timing) -> bool {
        let free = *self == Self::None;
        if free {
            *self = Self::Opened {
                expires_at: now + timing.upgrade_timeout,
            };
        }
        free
    }

    /// A packet arrives on the candidate.
    pub fn handle_packet(&mut self, now: Instant, packet: &Packet<'_>, timing: &Timing) -> Step {
        match packet {
            Packet::Ping("probe") => self.answer_probe(now, timing),
            Packet::Upgrade => self.switch(),
            _ => self.give_up(),
        }
    }

    /// The candidate's connection is gone.
    pub fn handle_lost(&mut self) {
        if self.expires_at().is_some() {
            *self = Self::None;
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant, timing: &Timing) -> Option<Step> {
        if self.expires_at().is_some_and(|deadline| now >= deadline) {
            return Some(self.give_up());
        }
        match self {
            Self::Probed { noop_at, .. } if now >= *noop_at => {
                *noop_at = now + timing.upgrade_noop_interval;
                Some(Step::ReleasePoll)
            }
            _ => None,
        }
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        match *self {
            Self::None | Self::Done => None,
            Self::Opened { expires_at } => Some(expires_at),
            Self::Probed {
                expires_at,
                noop_at,
            } => Some(expires_at.min(noop_at)),
        }
    }

    fn answer_probe(&mut self, now: Instant, timing: &Timing) -> Step {
        let Some(expires_at) = self.expires_at() else {
            return Step::Drop;
        };
        *self = Self::Probed {
            expires_at,
            noop_at: now + timing.upgrade_noop_interval,
        };
        Step::AnswerProbe
    }

    fn switch(&mut self) -> Step {
        if self.expires_at().is_none() {
            return Step::Drop;
        }
        *self = Self::Done;
        Step::Switch
    }

    fn give_up(&mut self) -> Step {
        self.handle_lost();
        Step::Drop
    }

    /// Set exactly while there is a candidate.
    const fn expires_at(&self) -> Option<Instant> {
        match *self {
            Self::None | Self::Done => None,
            Self::Opened { expires_at } | Self::Probed { expires_at, .. } => Some(expires_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    fn opened() -> Upgrade {
        let mut upgrade = Upgrade::None;
        assert!(upgrade.handle_candidate(at(0), &Timing::default()));
        upgrade
    }

    fn feed(upgrade: &mut Upgrade, millis: u64, text: &str) -> Step {
        let packet = Packet::decode(text).unwrap();
        upgrade.handle_packet(at(millis), &packet, &Timing::default())
    }

    #[test]
    fn the_usual_way_is_probe_then_switch() {
        let mut upgrade = opened();
        assert_eq!(feed(&mut upgrade, 1, "2probe"), Step::AnswerProbe);
        assert_eq!(feed(&mut upgrade, 2, "5"), Step::Switch);
        assert_eq!(upgrade, Upgrade::Done);
        assert_eq!(upgrade.poll_timeout(), None);
    }

    #[test]
    fn a_switch_without_a_probe_is_taken_as_node_takes_it() {
        assert_eq!(feed(&mut opened(), 1, "5"), Step::Switch);
    }

    #[test]
    fn anything_else_drops_the_candidate_and_leaves_room_for_the_next() {
        for text in ["2", "2other", "3probe", "4hello", "1", "6", "0{}"] {
            let mut upgrade = opened();
            assert_eq!(feed(&mut upgrade, 1, text), Step::Drop, "{text}");
            assert!(
                upgrade.handle_candidate(at(2), &Timing::default()),
                "{text}"
            );
        }
    }

    #[test]
    fn there_is_one_candidate_at_a_time_and_one_move() {
        let mut upgrade = opened();
        assert!(!upgrade.handle_candidate(at(1), &Timing::default()));
        feed(&mut upgrade, 2, "5");
        assert!(!upgrade.handle_candidate(at(3), &Timing::default()));
    }

    #[test]
    fn a_held_poll_is_released_again_and_again_until_the_switch() {
        let timing = Timing::default();
        let mut upgrade = opened();
        feed(&mut upgrade, 50, "2probe");
        assert_eq!(upgrade.handle_timeout(at(149), &timing), None);
        for millis in [150, 250, 350] {
            let step = upgrade.handle_timeout(at(millis), &timing);
            assert_eq!(step, Some(Step::ReleasePoll), "{millis}");
        }
    }

    #[test]
    fn a_candidate_that_does_not_finish_is_dropped() {
        let timing = Timing::default();
        let mut upgrade = opened();
        feed(&mut upgrade, 9_950, "2probe");
        assert_eq!(upgrade.poll_timeout(), Some(at(10_000)));
        assert_eq!(
            upgrade.handle_timeout(at(10_000), &timing),
            Some(Step::Drop)
        );
        assert_eq!(upgrade, Upgrade::None);
    }
}
