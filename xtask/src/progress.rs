//! What the user sees while a command works.
//!
//! Progress goes to stderr, as cargo's does, so that stdout is the demo server's alone.
//! A reader that went away (`cargo verify | head`) is no reason to panic.

use std::io::{Write, stderr, stdout};
use std::time::{Duration, Instant};

use crate::failure::Outcome;

/// One line of progress or of failure.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// One line that was asked for, such as a list or a help text.
pub(crate) fn print(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

/// Announces the work, does it, and says how long it took.
pub(crate) fn step<T>(title: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    tell(&format!("==> {title}"));
    let start = Instant::now();
    let outcome = work();
    let verb = if outcome.is_ok() { "done" } else { "failed" };
    tell(&format!("    {title}: {verb} in {}", time(start.elapsed())));
    outcome
}

/// `0.4 s`, `12.0 s` or `3 min 05 s`.
pub(crate) fn time(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_by_people() {
        assert_eq!(time(Duration::from_millis(420)), "0.4 s");
        assert_eq!(time(Duration::from_secs(185)), "3 min 05 s");
    }
}
