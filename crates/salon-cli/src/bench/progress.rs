//! What is shown on standard error while a run lasts.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::load::{Load, Phase, Run};
use crate::options::Scenario;

/// How often a terminal is told.
const ON_TERMINAL: Duration = Duration::from_millis(500);
/// How often a file or a pipe is.
const ELSEWHERE: Duration = Duration::from_secs(5);

pub(crate) struct Progress {
    run: Arc<Run>,
    loads: Vec<Arc<Load>>,
    is_terminal: bool,
    shown: Mutex<Shown>,
}

/// What was shown last.
struct Shown {
    at: Instant,
    delivered: u64,
    /// How far the run was.
    phase: Phase,
}

impl Progress {
    pub(crate) fn start(run: Arc<Run>, loads: Vec<Arc<Load>>) -> Self {
        let shown = Shown {
            at: Instant::now(),
            delivered: 0,
            phase: Phase::Opening,
        };
        Self {
            run,
            loads,
            is_terminal: stderr().is_terminal(),
            shown: Mutex::new(shown),
        }
    }

    /// Waits until it is time to show something, and does.
    pub(crate) async fn tick(&self) {
        let every = if self.is_terminal {
            ON_TERMINAL
        } else {
            ELSEWHERE
        };
        let at = self.shown().at;
        tokio::select! {
            () = tokio::time::sleep_until((at + every).into()) => {}
            () = self.users_turn() => {}
        }
        let line = self.line();
        // Whether anybody sees it is not what the run is for.
        let _ = match self.is_terminal {
            true => write!(stderr(), "\r\x1b[K{line}"),
            false => writeln!(stderr(), "{line}"),
        };
        let _ = stderr().flush();
    }

    /// Waits until there is something to do for the user, who is told at once.
    async fn users_turn(&self) {
        if !self.run.options.waits_for_user() || self.shown().phase >= Phase::Load {
            std::future::pending::<()>().await;
        }
        self.run.reached(Phase::Load).await;
    }

    /// Says something that the user should know before the end.
    pub(crate) fn say(&self, sentence: &str) {
        self.end();
        let _ = writeln!(stderr(), "{sentence}");
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a clean line for what follows.
    pub(crate) fn end(&self) {
        if self.is_terminal {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }

    fn line(&self) -> String {
        let now = Instant::now();
        let (mut delivered, mut failed) = (0, 0);
        for load in &self.loads {
            let tally = load.tally();
            delivered += tally.delivered;
            failed += tally.failed_count();
        }
        let mut shown = self.shown();
        let seconds = (now - shown.at).as_secs_f64();
        let rate = (delivered - shown.delivered.min(delivered)) as f64 / seconds;
        let phase = self.run.phase();
        *shown = Shown {
            at: now,
            delivered,
            phase,
        };
        let options = &self.run.options;
        let opened = self.run.opened.load(Ordering::Relaxed);
        let elapsed = self.run.now() / 1_000_000_000;
        let total = (options.warm_up + options.duration).as_secs();
        match (phase, options.scenario) {
            (Phase::Opening, _) => {
                format!("opening connections: {opened} of {}", options.connections)
            }
            (Phase::Load, Scenario::Avalanche) => {
                let advice = match options.waits_for_user() && self.run.first_lost() == 0 {
                    true => "restart the server now; ",
                    false => "",
                };
                format!("{advice}{elapsed} of {total} s, {delivered} are back")
            }
            (Phase::Load, _) => {
                format!(
                    "{elapsed} of {total} s, {rate:.0}/s, {delivered} delivered, {failed} failed"
                )
            }
            (Phase::Over, _) => "waiting for what is on its way".to_owned(),
        }
    }
}
