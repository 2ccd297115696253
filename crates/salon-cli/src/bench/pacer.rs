//! Waiting for a moment, more precisely than the milliseconds of the runtime's timers.

use std::io;
use std::time::{Duration, Instant};

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::Pacer;
#[cfg(target_os = "linux")]
pub(crate) use linux::Pacer;

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::{AsFd, AsRawFd, RawFd};

    use nix::sys::time::TimeSpec;
    use nix::sys::timerfd::{ClockId, Expiration, TimerFd, TimerFlags, TimerSetTimeFlags};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;

    use super::{Duration, Instant, io};

    /// A timer of the kernel that the runtime waits for as for a socket.
    pub(crate) struct Pacer(AsyncFd<Timer>);

    struct Timer(TimerFd);

    impl AsRawFd for Timer {
        fn as_raw_fd(&self) -> RawFd {
            self.0.as_fd().as_raw_fd()
        }
    }

    impl Pacer {
        pub(crate) fn new() -> io::Result<Self> {
            #[expect(
                deprecated,
                reason = "what has replaced it is unsafe; this descriptor is that of the timer beside it"
            )]
            let register = AsyncFd::with_interest;
            let flags = TimerFlags::TFD_NONBLOCK | TimerFlags::TFD_CLOEXEC;
            let timer = Timer(TimerFd::new(ClockId::CLOCK_MONOTONIC, flags)?);
            Ok(Self(register(timer, Interest::READABLE)?))
        }

        /// Waits until then. It may be dropped at any time.
        pub(crate) async fn until(&self, moment: Instant) -> io::Result<()> {
            loop {
                let left = moment.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(());
                }
                self.expire_after(left)?;
                // It need not be read, since setting it anew resets it. What was left over from a wait
                // that was given up is found out by the clock.
                self.0.readable().await?.clear_ready();
            }
        }

        fn expire_after(&self, time: Duration) -> io::Result<()> {
            let expiration = Expiration::OneShot(TimeSpec::from_duration(time));
            let timer = &self.0.get_ref().0;
            Ok(timer.set(expiration, TimerSetTimeFlags::empty())?)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::{Instant, io};

    /// The runtime's timers.
    pub(crate) struct Pacer;

    impl Pacer {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        pub(crate) async fn until(&self, moment: Instant) -> io::Result<()> {
            tokio::time::sleep_until(moment.into()).await;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_is_woken_too_early_also_after_a_wait_that_was_given_up() {
        let pacer = Pacer::new().unwrap();
        let start = Instant::now();
        let far = pacer.until(start + Duration::from_secs(3_600));
        assert!(
            tokio::time::timeout(Duration::from_millis(5), far)
                .await
                .is_err()
        );
        for millis in [1, 20, 20, 30] {
            let moment = start + Duration::from_millis(millis);
            pacer.until(moment).await.unwrap();
            assert!(Instant::now() >= moment);
        }
    }
}
