//! What the user types.

use std::time::{Duration, Instant};

use salon_client::{AllArgs, Emitted, Value};

use super::{Conversation, Next, Outcome, Reader};
use crate::client;
use crate::exit::{Failure, Status};
use crate::input::Typed;
use crate::line::{self, Emit, How, Line};
use crate::show::Report;

impl Conversation {
    /// A line, or the end of all lines.
    pub(super) fn typed(&mut self, typed: Option<Typed>) -> Result<Next, Failure> {
        let Some(typed) = typed else {
            return Ok(self.input_ended());
        };
        match typed {
            Err(sentence) => self.mistake(sentence)?,
            Ok(Line::Empty) => {}
            Ok(Line::Emit(emit)) => self.emit(emit)?,
            Ok(Line::Answer { question, args }) => self.answer(question, args)?,
            Ok(Line::Wait(_)) if self.is_at_terminal => {
                self.mistake("/wait is for lines that are piped in.".to_owned())?;
            }
            Ok(Line::Wait(wait)) => self.pause.begin(wait),
            Ok(Line::Connect) => self.socket.connect(),
            Ok(Line::Disconnect) => self.socket.disconnect(),
            Ok(Line::Help) => self.output.print(line::HELP.to_owned())?,
            Ok(Line::Quit) => return Ok(Next::End),
        }
        Ok(Next::GoOn)
    }

    /// A person has left. A script may still wait for something.
    fn input_ended(&mut self) -> Next {
        self.reader = Reader::Ended;
        if self.is_at_terminal {
            Next::End
        } else {
            Next::GoOn
        }
    }

    fn emit(&mut self, emit: Emit) -> Result<(), Failure> {
        if !self.is_at_terminal {
            self.output.report(&Report::Sent(emit.clone()))?;
        } else if !self.socket.is_active() {
            self.output
                .print("It waits until you /connect.".to_owned())?;
        }
        let args = AllArgs(emit.args);
        match emit.how {
            How::WithAck => self.ask(emit.event, &args),
            How::Plain => {
                let emitted = self.socket.emit(&emit.event, &args);
                self.follow(emit.event, emitted);
            }
            How::Volatile => {
                let emitted = self.socket.volatile().emit(&emit.event, &args);
                self.follow(emit.event, emitted);
            }
        }
        Ok(())
    }
}

/// What comes of an event.
impl Conversation {
    fn follow(&self, event: String, emitted: Emitted) {
        self.under_way.push(Box::pin(async move {
            match emitted.await {
                Ok(()) => Outcome {
                    report: None,
                    status: Status::Done,
                },
                Err(error) => failed(event, error.to_string(), client::emit_status(&error)),
            }
        }));
    }

    fn ask(&self, event: String, args: &AllArgs<Value>) {
        let start = Instant::now();
        let answer = self.socket.emit_with_ack(&event, args);
        let answer = answer.timeout(self.options.timeout);
        self.under_way.push(Box::pin(async move {
            match answer.await {
                Ok(args) => answered(event, args, start.elapsed()),
                Err(error) => failed(event, error.to_string(), client::ack_status(&error)),
            }
        }));
    }
}

fn answered(event: String, args: AllArgs<Value>, took: Duration) -> Outcome {
    let args = args.0;
    Outcome {
        report: Some(Report::Answer { event, args, took }),
        status: Status::Done,
    }
}

fn failed(event: String, reason: String, status: Status) -> Outcome {
    Outcome {
        report: Some(Report::Failed { event, reason }),
        status,
    }
}
