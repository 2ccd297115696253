//! Where reports go: to standard output, or above the line that a person is typing.

use std::io::{self, Write};

use crate::exit::Failure;
use crate::exit::Status;
use crate::input::Printer;
use crate::show::{Report, Style};

pub(crate) struct Output {
    style: Style,
    /// Set while a person types.
    printer: Option<Printer>,
}

impl Output {
    pub(crate) fn new(style: Style) -> Self {
        Self {
            style,
            printer: None,
        }
    }

    /// From now on a person types below what is printed.
    pub(crate) fn print_above(&mut self, printer: Printer) {
        self.printer = Some(printer);
    }

    /// Prints a line that says what happened.
    pub(crate) fn report(&mut self, report: &Report) -> Result<(), Failure> {
        self.print(self.style.line(report))
    }

    /// Prints a text of ours, of one line or several.
    pub(crate) fn print(&mut self, mut text: String) -> Result<(), Failure> {
        text.push('\n');
        match &mut self.printer {
            Some(printer) => printer
                .print(text)
                .map_err(|error| Failure::new(Status::Other, format!("Could not print: {error}."))),
            None => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(text.as_bytes())?;
                Ok(stdout.flush()?)
            }
        }
    }
}
