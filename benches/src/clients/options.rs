//! The command line of `cargo bench-client`.

use std::path::PathBuf;

use super::work::{STAGES, Stage};
use crate::command::Words;
use crate::stage::Slices;

/// What the command can do.
pub const HELP: &str = "\
cargo bench-client [OPTIONS]

  --quick        two short rounds: about a minute
  --rounds N     how many rounds, each with fresh clients and servers (5: about eight minutes)
  --only WORDS   only the stages with a scenario whose name contains WORDS
  --docs         also write the figures and the picture into docs/
  --smoke        see that everything works, with few connections; no figure means anything
  --output PATH  where the figures go: PATH.json, PATH.md, PATH.svg (bench-client in target)";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How often all is measured.
    pub rounds: usize,
    /// How each scenario is cut in each round.
    pub slices: Slices,
    /// Part of a scenario's name.
    pub only: String,
    /// Whether the documentation is written.
    pub docs: bool,
    /// The most connections.
    pub connections: usize,
    /// Where the figures go, without an extension.
    pub output: PathBuf,
}

impl Options {
    /// Reads the words of the command line.
    ///
    /// # Errors
    /// A sentence about the word that is wrong.
    pub fn read(words: impl IntoIterator<Item = String>, output: PathBuf) -> Result<Self, String> {
        let mut options = Self {
            rounds: 5,
            // Longer than the server's: V8 collects rubbish now and then, and each slice should have
            // its part.
            slices: Slices::new(4, 150),
            only: String::new(),
            docs: false,
            connections: usize::MAX,
            output,
        };
        let mut words = Words::new(words, HELP);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => options.shorten(2, Slices::new(2, 150)),
                "--smoke" => {
                    options.shorten(1, Slices::new(1, 10));
                    options.connections = 5;
                }
                "--rounds" => options.rounds = words.number(&word)?,
                "--only" => options.only = words.value(&word)?,
                "--docs" => options.docs = true,
                "--output" => options.output = words.value(&word)?.into(),
                _ => return Err(words.unknown(&word)),
            }
        }
        Ok(options)
    }

    const fn shorten(&mut self, rounds: usize, slices: Slices) {
        self.rounds = rounds;
        self.slices = slices;
    }

    /// The stages that were asked for.
    pub(crate) fn stages(&self) -> Vec<Stage> {
        let wanted = STAGES.iter().filter(|stage| {
            let mut names = stage.scenarios.iter().map(|one| one.name);
            names.any(|name| name.contains(&self.only))
        });
        let small = |stage: &Stage| Stage {
            connections: stage.connections.min(self.connections),
            ..*stage
        };
        wanted.map(small).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned), "a".into())
    }

    #[test]
    fn words_are_read_in_order() {
        let options = read("-- --quick --rounds 3 --only memory").unwrap();
        assert_eq!((options.rounds, options.slices.count), (3, 2));
        assert_eq!(options.stages().len(), 1);
        assert_eq!(read("").unwrap().stages().len(), STAGES.len());
    }

    #[test]
    fn smoke_is_small() {
        let stages = read("--smoke").unwrap().stages();
        assert!(stages.iter().all(|stage| stage.connections <= 5));
    }

    #[test]
    fn wrong_words_are_named() {
        assert!(read("--fast").unwrap_err().starts_with("What does --fast"));
        assert!(read("--rounds 0").is_err());
        assert!(read("--output").is_err());
    }
}
