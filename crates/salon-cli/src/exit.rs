//! How the program ends: its status, and the sentence for the user.

use std::io;
use std::process::ExitCode;

/// The statuses that `--help` and docs/cli.md document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Done = 0,
    Other = 1,
    Usage = 2,
    Unreachable = 3,
    Refused = 4,
    NoAnswer = 5,
    Disconnected = 6,
    /// A load was not delivered as a whole.
    Lossy = 7,
    /// As of a program that Ctrl-C has ended.
    Interrupted = 130,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

/// Why the program could not do what it was asked for.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) status: Status,
    pub(crate) sentence: String,
}

impl Failure {
    pub(crate) fn new(status: Status, sentence: impl Into<String>) -> Self {
        Self {
            status,
            sentence: sentence.into(),
        }
    }
}

/// Where what it prints cannot be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Whoever read the output has had enough, as `head` has.
            io::ErrorKind::BrokenPipe => Self::new(Status::Done, ""),
            _ => Self::new(Status::Other, format!("Could not print: {error}.")),
        }
    }
}
