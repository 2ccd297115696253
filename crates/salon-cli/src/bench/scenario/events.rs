//! Events that want no answer. After each few of them comes a question, whose answer tells that the
//! server has read what came before.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use salon_client::{AckError, AllArgs, Socket};
use serde::de::IgnoredAny;

use super::super::answer::{self, Payload};
use super::super::load::{Load, kind_of_ack};
use super::super::opening::{self, Template, count_losses, kind_of_emit};
use super::{Handler, probe, until_idle};
use crate::client::Again;
use crate::exit::Failure;

/// The question.
const QUESTION: &str = "echo";

/// Events of one connection that are not confirmed at most, in groups.
const MOST_GROUPS: usize = 16;

struct Sender {
    load: Arc<Load>,
    event: Box<str>,
    payload: Box<str>,
    /// How many events one answer confirms.
    group: usize,
    lines: Vec<Line>,
    /// Connections that go on.
    alive: AtomicUsize,
}

/// One connection.
struct Line {
    socket: Socket,
    /// For when the events were meant that no question has followed.
    open: Mutex<Vec<u64>>,
    asked: AtomicU64,
}

pub(super) async fn drive(load: &Arc<Load>) -> Result<(), Failure> {
    let options = load.options();
    let template = Template::new(load, Again::Never)?;
    let opened = opening::open(load, &template, |socket| count_losses(load, socket)).await;
    super::check(load, &opened)?;
    let question = Payload::Text("?".into());
    let first = opened.sockets.first();
    probe(load, first, QUESTION, &question, Handler::ECHO).await?;
    let sender = Arc::new(Sender {
        load: Arc::clone(load),
        event: options.event.as_deref().unwrap_or("event").into(),
        payload: answer::text(options.payload).into(),
        group: options.in_flight,
        alive: AtomicUsize::new(opened.sockets.len()),
        lines: opened.sockets.iter().cloned().map(Line::new).collect(),
    });
    load.run.all_ready().await;
    if !sender.lines.is_empty() {
        sender.run().await;
    }
    super::finish(load, opened.sockets).await;
    Ok(())
}

impl Line {
    fn new(socket: Socket) -> Self {
        Self {
            socket,
            open: Mutex::default(),
            asked: AtomicU64::new(0),
        }
    }
}

impl Sender {
    async fn run(self: &Arc<Self>) {
        let load = &self.load;
        let is_settled = || load.unanswered() == 0;
        let Some(rate) = load.options().per_second() else {
            for index in 0..self.lines.len() {
                self.send_group(index);
            }
            let is_dead = || self.alive.load(Ordering::Relaxed) == 0;
            return until_idle(load, is_dead, is_settled).await;
        };
        let count = self.lines.len();
        let fire = |number: u64, intended| self.send(number as usize % count, intended, false);
        load.at_rate(rate, fire).await;
        (0..count).for_each(|index| self.ask(index, load.run.window.to - 1, false));
        load.settled(is_settled).await;
    }

    fn send_group(self: &Arc<Self>, index: usize) {
        for _ in 0..self.group {
            self.send(index, self.load.now(), true);
        }
    }

    /// Sends one event, and the question where that is due.
    fn send(self: &Arc<Self>, index: usize, intended: u64, again: bool) {
        let (load, line) = (&self.load, &self.lines[index]);
        load.tally().sent(intended, load.now(), 1);
        if line.asked.load(Ordering::Relaxed) >= MOST_GROUPS as u64 {
            let kind = "not sent: too many were not confirmed";
            return load.tally().failed(intended, kind, 1);
        }
        let emitted = line.socket.emit(&self.event, &self.payload);
        // Only what fails at once is known now; the question tells of all else.
        if let Some(Err(error)) = emitted.into_future().now_or_never() {
            return load.tally().failed(intended, kind_of_emit(&error), 1);
        }
        let is_full = {
            let mut open = line.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.push(intended);
            open.len() >= self.group
        };
        if is_full {
            self.ask(index, intended, again);
        }
    }

    /// Asks whether all has come that was sent so far.
    fn ask(self: &Arc<Self>, index: usize, intended: u64, again: bool) {
        let (load, line) = (&self.load, &self.lines[index]);
        let open = std::mem::take(&mut *line.open.lock().unwrap_or_else(PoisonError::into_inner));
        if open.is_empty() {
            return;
        }
        if !load.asks() {
            let kind = "not sent: too many were unanswered";
            return open.iter().for_each(|at| load.tally().failed(*at, kind, 1));
        }
        line.asked.fetch_add(1, Ordering::Relaxed);
        let this = Arc::clone(self);
        let told = move |answer: Result<AllArgs<IgnoredAny>, AckError>| {
            // What could not even be sent would go around for ever.
            let may = matches!(answer, Ok(_) | Err(AckError::Timeout));
            this.hear(index, intended, &open, answer.map(drop));
            if again {
                this.go_on(index, may);
            }
        };
        let timed = line.socket.timeout(load.options().timeout);
        timed.emit_with_callback(QUESTION, "?", told);
    }

    fn hear(&self, index: usize, intended: u64, open: &[u64], answer: Result<(), AckError>) {
        let load = &self.load;
        load.answered();
        self.lines[index].asked.fetch_sub(1, Ordering::Relaxed);
        let now = load.now();
        let mut tally = load.tally();
        match answer {
            Ok(()) => {
                open.iter().for_each(|at| tally.confirmed(*at, 1));
                tally.took(intended, now);
            }
            Err(error) => {
                let kind = kind_of_ack(&error);
                open.iter().for_each(|at| tally.failed(*at, kind, 1));
            }
        }
    }

    fn go_on(self: &Arc<Self>, index: usize, may: bool) {
        let may = may && self.lines[index].socket.is_connected();
        match may && self.load.run.is_on(self.load.now()) {
            true => self.send_group(index),
            false => {
                self.alive.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}
