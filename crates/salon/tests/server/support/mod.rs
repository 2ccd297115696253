//! A server without a network, and clients that see every frame.
//!
//! Tests run on a paused clock: whatever waits for a deadline gets it as soon as nothing else
//! is left to do, so no test waits in real time and none depends on how fast the machine is.

mod client;
mod host;
mod http;
mod logs;
mod notes;
mod watchdog;

use std::time::Duration;

#[allow(unused_imports)] // tests/memory has this module too, and needs it
pub(crate) use client::Stream;
pub(crate) use client::{Client, Frame};
pub(crate) use host::{Host, Poller, serve, write_request};
pub(crate) use http::{Response, read_response};
pub(crate) use logs::Logs;
pub(crate) use notes::Notes;
pub(crate) use watchdog::Watchdog;

/// Lets everything happen that needs no deadline. On a paused clock this returns only when all
/// tasks wait.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

/// Moves the clock on; deadlines on the way are met in their order.
pub(crate) async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How many tasks there are, after all that can end has ended.
pub(crate) async fn tasks() -> usize {
    settle().await;
    tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
}

/// Panics, in a way that the compiler does not see.
pub(crate) fn fail() {
    assert!(std::hint::black_box(false), "on purpose");
}
