//! Running other programs: cargo, npm, apt-get.

use std::env;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::failure::{Failure, Outcome, fail};
use crate::project::Project;

/// The cargo that runs us, at the repository's root and with the same target folder.
pub(crate) fn cargo(project: &Project, arguments: &[&str]) -> Command {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(project.root())
        .env("CARGO_TARGET_DIR", project.target());
    command
}

/// Runs to the end, with its output shown and nothing to read; anything but success is a failure.
pub(crate) fn run(command: &mut Command) -> Outcome {
    command.stdin(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => fail(format!(
            "`{}` failed with {}; its output is above.",
            line(command),
            ending(status)
        )),
        Err(error) => Err(not_started(command, &error)),
    }
}

/// What the program prints, if it can be run at all and succeeds.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where the program is, if it is in one of the folders of PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

pub(crate) fn is_installed(program: &str) -> bool {
    find(program).is_some()
}

pub(crate) fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    let sentence = match error.kind() {
        ErrorKind::NotFound => format!(
            "`{}` could not start: install {}.",
            line(command),
            name(command)
        ),
        _ => format!("`{}` could not start: {error}.", line(command)),
    };
    fail::<()>(sentence).unwrap_err()
}

fn ending(status: ExitStatus) -> String {
    status
        .code()
        .map_or_else(|| status.to_string(), |code| format!("exit code {code}"))
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy());
    let mut words = vec![name(command).into()];
    words.extend(arguments);
    words.join(" ")
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program());
    program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(program: &str, arguments: &[&str]) -> String {
        run(Command::new(program).args(arguments))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_failure_names_the_command() {
        assert_eq!(
            failure("/bin/sh", &["-c", "exit 3"]),
            "`sh -c exit 3` failed with exit code 3; its output is above."
        );
        assert_eq!(
            failure("no-such-program", &["x"]),
            "`no-such-program x` could not start: install no-such-program."
        );
    }

    #[test]
    fn only_success_has_an_output() {
        assert_eq!(output("echo", &["hello"]).as_deref(), Some("hello"));
        assert_eq!(output("false", &[]), None);
        assert_eq!(output("no-such-program", &[]), None);
    }
}
