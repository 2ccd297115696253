//! When to stop: Ctrl-C and SIGTERM.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlBreak, CtrlC, ctrl_break, ctrl_c};

/// The two signals that ask the server to stop. From [`Signals::listen`] on they no longer
/// kill the program, so that is called before the server says that it runs.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    pair: (Signal, Signal),
    #[cfg(windows)]
    pair: (CtrlC, CtrlBreak),
}

impl Signals {
    /// Starts to listen.
    #[cfg(unix)]
    pub fn listen() -> io::Result<Self> {
        let pair = (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        );
        Ok(Self { pair })
    }

    /// Starts to listen.
    #[cfg(windows)]
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            pair: (ctrl_c()?, ctrl_break()?),
        })
    }

    /// Waits for the first signal.
    pub async fn received(mut self) {
        tokio::select! {
            _ = self.pair.0.recv() => {}
            _ = self.pair.1.recv() => {}
        }
    }
}
