//! When a manager opens a session again.

use crate::client::error::SessionError;
use crate::client::exchange::Output;
use crate::client::manager::{Attempt, Manager};
use crate::client::options::Reconnection;
use crate::timer::Instant;

impl Manager {
    /// Whether and when it connects again.
    #[must_use]
    pub const fn reconnection(&self) -> &Reconnection {
        &self.reconnection
    }

    /// Changes that. Where reconnection is switched off, an attempt that is waited for does not
    /// happen; one that runs may still succeed.
    pub fn set_reconnection(&mut self, reconnection: Reconnection) {
        self.reconnection = reconnection;
        if !reconnection.enabled && self.attempt != Attempt::Running {
            self.attempt = Attempt::None;
            self.attempts = 0;
        }
    }

    /// Plans the next attempt, or gives up.
    pub(super) fn reconnect(&mut self, now: Instant) {
        if !self.reconnection.enabled || self.attempt != Attempt::None {
            return;
        }
        let limit = self.reconnection.attempts.unwrap_or(u32::MAX);
        if self.attempts >= limit {
            self.attempts = 0;
            self.backoff.reset();
            return self.outputs.push_back(Output::ReconnectFailed);
        }
        self.attempts = self.attempts.saturating_add(1);
        let random = self.next_random();
        let delay = self.backoff.delay(&self.reconnection, random);
        self.attempt = Attempt::Waiting { until: now + delay };
    }

    pub(super) fn handle_attempt_timeout(&mut self, now: Instant) {
        let is_due = matches!(self.attempt, Attempt::Waiting { until } if now >= until);
        if is_due {
            self.attempt = Attempt::Running;
            let attempt = Output::ReconnectAttempt(self.attempts);
            self.outputs.push_back(attempt);
            self.open(now);
        }
    }

    pub(super) fn attempt_succeeded(&mut self) {
        let attempts = std::mem::take(&mut self.attempts);
        let before = std::mem::replace(&mut self.attempt, Attempt::None);
        if before == Attempt::Running {
            self.outputs.push_back(Output::Reconnected(attempts));
        }
    }

    /// As in JavaScript, it gives up before it tells of the last failure.
    pub(super) fn attempt_failed(&mut self, now: Instant, error: SessionError) {
        let was_attempt = self.attempt == Attempt::Running;
        if was_attempt {
            self.attempt = Attempt::None;
        }
        self.reconnect(now);
        if was_attempt {
            self.outputs.push_back(Output::ReconnectError(error));
        }
    }

    /// A number from 0 to 1, without the 1: splitmix64.
    fn next_random(&mut self) -> f64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.random;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        // 2^32 values are enough, and an f64 holds each exactly.
        let high = u32::try_from(mixed >> 32).unwrap_or_default();
        f64::from(high) / 4_294_967_296.0
    }
}
