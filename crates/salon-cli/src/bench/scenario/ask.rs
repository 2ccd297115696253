//! Events that the server answers: text, binary, over polling.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use salon_client::{AckError, Emitter, RawAnswer, Socket};

use super::super::answer::{Echo, Payload};
use super::super::load::{Load, WRONG, kind_of_ack};
use super::super::opening::{self, Template, count_losses};
use super::{Handler, probe, until_idle};
use crate::client::Again;
use crate::exit::Failure;
use crate::options::Scenario;

/// Asks on all connections of a thread.
struct Asker {
    load: Arc<Load>,
    event: Box<str>,
    payload: Payload,
    /// The answer that is due; with an event of the user's it may be anything.
    due: Option<Echo>,
    sockets: Vec<Socket>,
    /// Loops that go on, where each answer makes the next question.
    lanes: AtomicUsize,
}

/// What is asked for once.
#[derive(Clone, Copy)]
struct Question {
    /// Of the connection.
    index: usize,
    intended: u64,
    /// The answer makes the next question.
    again: bool,
}

pub(super) async fn drive(load: &Arc<Load>) -> Result<(), Failure> {
    let options = load.options();
    let (usual, handler, payload) = match options.scenario {
        Scenario::Binary => {
            let bytes = Payload::binary(options.payload);
            ("echo-binary", Handler::ECHO_BINARY, bytes)
        }
        _ => ("echo", Handler::ECHO, Payload::text(options.payload)),
    };
    let template = Template::new(load, Again::Never)?;
    let opened = opening::open(load, &template, |socket| count_losses(load, socket)).await;
    super::check(load, &opened)?;
    let event = options.event.as_deref().unwrap_or(usual);
    probe(load, opened.sockets.first(), event, &payload, handler).await?;
    let asker = Arc::new(Asker {
        load: Arc::clone(load),
        event: event.into(),
        due: options.event.is_none().then(|| Echo::of(&payload)),
        payload,
        sockets: opened.sockets,
        lanes: AtomicUsize::new(0),
    });
    asker.run().await;
    super::finish(load, asker.sockets.clone()).await;
    Ok(())
}

impl Asker {
    async fn run(self: &Arc<Self>) {
        let load = &self.load;
        load.run.all_ready().await;
        if self.sockets.is_empty() {
            return;
        }
        let Some(rate) = load.options().per_second() else {
            self.start_lanes();
            let is_dead = || self.lanes.load(Ordering::Relaxed) == 0;
            return until_idle(load, is_dead, || load.unanswered() == 0).await;
        };
        let count = self.sockets.len();
        let fire = |number: u64, intended| self.ask(number as usize % count, intended, false);
        load.at_rate(rate, fire).await;
        load.settled(|| load.unanswered() == 0).await;
    }

    fn start_lanes(self: &Arc<Self>) {
        let in_flight = self.load.options().in_flight;
        let lanes = self.sockets.len() * in_flight;
        self.lanes.store(lanes, Ordering::Relaxed);
        for lane in 0..lanes {
            self.ask(lane % self.sockets.len(), self.load.now(), true);
        }
    }

    /// Asks once; `again`: the answer makes the next question.
    fn ask(self: &Arc<Self>, index: usize, intended: u64, again: bool) {
        let load = &self.load;
        // Where the last answer makes this question, it was meant for just now.
        let now = if again { intended } else { load.now() };
        load.tally().sent(intended, now, 1);
        let socket = &self.sockets[index];
        let refused = match (socket.is_connected(), load.asks()) {
            (true, true) => None,
            (false, true) => {
                load.answered();
                Some("not sent: not connected")
            }
            (_, false) => Some("not sent: too many were unanswered"),
        };
        if let Some(kind) = refused {
            load.tally().failed(intended, kind, 1);
            return self.end_lane(again);
        }
        let timed = socket.timeout(load.options().timeout);
        let question = Question {
            index,
            intended,
            again,
        };
        self.emit(timed, question);
    }

    fn emit(self: &Arc<Self>, socket: Emitter<'_>, question: Question) {
        let this = Arc::clone(self);
        let told = move |answer: Result<RawAnswer<'_>, AckError>| {
            let is_due = |answer| this.due.as_ref().is_none_or(|due| due.is(&answer));
            this.hear(question, answer.map(is_due));
        };
        match &self.payload {
            Payload::Text(text) => socket.emit_with_raw_callback(&self.event, text, told),
            Payload::Binary(bytes) => socket.emit_with_raw_callback(&self.event, bytes, told),
        }
    }

    fn hear(self: &Arc<Self>, question: Question, answer: Result<bool, AckError>) {
        let Question {
            index,
            intended,
            again,
        } = question;
        let load = &self.load;
        load.answered();
        let now = load.now();
        // What could not even be sent would go around for ever.
        let may = matches!(answer, Ok(_) | Err(AckError::Timeout | AckError::Data(_)));
        match answer {
            Ok(true) => load.tally().delivered(intended, now),
            Ok(false) => load.tally().failed(intended, WRONG, 1),
            Err(error) => load.tally().failed(intended, kind_of_ack(&error), 1),
        }
        match may && again && load.run.is_on(now) {
            true => self.ask(index, now, true),
            false => self.end_lane(again),
        }
    }

    fn end_lane(&self, again: bool) {
        if again {
            self.lanes.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
