//! The server's events that wait for an answer.

use std::collections::VecDeque;

use salon_client::Ack;

/// How many questions are kept: a server that asks forever must not fill the memory.
const MOST: usize = 1_000;

/// Questions in the order in which they came; the oldest give way when there are too many.
#[derive(Debug, Default)]
pub(super) struct Questions {
    open: VecDeque<(u64, Ack)>,
    last: u64,
}

impl Questions {
    /// Keeps a question and gives its number.
    pub(super) fn add(&mut self, ack: Ack) -> u64 {
        if self.open.len() == MOST {
            self.open.pop_front();
        }
        self.last += 1;
        self.open.push_back((self.last, ack));
        self.last
    }

    /// Takes the question of this number, or the one that has waited longest; says in a sentence
    /// why there is none.
    pub(super) fn take(&mut self, number: Option<u64>) -> Result<(u64, Ack), String> {
        let found = match number {
            None => self.open.pop_front(),
            Some(number) => {
                let place = self.open.iter().position(|(open, _)| *open == number);
                place.and_then(|place| self.open.remove(place))
            }
        };
        found.ok_or_else(|| match number {
            None => "No question of the server waits for an answer.".to_owned(),
            Some(number) => format!("No question #{number} waits for an answer."),
        })
    }
}
