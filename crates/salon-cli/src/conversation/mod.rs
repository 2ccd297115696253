//! `salon connect`: prints what the server sends, and emits what the user types.

mod arrivals;
mod lines;
mod pause;
mod questions;

use std::future::{Future, pending};
use std::pin::{Pin, pin};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use salon_client::Socket;
use tokio::select;
use tokio::signal::ctrl_c;
use tokio::sync::mpsc;

use crate::client::{self, Again};
use crate::exit::{Failure, Status};
use crate::happening::{self, Happening};
use crate::input::{Input, Typed};
use crate::options::Connect;
use crate::output::Output;
use crate::show::Report;
use pause::Pause;
use questions::Questions;

/// How many events of a piped input may be under way; the rest of the input waits.
const UNDER_WAY: usize = 64;

struct Conversation {
    options: Connect,
    socket: Socket,
    happenings: mpsc::Receiver<Happening>,
    output: Output,
    reader: Reader,
    /// Whether a person types, who sees what happens and decides what to do.
    is_at_terminal: bool,
    pause: Pause,
    questions: Questions,
    under_way: FuturesUnordered<Pin<Box<dyn Future<Output = Outcome>>>>,
    /// The status of the first thing that went wrong.
    status: Status,
}

/// Where lines come from, and whether they still do.
enum Reader {
    /// Nobody types before there is a connection.
    NotYet,
    Open(Input),
    Ended,
}

/// What came of an event that was emitted.
struct Outcome {
    /// What to say about it, if there is anything.
    report: Option<Report>,
    status: Status,
}

/// Whether the conversation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    GoOn,
    End,
}

/// Talks until the user has had enough or the connection has ended for good.
pub(crate) async fn run(options: Connect, output: Output) -> Result<Status, Failure> {
    let again = match options.reconnect {
        true => Again::Attempts(options.attempts),
        false => Again::Never,
    };
    let socket = client::build(&options.server, again)?;
    let happenings = happening::listen(&socket);
    socket.connect();
    let mut conversation = Conversation {
        options,
        socket,
        happenings,
        output,
        reader: Reader::NotYet,
        is_at_terminal: false,
        pause: Pause::default(),
        questions: Questions::default(),
        under_way: FuturesUnordered::new(),
        status: Status::Done,
    };
    let end = conversation.talk().await;
    client::leave(&conversation.socket).await;
    end.map(|()| conversation.status)
}

impl Conversation {
    async fn talk(&mut self) -> Result<(), Failure> {
        // Line editing gets Ctrl-C as a key; this is for all other times.
        let mut interrupted = pin!(ctrl_c());
        while !self.has_said_all() {
            let wants_lines = self.wants_lines();
            let next = select! {
                Some(happening) = self.happenings.recv() => self.happened(happening)?,
                Some(outcome) = self.under_way.next() => self.came_to(outcome)?,
                () = self.pause.over() => {
                    self.pause.end();
                    Next::GoOn
                }
                typed = self.reader.next(), if wants_lines => self.typed(typed)?,
                _ = &mut interrupted => return Err(Failure::new(Status::Interrupted, "")),
            };
            if next == Next::End {
                break;
            }
        }
        Ok(())
    }

    /// Whether another line may be read.
    fn wants_lines(&self) -> bool {
        !self.pause.is_on() && (self.is_at_terminal || self.under_way.len() < UNDER_WAY)
    }

    fn has_said_all(&self) -> bool {
        matches!(self.reader, Reader::Ended) && self.under_way.is_empty() && !self.options.stay
    }

    /// An event was sent or not, answered or not.
    fn came_to(&mut self, outcome: Outcome) -> Result<Next, Failure> {
        self.note(outcome.status);
        if let Some(report) = outcome.report {
            self.output.report(&report)?;
        }
        Ok(Next::GoOn)
    }

    /// The user's line makes no sense.
    fn mistake(&mut self, sentence: String) -> Result<(), Failure> {
        self.note(Status::Usage);
        self.output.report(&Report::Mistake(sentence))
    }

    /// Remembers the first thing that went wrong, unless a person has seen it.
    fn note(&mut self, status: Status) {
        if self.status == Status::Done && !self.is_at_terminal {
            self.status = status;
        }
    }
}

impl Reader {
    async fn next(&mut self) -> Option<Typed> {
        match self {
            Self::Open(input) => input.next().await,
            Self::NotYet | Self::Ended => pending().await,
        }
    }
}
