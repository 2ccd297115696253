//! The command that restarts the server, where the user gave one.

use std::io;
use std::process::{ExitStatus, Stdio};

use tokio::process::Command;

use super::load::{Phase, Run};

/// Runs it when the load begins; says what went wrong, if anything did.
///
/// Nobody else waits for its end: it may be the new server itself.
pub(super) async fn failure(run: &Run) -> Option<String> {
    let line = run.options.restart_command.as_deref()?;
    run.reached(Phase::Load).await;
    if run.phase() == Phase::Over {
        // It was given up before there was anything to restart it for.
        return None;
    }
    match end_of(line).await {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("--restart-command failed with {status}.")),
        Err(error) => Some(format!("--restart-command could not be run: {error}.")),
    }
}

async fn end_of(line: &str) -> io::Result<ExitStatus> {
    let (shell, flag) = match cfg!(windows) {
        true => ("cmd", "/C"),
        false => ("sh", "-c"),
    };
    let mut command = Command::new(shell);
    command
        .args([flag, line])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command.spawn()?.wait().await
}
