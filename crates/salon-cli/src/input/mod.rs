//! The lines that the user types, or that another program pipes in.

mod piped;
mod terminal;

use std::env;
use std::io::{self, IsTerminal};

use tokio::sync::mpsc;

use crate::line::Line;

pub(crate) use terminal::Printer;

/// A line, or what is wrong with it.
pub(crate) type Typed = Result<Line, String>;

/// Where lines come from. A thread reads them, since reading blocks.
#[derive(Debug)]
pub(crate) enum Input {
    /// One line is read ahead, so that `/wait` holds the rest back.
    Piped(mpsc::Receiver<Typed>),
    /// Never full, so that whoever prints does not wait for the reader, nor the reader for it.
    Terminal(mpsc::UnboundedReceiver<Typed>),
}

impl Input {
    /// Begins to read lines from standard input; on a terminal with line editing, and with what
    /// prints above the line that is being typed.
    pub(crate) fn start() -> (Self, Option<Printer>) {
        if is_terminal()
            && let Some((lines, printer)) = terminal::start()
        {
            return (Self::Terminal(lines), Some(printer));
        }
        (Self::Piped(piped::start()), None)
    }

    /// The next line; `None` at the end of the input.
    pub(crate) async fn next(&mut self) -> Option<Typed> {
        match self {
            Self::Piped(lines) => lines.recv().await,
            Self::Terminal(lines) => lines.recv().await,
        }
    }
}

/// Whether a person types and reads.
pub(crate) fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Whether colours are welcome: <https://no-color.org>.
pub(crate) fn may_be_coloured() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    !is_set("NO_COLOR") && !is_dumb
}
