//! Events that the server answers: text, binary, over polling.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use salon_client::{AckError, AllArgs, Emitter, Socket};
use serde::de::IgnoredAny;

use super::super::answer::Payload;
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
    /// Whether the answer must be what was sent: with an event of the user's it may be anything.
    is_echo: bool,
    sockets: Vec<Socket>,
    /// Loops that go on, where each answer makes the next question.
    lanes: AtomicUsize,
}

pub(super) async fn drive(load: &Arc<Load>) -> Result<(), Failure> {
    let options = load.options();
    let text = "x".repeat(options.payload);
    let (usual, handler, payload) = match options.scenario {
        Scenario::Binary => {
            let bytes = Payload::Binary(Bytes::from(text));
            ("echo-binary", Handler::ECHO_BINARY, bytes)
        }
        _ => ("echo", Handler::ECHO, Payload::Text(text.into())),
    };
    let template = Template::new(load, Again::Never)?;
    let opened = opening::open(load, &template, |socket| count_losses(load, socket)).await;
    super::check(load, &opened)?;
    let event = options.event.as_deref().unwrap_or(usual);
    probe(load, opened.sockets.first(), event, &payload, handler).await?;
    let asker = Arc::new(Asker {
        load: Arc::clone(load),
        event: event.into(),
        payload,
        is_echo: options.event.is_none(),
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
        let this = Arc::clone(self);
        let timed = socket.timeout(load.options().timeout);
        let told = move |answer| this.hear(index, intended, again, answer);
        self.emit(timed, told);
    }

    /// Tells whether the answer is what was due.
    fn emit(
        self: &Arc<Self>,
        socket: Emitter<'_>,
        told: impl FnOnce(Result<bool, AckError>) + Send + 'static,
    ) {
        type Anything = AllArgs<IgnoredAny>;
        let event = &*self.event;
        let this = Arc::clone(self);
        match &self.payload {
            Payload::Text(text) if self.is_echo => {
                let is_it = move |came: String| matches!(&this.payload, Payload::Text(sent) if **sent == *came);
                socket.emit_with_callback(event, text, |answer| told(Result::map(answer, is_it)));
            }
            Payload::Binary(bytes) if self.is_echo => {
                let is_it = move |came: Bytes| matches!(&this.payload, Payload::Binary(sent) if *sent == came);
                socket.emit_with_callback(event, bytes, |answer| told(Result::map(answer, is_it)));
            }
            Payload::Text(text) => {
                let told = |answer: Result<Anything, _>| told(answer.map(|_| true));
                socket.emit_with_callback(event, text, told);
            }
            Payload::Binary(bytes) => {
                let told = |answer: Result<Anything, _>| told(answer.map(|_| true));
                socket.emit_with_callback(event, bytes, told);
            }
        }
    }

    fn hear(
        self: &Arc<Self>,
        index: usize,
        intended: u64,
        again: bool,
        answer: Result<bool, AckError>,
    ) {
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
