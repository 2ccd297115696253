//! The command line of `cargo bench-peers`.

use std::path::PathBuf;

use super::contenders::{FLOOR, PEERS, SALON};
use crate::command::Words;
use crate::options::wanted;
use crate::stage::{Slices, Stage};

/// What the command can do.
pub const HELP: &str = "\
cargo bench-peers [OPTIONS]

  --quick        one short round without the stages that take long
  --rounds N     how many rounds, each with fresh servers (5: about 25 minutes)
  --only WORDS   only the stages with a scenario whose name contains WORDS
  --peers A,B    only these of socketioxide, socketioxide-mt, node-uws, node-ws, bun, python
  --docs         also write the figures and the pictures into docs/
  --smoke        see that everything works, with few connections; no figure means anything
  --output PATH  where the figures go: PATH.json, PATH.md (bench-peers in target)";

/// Few connections, but two rooms of ten.
const FEW: usize = 25;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How often all is measured.
    pub rounds: usize,
    /// How each scenario is cut in each round.
    pub slices: Slices,
    /// Part of a scenario's name.
    pub only: String,
    /// The names of the peers.
    pub peers: Vec<&'static str>,
    /// Whether the documentation is written.
    pub docs: bool,
    /// Whether stages that take long are left out.
    pub is_short: bool,
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
            // Short, so that the next server's slice comes in the same weather.
            slices: Slices::new(6, 80),
            only: String::new(),
            peers: PEERS.to_vec(),
            docs: false,
            is_short: false,
            connections: usize::MAX,
            output,
        };
        let mut words = Words::new(words, HELP);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => options.shorten(Slices::new(2, 80)),
                "--smoke" => {
                    options.shorten(Slices::new(1, 10));
                    options.connections = FEW;
                }
                "--rounds" => options.rounds = words.number(&word)?,
                "--only" => options.only = words.value(&word)?,
                "--peers" => options.peers = peers(&words.value(&word)?)?,
                "--docs" => options.docs = true,
                "--output" => options.output = words.value(&word)?.into(),
                _ => return Err(words.unknown(&word)),
            }
        }
        Ok(options)
    }

    const fn shorten(&mut self, slices: Slices) {
        self.rounds = 1;
        self.slices = slices;
        self.is_short = true;
    }

    /// The stages that were asked for.
    pub(crate) fn stages(&self) -> Vec<Stage> {
        let small = |stage: &Stage| Stage {
            connections: stage.connections.min(self.connections),
            ..*stage
        };
        let stages = wanted(&self.only).filter(|stage| !self.is_short || !stage.is_long());
        stages.map(small).collect()
    }

    /// All who were asked for, in the order of the tables.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let peers = PEERS.into_iter().filter(|peer| self.peers.contains(peer));
        [FLOOR, SALON].into_iter().chain(peers).collect()
    }
}

fn peers(words: &str) -> Result<Vec<&'static str>, String> {
    let peer = |word: &str| {
        let found = PEERS.into_iter().find(|peer| *peer == word);
        found.ok_or_else(|| format!("There is no peer {word}; there are {}.", PEERS.join(", ")))
    };
    words.split(',').map(|word| peer(word.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::STAGES;

    fn read(line: &str) -> Result<Options, String> {
        Options::read(line.split_whitespace().map(str::to_owned), "a".into())
    }

    #[test]
    fn words_are_read_in_order() {
        let options = read("-- --quick --rounds 3 --only polling --peers bun,node-ws").unwrap();
        assert_eq!((options.rounds, options.slices.count), (3, 2));
        assert_eq!(options.stages().len(), 1);
        assert_eq!(options.names(), ["floor", "salon", "node-ws", "bun"]);
        let all = read("").unwrap();
        assert_eq!((all.stages().len(), all.names().len()), (STAGES.len(), 8));
    }

    #[test]
    fn smoke_is_small() {
        let stages = read("--smoke").unwrap().stages();
        assert!(stages.iter().all(|stage| stage.connections <= FEW));
    }

    #[test]
    fn wrong_words_are_named() {
        assert!(read("--fast").unwrap_err().starts_with("What does --fast"));
        assert!(
            read("--peers deno")
                .unwrap_err()
                .starts_with("There is no peer deno")
        );
        assert!(read("--rounds 0").is_err());
    }
}
