//! Lines from a pipe or a file, or from a terminal that can do nothing.

use std::io::{self, BufRead, Read};
use std::thread;

use tokio::sync::mpsc;

use super::Typed;
use crate::line::Line;

/// The longest line: a longer one is a file by mistake, and all of it would be kept in memory.
const LONGEST: u64 = 16 * 1024 * 1024;

pub(super) fn start() -> mpsc::Receiver<Typed> {
    let (sender, lines) = mpsc::channel(1);
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        // Until the input ends, or nobody listens.
        while let Some(typed) = read(&mut input, LONGEST) {
            if sender.blocking_send(typed).is_err() {
                break;
            }
        }
    });
    lines
}

/// The next line, up to a length. What goes wrong with the input ends it.
fn read(input: &mut impl BufRead, longest: u64) -> Option<Typed> {
    let mut bytes = Vec::new();
    let read = input.take(longest).read_until(b'\n', &mut bytes);
    match read {
        Ok(0) => None,
        Ok(count) if count as u64 == longest && bytes.last() != Some(&b'\n') => {
            skip_line(input);
            Some(Err(format!("A line is longer than {longest} bytes.")))
        }
        Ok(_) => match std::str::from_utf8(&bytes) {
            Ok(line) => Some(Line::read(line)),
            Err(_) => Some(Err("A line is not UTF-8.".to_owned())),
        },
        Err(_) => None,
    }
}

/// The rest of a line that is too long.
fn skip_line(input: &mut impl BufRead) {
    // Where the input fails, the next look at it says so too.
    let _ = input.skip_until(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_to_the_end() {
        let mut input = "/help\n\n/quit".as_bytes();
        let lines: Vec<_> = std::iter::from_fn(|| read(&mut input, 100)).collect();
        assert_eq!(lines, [Ok(Line::Help), Ok(Line::Empty), Ok(Line::Quit)]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_a_mistake_and_the_next_one_counts() {
        let mut input = &b"a \xff\nhello hello hello\n/quit\n"[..];
        let lines: Vec<_> = std::iter::from_fn(|| read(&mut input, 8)).collect();
        let mistakes = ["A line is not UTF-8.", "A line is longer than 8 bytes."];
        let mistakes = mistakes.map(|text| Err(text.to_owned()));
        assert_eq!(lines[..2], mistakes);
        assert_eq!(lines[2..], [Ok(Line::Quit)]);
    }
}
