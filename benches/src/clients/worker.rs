//! A client program that is running.

use std::io;
use std::process::Command;

use super::order::{DONE, Order, READY};
use crate::process::Talk;

/// A client program; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    talk: Talk,
    /// What it is, with its version.
    about: String,
}

impl Worker {
    pub(crate) fn start(command: &mut Command) -> io::Result<Self> {
        let mut talk = Talk::start(command)?;
        let about = talk.hear(READY)?;
        Ok(Self { talk, about })
    }

    /// Waits until it is done, and returns the number of its answer.
    pub(crate) fn order(&mut self, order: Order) -> io::Result<u64> {
        self.talk.say(&order.to_string())?;
        let number = self.talk.hear(DONE)?;
        number.parse().map_err(io::Error::other)
    }

    pub(crate) fn about(&self) -> &str {
        &self.about
    }

    pub(crate) fn id(&self) -> u32 {
        self.talk.id()
    }
}
