//! The one task of a manager: the only place that spawns.
//!
//! | Room | What it knows |
//! |---|---|
//! | `task` | the turn: commands, time, what arrives, what goes out; and how it ends |
//! | `inbox` | what handles ask for, between their threads and the task |
//! | `dispatcher` | the protocol's core, with what the transports and time have to say to it |
//! | `commands`, `asking` | what handles, and auth functions, have to say to it |
//! | `telling` | whom to tell what the core says |
//! | `expected` | who waits for an answer, or to know what becomes of an event |
//! | `running` | handlers that have begun and not ended |
//! | `clock` | the time, and the one timer |

mod asking;
mod clock;
mod commands;
mod dispatcher;
mod expected;
mod inbox;
mod running;
mod task;
mod telling;

use std::future::Future;
use std::sync::Arc;

use salon_proto::client::Options;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::manager::WeakManager;

pub(crate) use inbox::{Command, Emission, Fate, Inbox, Question, SocketNumber};

use task::SessionTask;

/// Starts the task of a manager. It ends when its inbox says so.
pub(crate) fn start(
    runtime: &Handle,
    manager: WeakManager,
    inbox: Arc<Inbox>,
    options: Arc<Options>,
) {
    drop(runtime.spawn(SessionTask::new(manager, inbox, options)));
}

/// Runs a future in a task of its own, which ends at the latest when this future is dropped.
/// `None`: it panicked.
pub(crate) async fn run_apart<T: Send + 'static>(
    runtime: &Handle,
    future: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let mut apart = Apart(runtime.spawn(future));
    (&mut apart.0).await.ok()
}

struct Apart<T>(JoinHandle<T>);

impl<T> Drop for Apart<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
