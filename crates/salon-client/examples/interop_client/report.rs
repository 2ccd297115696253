//! What the client reports.

use std::io::Write;

use serde_json::Value;

/// Prints one line, at once.
pub(crate) fn tell(report: &Value) {
    let mut out = std::io::stdout().lock();
    // Whoever reads no more ends the program by ending its input.
    let _ = writeln!(out, "{report}").and_then(|()| out.flush());
}
