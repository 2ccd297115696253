//! The page's development server, beside the demo server, in `cargo demo -- --dev`.
//!
//! A small process of its own watches both: it outlives the moment in which `cargo demo` becomes
//! the server. It has its own process group, so Ctrl-C reaches only the server; when the server
//! is gone, however it ended, the companion ends its whole group: itself, npm and what npm
//! started. When npm ends first, it ends the server.

use std::env;
use std::io;
use std::os::unix::process::{CommandExt, parent_id};
use std::process::{Child, Command, Stdio, id};
use std::thread::sleep;
use std::time::Duration;

use crate::failure::{OrFail, Outcome, fail};
use crate::project::Project;
use crate::{child, npm, page, progress};

/// The hidden command that `start` gives to the companion process.
pub(crate) const NAME: &str = "demo-companion";

const GLANCE: Duration = Duration::from_millis(100);

/// Starts the companion; our own process id is the server's from now on.
pub(crate) fn start(project: &Project) -> Outcome {
    let program = env::current_exe().or_fail("Could not find this command's own program")?;
    Command::new(program)
        .args([NAME, &id().to_string()])
        .current_dir(project.root())
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .or_fail("Could not start the page's development server")?;
    Ok(())
}

/// The companion itself: runs until the server or npm has ended.
pub(crate) fn run(words: &[String]) -> Outcome {
    let Some(server) = words.first().and_then(|word| word.parse().ok()) else {
        return fail(format!(
            "`{NAME}` is started by `cargo demo -- --dev` only."
        ));
    };
    let mut npm = npm_run_dev(&Project::find()?)?;
    let npm_ended_first =
        watch(server, &mut npm).or_fail("Could not watch the page's development server")?;
    if npm_ended_first {
        progress::tell("The page's development server has ended, so the demo ends too.");
        kill(&server.to_string());
    }
    // The last act: this ends the companion as well.
    kill(&format!("-{}", id()));
    Ok(())
}

fn npm_run_dev(project: &Project) -> Outcome<Child> {
    let mut command = npm::command(project, page::FOLDER, &["run", "dev"]);
    command.stdin(Stdio::null());
    command
        .spawn()
        .map_err(|error| child::not_started(&command, &error))
}

/// Waits for one of the two to end; true when it was npm.
fn watch(server: u32, npm: &mut Child) -> io::Result<bool> {
    while parent_id() == server {
        if npm.try_wait()?.is_some() {
            return Ok(true);
        }
        sleep(GLANCE);
    }
    Ok(false)
}

/// A process, or a whole group when the number is negative.
fn kill(process: &str) {
    let _ = Command::new("sh")
        .args(["-c", "kill -s TERM -- \"$0\"", process])
        .status();
}
