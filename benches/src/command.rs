//! What the commands of the bench have in common: their words, where they are, and how they end.

use std::io::{self, Write, stderr, stdout};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::process::on_cores;

/// Given by a program to itself, when it has its core.
const PINNED: &str = "--pinned";

/// Runs a command with the words of its line, unless they ask for its help.
pub fn main(help: &str, run: impl FnOnce(Vec<String>) -> io::Result<()>) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.iter().any(|word| word == "--help") {
        true => writeln!(stdout(), "{help}"),
        false => run(words),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Where a program of the bench is.
#[derive(Debug)]
pub struct Place {
    program: PathBuf,
}

impl Place {
    /// That of this one.
    ///
    /// # Errors
    /// When the system does not know.
    pub fn here() -> io::Result<Self> {
        let program = std::env::current_exe()?;
        Ok(Self { program })
    }

    /// The folder with the other programs of this build.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.program.parent().unwrap_or_else(|| Path::new("."))
    }

    /// The target folder, of which the programs' folder is the profile's.
    #[must_use]
    pub fn target(&self) -> &Path {
        self.folder().parent().unwrap_or_else(|| self.folder())
    }

    /// Has the program begin anew on the load's core, unless it is there; gives its other words.
    ///
    /// `check` sees them before, so that what is wrong is told at once.
    ///
    /// # Errors
    /// What `check` says, or when the program does not begin anew.
    pub fn on_its_core<T>(
        &self,
        words: Vec<String>,
        check: impl FnOnce(Vec<String>) -> Result<T, String>,
    ) -> io::Result<T> {
        let (pinned, words): (Vec<_>, Vec<_>) = words.into_iter().partition(|one| one == PINNED);
        let checked = check(words.clone()).map_err(io::Error::other)?;
        match pinned.is_empty() {
            true => Err(on_cores("1", &self.program).arg(PINNED).args(words).exec()),
            false => Ok(checked),
        }
    }
}

/// The words of a command line, one after the other.
pub(crate) struct Words<I> {
    words: I,
    help: &'static str,
}

impl<I: Iterator<Item = String>> Words<I> {
    pub(crate) fn new(
        words: impl IntoIterator<IntoIter = I, Item = String>,
        help: &'static str,
    ) -> Self {
        let words = words.into_iter();
        Self { words, help }
    }

    /// What follows an option.
    pub(crate) fn value(&mut self, option: &str) -> Result<String, String> {
        let value = self.words.next();
        value.ok_or_else(|| format!("{option} needs a value.\n\n{}", self.help))
    }

    /// The same, where it is a number from 1 on.
    pub(crate) fn number(&mut self, option: &str) -> Result<usize, String> {
        let word = self.value(option)?;
        let number = word.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| format!("{word} is not a number from 1 on."))
    }

    pub(crate) fn unknown(&self, word: &str) -> String {
        format!("What does {word} mean?\n\n{}", self.help)
    }
}

impl<I: Iterator<Item = String>> Iterator for Words<I> {
    type Item = String;

    /// Cargo's `--` says nothing here.
    fn next(&mut self) -> Option<String> {
        self.words.find(|word| word != "--")
    }
}
