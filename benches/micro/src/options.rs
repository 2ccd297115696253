//! The command line.

use crate::bench::{self, Bench};

/// What `--help` prints.
pub const HELP: &str = "\
cargo bench-micro [NAME…] [OPTION]   what single pieces cost: all, or those whose names have a NAME

  --list     only the names
  --crates   only count instructions, and tell in which crates they are
  --check    only count instructions, and fail where they are more than was accepted
  --accept   count instructions, and write them down as accepted";

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Measure all that can be measured.
    Table,
    /// Name the pieces.
    List,
    /// Tell in which crates the instructions are.
    Crates,
    /// Compare instructions with those that were accepted.
    Check,
    /// Accept them as they are.
    Accept,
}

/// What the user asks for.
#[derive(Debug)]
pub struct Options {
    /// What to do.
    pub mode: Mode,
    /// With which pieces.
    pub benches: Vec<&'static Bench>,
    /// Whether these are all there are.
    pub is_all: bool,
}

impl Options {
    /// Reads the words after the command.
    ///
    /// # Errors
    /// When there is no such option or no such piece.
    pub fn read(words: &[String]) -> Result<Self, String> {
        let words = words
            .iter()
            .map(String::as_str)
            .filter(|word| *word != "--");
        let (flags, names): (Vec<_>, Vec<_>) = words.partition(|word| word.starts_with('-'));
        let mode = match flags.as_slice() {
            [] => Mode::Table,
            ["--list"] => Mode::List,
            ["--crates"] => Mode::Crates,
            ["--check"] => Mode::Check,
            ["--accept"] => Mode::Accept,
            _ => return Err(HELP.to_owned()),
        };
        let is_meant =
            |bench: &&Bench| names.is_empty() || names.iter().any(|name| bench.name.contains(name));
        let benches: Vec<_> = bench::all().filter(is_meant).collect();
        if benches.is_empty() {
            return Err(format!(
                "No piece has `{}` in its name.",
                names.join("` or `")
            ));
        }
        Ok(Self {
            mode,
            benches,
            is_all: names.is_empty(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        Options::read(&words)
    }

    #[test]
    fn parts_of_names_choose() {
        let options = read("-- --check mask/ hub/walk").unwrap();
        let names: Vec<_> = options.benches.iter().map(|bench| bench.name).collect();
        let expected = [
            "mask/64",
            "mask/1k",
            "mask/64k",
            "hub/walk",
            "hub/walk-rooms",
        ];
        assert_eq!(
            (options.mode, names.as_slice()),
            (Mode::Check, &expected[..])
        );
        assert!(!options.is_all);
        assert!(read("").unwrap().is_all);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        assert_eq!(read("--quick").unwrap_err(), HELP);
        assert_eq!(
            read("mask nothing x").unwrap().benches.len(),
            read("mask").unwrap().benches.len()
        );
        assert_eq!(read("zzz").unwrap_err(), "No piece has `zzz` in its name.");
    }
}
