//! Lines from a person, with editing and a history.

use std::thread;

use rustyline::config::{BellStyle, Config};
use rustyline::history::MemHistory;
use rustyline::{Editor, ExternalPrinter};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::Typed;
use crate::line::Line;

const PROMPT: &str = "> ";

type LineEditor = Editor<(), MemHistory>;

/// Prints above the line that is being typed.
pub(crate) type Printer = Box<dyn ExternalPrinter + Send>;

/// `None` where the terminal is too simple for it.
pub(super) fn start() -> Option<(UnboundedReceiver<Typed>, Printer)> {
    let config = Config::builder()
        .auto_add_history(true)
        .bell_style(BellStyle::None)
        .build();
    let mut editor = LineEditor::with_history(config, MemHistory::default()).ok()?;
    let printer = editor.create_external_printer().ok()?;
    let (sender, lines) = mpsc::unbounded_channel();
    thread::spawn(move || read_all(&mut editor, &sender));
    Some((lines, Box::new(printer)))
}

/// Reads until the person leaves. After that it must not read again: the program may end then,
/// and would leave the terminal as an editor needs it.
fn read_all(editor: &mut LineEditor, sender: &UnboundedSender<Typed>) {
    // An error is Ctrl-C, Ctrl-D, or a terminal that is gone.
    while let Ok(text) = editor.readline(PROMPT) {
        let typed = Line::read(&text);
        let is_last = typed == Ok(Line::Quit);
        if sender.send(typed).is_err() || is_last {
            break;
        }
    }
}
