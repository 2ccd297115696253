//! How long a client waits before it tries to connect again.

use std::time::Duration;

use crate::client::options::Reconnection;

/// Doublings after which the delay grows no more. JavaScript's client doubles for ever: after some
/// 1,000 attempts it gets no number any more, and then does not wait at all.
const MAX_DOUBLINGS: u32 = 32;

/// Counts failures, each of which doubles the delay.
///
/// ```
/// use salon_proto::client::{Backoff, Reconnection};
///
/// let (mut backoff, options) = (Backoff::default(), Reconnection::default());
/// assert_eq!(backoff.delay(&options, 0.25).as_millis(), 875); // 1,000 - 0.25 * 0.5 * 1,000
/// assert_eq!(backoff.delay(&options, 0.75).as_millis(), 2_750); // 2,000 + 0.75 * 0.5 * 2,000
/// assert_eq!(backoff.delay(&options, 0.75).as_millis(), 5_000);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    doublings: u32,
}

impl Backoff {
    /// The next delay. `random` is between 0 and 1, without the 1: it says how far the delay is
    /// from the plain one, and its first decimal digit whether it is shorter or longer. The formula
    /// is that of JavaScript's client.
    pub fn delay(&mut self, options: &Reconnection, random: f64) -> Duration {
        let millis = |duration: Duration| duration.as_secs_f64() * 1_000.0;
        let plain = millis(options.delay()) * f64::from(self.doublings).exp2();
        self.doublings = self.doublings.saturating_add(1).min(MAX_DOUBLINGS);
        let random = random.clamp(0.0, 1.0);
        let deviation = (random * options.jitter() * plain).floor();
        let is_shorter = (random * 10.0).floor() % 2.0 == 0.0;
        let delay = match is_shorter {
            true => plain - deviation,
            false => plain + deviation,
        };
        let delay = delay.min(millis(options.delay_max)).floor();
        let delay = Duration::try_from_secs_f64(delay / 1_000.0).unwrap_or(options.delay_max);
        delay.max(Duration::from_millis(1))
    }

    /// Begins anew with the shortest delay.
    pub const fn reset(&mut self) {
        self.doublings = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_has_failed_for_days_still_waits() {
        let (mut backoff, options) = (Backoff::default(), Reconnection::default());
        for _ in 0..5 {
            backoff.delay(&options, 0.5);
        }
        for number in 0..5_000_u32 {
            let random = f64::from(number % 100) / 100.0;
            assert_eq!(backoff.delay(&options, random), options.delay_max);
        }
    }

    #[test]
    fn strange_options_give_a_delay() {
        for (delay, max, factor) in [
            (Duration::ZERO, Duration::ZERO, f64::NAN),
            (Duration::MAX, Duration::from_secs(5), 0.5),
            (Duration::MAX, Duration::MAX, 0.5),
            (Duration::from_secs(1), Duration::from_secs(5), -1.0),
            (Duration::from_secs(1), Duration::from_secs(5), 7.0),
        ] {
            let options = Reconnection {
                delay,
                delay_max: max,
                randomization_factor: factor,
                ..Reconnection::default()
            };
            for random in [0.0, 0.55, 0.999, f64::NAN] {
                let delay = Backoff::default().delay(&options, random);
                assert!(
                    delay >= Duration::from_millis(1) && delay <= max.max(Duration::from_millis(1))
                );
            }
        }
    }
}
