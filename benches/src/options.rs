//! The command line of the runner.

use std::path::{Path, PathBuf};

use crate::command::Words;
use crate::contender::Contender;
use crate::report::{AGAINST, THIS};
use crate::runner::Plan;
use crate::stage::{Scenario, Slices, Stage};
use crate::stages::STAGES;

/// What the command can do.
pub const HELP: &str = "\
cargo bench-salon [OPTIONS]

  --against PATH   compare with this salon-bench-server, built from another commit
  --quick          two short rounds without the floor and the long stages: about a minute
  --rounds N       how many rounds, each with fresh servers (5)
  --only WORDS     only the stages with a scenario whose name contains WORDS
  --threads N      threads of the server (1)
  --no-floor       without the floor
  --json PATH      where the figures go (bench-salon.json in target)";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The program of the other build.
    pub against: Option<PathBuf>,
    /// How often all is measured.
    pub rounds: usize,
    /// How each scenario is cut in each round.
    pub slices: Slices,
    /// Part of a scenario's name.
    pub only: String,
    /// Threads of the server.
    pub threads: usize,
    /// Whether the floor is measured too.
    pub floor: bool,
    /// Whether stages are measured that take long.
    pub long: bool,
    /// Where the figures go.
    pub json: PathBuf,
}

impl Options {
    /// Reads the words of the command line.
    ///
    /// # Errors
    /// A sentence about the word that is wrong.
    pub fn read(words: impl IntoIterator<Item = String>, json: PathBuf) -> Result<Self, String> {
        let mut options = Self {
            against: None,
            rounds: 5,
            // Long enough that the clock's steps do not matter, and short enough that the next
            // server's slice comes in the same weather.
            slices: Slices::new(8, 80),
            only: String::new(),
            threads: 1,
            floor: true,
            long: true,
            json,
        };
        let mut words = Words::new(words, HELP);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--against" => options.against = Some(words.value(&word)?.into()),
                "--quick" => options.make_quick(),
                "--rounds" => options.rounds = words.number(&word)?,
                "--only" => options.only = words.value(&word)?,
                "--threads" => options.threads = words.number(&word)?,
                "--no-floor" => options.floor = false,
                "--json" => options.json = words.value(&word)?.into(),
                _ => return Err(words.unknown(&word)),
            }
        }
        Ok(options)
    }

    const fn make_quick(&mut self) {
        self.rounds = 2;
        self.slices = Slices::new(4, 80);
        self.floor = false;
        self.long = false;
    }

    /// The stages that were asked for.
    pub fn stages(&self) -> impl Iterator<Item = &'static Stage> {
        wanted(&self.only).filter(|stage| self.long || !stage.is_long())
    }

    /// All that shall be measured; the programs of this build are in `folder`.
    #[must_use]
    pub fn plan(&self, folder: &Path) -> Plan {
        let mut contenders = vec![Contender::salon(THIS, folder)];
        let against = self.against.iter();
        contenders.extend(against.map(|path| Contender::new(AGAINST, path)));
        if self.floor {
            contenders.push(Contender::floor(folder));
        }
        Plan {
            contenders,
            stages: self.stages().copied().collect(),
            rounds: self.rounds,
            slices: self.slices,
            threads: Some(self.threads).filter(|threads| *threads > 1),
        }
    }
}

/// The stages with a scenario whose name contains this.
pub(crate) fn wanted(name: &str) -> impl Iterator<Item = &'static Stage> {
    let is_wanted = move |one: &Scenario| one.name.contains(name);
    STAGES
        .iter()
        .filter(move |stage| stage.scenarios.iter().any(is_wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, String> {
        let words = line.split_whitespace().map(str::to_owned);
        Options::read(words, "a.json".into())
    }

    #[test]
    fn words_are_read_in_order() {
        let options = read("-- --quick --rounds 5 --against /x/server --no-floor").unwrap();
        assert_eq!((options.rounds, options.floor), (5, false));
        assert_eq!(options.against, Some("/x/server".into()));
        assert_eq!(read("").unwrap().stages().count(), STAGES.len());
        assert_eq!(read("--only polling").unwrap().stages().count(), 1);
    }

    #[test]
    fn wrong_words_are_named() {
        assert!(read("--fast").unwrap_err().starts_with("What does --fast"));
        assert!(read("--rounds 0").is_err());
        assert!(read("--against").is_err());
    }
}
