//! What comes from the server.

use salon_client::{Ack, AllArgs, ConnectError, DisconnectReason, Value};

use super::{Conversation, Next, Reader};
use crate::client;
use crate::exit::{Failure, Status};
use crate::happening::Happening;
use crate::input::Input;
use crate::show::Report;

impl Conversation {
    pub(super) fn happened(&mut self, happening: Happening) -> Result<Next, Failure> {
        match happening {
            Happening::Connected { id, recovered } => self.connected(id, recovered)?,
            Happening::Event { name, args, ack } => self.event(name, args, ack)?,
            Happening::Disconnected {
                reason,
                details,
                returns,
            } => return self.disconnected(reason, details, returns),
            Happening::NotConnected { error, returns } => {
                return self.not_connected(&error, returns);
            }
            Happening::Attempt(number) => self.output.report(&Report::Attempt { number })?,
        }
        Ok(Next::GoOn)
    }

    fn connected(&mut self, id: String, recovered: bool) -> Result<(), Failure> {
        self.output.report(&Report::Connected { id, recovered })?;
        if matches!(self.reader, Reader::NotYet) {
            let (input, printer) = Input::start();
            if let Some(printer) = printer {
                self.is_at_terminal = true;
                self.output.print_above(printer);
            }
            self.reader = Reader::Open(input);
        }
        Ok(())
    }

    fn event(&mut self, name: String, args: Vec<Value>, ack: Ack) -> Result<(), Failure> {
        self.pause.event(&name);
        let asks = ack.is_wanted();
        let question = asks.then(|| self.questions.add(ack));
        self.output.report(&Report::Event {
            name,
            args,
            question,
        })?;
        match self.options.answer.clone() {
            Some(args) if asks => self.answer(question, args),
            _ => Ok(()),
        }
    }

    /// Answers the server's question of this number, or the one that has waited longest.
    pub(super) fn answer(
        &mut self,
        question: Option<u64>,
        args: Vec<Value>,
    ) -> Result<(), Failure> {
        let (question, ack) = match self.questions.take(question) {
            Ok(found) => found,
            Err(sentence) => return self.mistake(sentence),
        };
        let args = AllArgs(args);
        match ack.send(&args) {
            Ok(()) => self.output.report(&Report::Answered {
                question,
                args: args.0,
            }),
            Err(error) => self.mistake(format!("The answer could not be sent: {error}.")),
        }
    }

    fn disconnected(
        &mut self,
        reason: DisconnectReason,
        details: Option<String>,
        returns: bool,
    ) -> Result<Next, Failure> {
        let shown = match details {
            Some(details) => format!("{reason} ({details})"),
            None => reason.to_string(),
        };
        self.output.report(&Report::Disconnected {
            reason: shown.clone(),
            returns,
        })?;
        if returns || reason == DisconnectReason::ClientDisconnect {
            return Ok(Next::GoOn);
        }
        self.lost(Failure::new(
            Status::Disconnected,
            format!("Disconnected: {shown}."),
        ))
    }

    fn not_connected(&mut self, error: &ConnectError, returns: bool) -> Result<Next, Failure> {
        let is_first = matches!(self.reader, Reader::NotYet);
        if is_first && !self.options.retry {
            return Err(client::failure(&self.options.server, error));
        }
        self.output.report(&Report::NotConnected {
            message: error.to_string(),
            data: error.data().cloned().map(Value::from),
            returns,
        })?;
        if returns {
            return Ok(Next::GoOn);
        }
        self.lost(client::failure(&self.options.server, error))
    }

    /// There is no connection any more, and nobody tries: a script has failed, and a person
    /// decides what to do.
    fn lost(&mut self, failure: Failure) -> Result<Next, Failure> {
        if !self.is_at_terminal {
            return Err(failure);
        }
        self.output
            .print("/connect connects again, and /quit leaves.".to_owned())?;
        Ok(Next::GoOn)
    }
}
