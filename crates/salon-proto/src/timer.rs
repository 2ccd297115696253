//! Points in time that the caller hands in.

use std::ops::Add;
use std::time::Duration;

/// A point in time: milliseconds since an epoch that the caller chose once.
///
/// The protocol never asks for the time, it is told. `std::time::Instant` cannot
/// be made from a number, so tests could not own the clock, and it does not exist
/// in a browser; this type has neither problem.
///
/// ```
/// use salon_proto::timer::Instant;
/// use std::time::Duration;
///
/// let start = Instant::from_millis(100);
/// assert_eq!(start + Duration::from_secs(1), Instant::from_millis(1_100));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The point `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// Saturates: a deadline beyond the end of time is "never".
    fn add(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }
}
