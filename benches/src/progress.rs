//! What is shown while a bench runs.

use std::io::{Write, stderr};
use std::time::Instant;

/// Tells each step, and about how much time is left.
#[derive(Debug)]
pub(crate) struct Progress {
    steps: usize,
    done: usize,
    started: Instant,
}

impl Progress {
    pub(crate) fn new(steps: usize) -> Self {
        Self {
            steps,
            done: 0,
            started: Instant::now(),
        }
    }

    /// The next step begins.
    pub(crate) fn tell(&mut self, step: &str) {
        tell(&format!("{step}{}", self.left()));
        self.done += 1;
    }

    fn left(&self) -> String {
        if self.done == 0 {
            return String::new();
        }
        let per_step = self.started.elapsed() / self.done as u32;
        let left = per_step * self.steps.saturating_sub(self.done) as u32;
        match left.as_secs() {
            seconds @ ..120 => format!(" (about {seconds} s left)"),
            seconds => format!(" (about {} min left)", seconds / 60),
        }
    }
}

/// One line.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
