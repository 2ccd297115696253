//! Why a command could not go on, in one sentence that says what to do.

use std::fmt;
use std::fmt::Display;

/// The sentence that the user reads before the command exits with status 1.
#[derive(Debug)]
pub(crate) struct Failure(String);

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

pub(crate) fn fail<T>(sentence: impl Into<String>) -> Outcome<T> {
    Err(Failure(sentence.into()))
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns an error into a sentence: `fs::read(p).or_fail("Could not read x")`.
pub(crate) trait OrFail<T> {
    fn or_fail(self, what: impl Display) -> Outcome<T>;
}

impl<T, E: Display> OrFail<T> for Result<T, E> {
    fn or_fail(self, what: impl Display) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{what}: {error}.")))
    }
}
