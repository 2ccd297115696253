//! Ends a test that hangs or spins, since a paused clock cannot.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// In real time, and generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(25);

/// Aborts the process unless it is dropped in time.
pub(crate) struct Watchdog {
    _release: Sender<()>,
}

impl Watchdog {
    pub(crate) fn start() -> Self {
        let (release, released) = channel();
        std::thread::spawn(move || {
            if released.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("the test hangs: a deadlock, or a task that spins");
                std::process::abort();
            }
        });
        Self { _release: release }
    }
}
