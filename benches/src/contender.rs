//! A server that is measured, and how it is started.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::process::{ServerProcess, on_cores};
use crate::stage::Stage;

/// The name of the bare loop.
pub(crate) const FLOOR: &str = "floor";

/// A server that is measured. What each must be able to do is in README.md, "A server that can be
/// measured".
#[derive(Clone, Debug)]
pub struct Contender {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(&'static str, &'static str)>,
    takes_threads: bool,
    /// The most connections that it can be given in a time that one can wait for.
    most: usize,
}

impl Contender {
    /// A program that takes the number of its threads as its last argument.
    pub fn new(name: &'static str, program: impl Into<PathBuf>) -> Self {
        Self {
            name,
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            takes_threads: true,
            most: usize::MAX,
        }
    }

    /// Of this build, in the folder of its programs.
    pub(crate) fn salon(name: &'static str, folder: &Path) -> Self {
        Self::new(name, folder.join("salon-bench-server"))
    }

    /// The bare loop, which has one thread.
    pub(crate) fn floor(folder: &Path) -> Self {
        Self::new(FLOOR, folder.join("salon-bench-floor")).with_own_threads()
    }

    /// The same with an argument before the number of threads.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// The same with a variable of the environment.
    #[must_use]
    pub fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    /// The same, which has as many threads as it likes.
    #[must_use]
    pub const fn with_own_threads(mut self) -> Self {
        self.takes_threads = false;
        self
    }

    /// The same, left out of stages with more connections.
    #[must_use]
    pub const fn at_most(mut self, connections: usize) -> Self {
        self.most = connections;
        self
    }

    /// Its name in the report.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it takes part in a stage.
    #[must_use]
    pub fn can(&self, stage: &Stage) -> bool {
        (self.takes_threads || stage.threads.len() == 1) && stage.connections <= self.most
    }

    /// Starts it, with so many threads on these cores, in the words of taskset.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, stage: &Stage, threads: usize, cores: &str) -> io::Result<ServerProcess> {
        let mut command = on_cores(cores, &self.program);
        command
            .args(&self.arguments)
            .envs(self.environment.iter().copied());
        ServerProcess::start_command(&mut command, threads, stage.pings)
    }

    /// What it says of itself and its versions, when it is started with `--about`.
    ///
    /// # Errors
    /// When it does not start, with the reason that it gives.
    pub fn about(&self) -> io::Result<String> {
        let mut command = on_cores("0", &self.program);
        command
            .args(&self.arguments)
            .arg("--about")
            .envs(self.environment.iter().copied());
        let output = command.output()?;
        let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(io::Error::other(reason(&text(&output.stderr)))),
        }
    }
}

/// The line that says most: the one that begins with an error's name, or the last one.
fn reason(text: &str) -> String {
    let named = text.lines().find(|line| line.contains("Error: "));
    let line = named.or_else(|| text.lines().next_back());
    line.unwrap_or("it says nothing").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::STAGES;

    #[test]
    fn the_reason_is_the_line_with_the_error() {
        let node =
            "node:internal/x:1\n  throw\n\nError [X]: Cannot find\nError: no package\n  at y";
        assert_eq!(reason(node), "Error: no package");
        assert_eq!(
            reason("sh: 1: exec: bun: not found"),
            "sh: 1: exec: bun: not found"
        );
        assert_eq!(reason(""), "it says nothing");
    }

    #[test]
    fn nobody_takes_part_in_what_it_cannot() {
        let folder = Path::new("/x");
        let stages = |one: &Contender| STAGES.iter().filter(|stage| one.can(stage)).count();
        let salon = stages(&Contender::salon("salon", folder));
        assert_eq!(salon, STAGES.len());
        assert!(stages(&Contender::floor(folder)) < salon);
        assert!(stages(&Contender::new("slow", "/y").at_most(1_000)) < salon);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn one_that_does_not_start_says_why() {
        let absent = Contender::new("absent", "/no/such/program");
        let error = absent.about().unwrap_err().to_string();
        assert!(error.contains("/no/such/program"), "{error}");
    }
}
