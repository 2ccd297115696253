//! Points in time that the caller hands in.

use std::fmt;
use std::num::NonZeroU64;
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(
    /// One more than the milliseconds, so that an `Option` of it needs no more room: every
    /// session has some.
    NonZeroU64,
);

impl Instant {
    /// The point `millis` milliseconds after the epoch.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(NonZeroU64::MIN.saturating_add(millis))
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> u64 {
        self.0.get() - 1
    }
}

impl Default for Instant {
    /// The epoch.
    fn default() -> Self {
        Self::from_millis(0)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Instant").field(&self.as_millis()).finish()
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
