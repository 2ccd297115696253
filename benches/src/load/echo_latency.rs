//! How long echoes take at a fixed rate, spread over the connections.

use std::collections::VecDeque;
use std::io;
use std::time::{Duration, Instant};

use super::answers::Exchange;
use super::connections::Line;
use super::pace::Pace;
use super::{Connections, Done, unexpected};
use crate::latency::Recorder;
use crate::wire::{Content, MAX_WINDOW};

/// Asks for `rate` echoes a second for some time, and returns how long they took from the moment
/// when each should have been sent. The order of answers is checked too.
///
/// # Errors
/// When anything but the right answers comes, or nothing.
pub fn echo_latency(
    connections: &mut Connections,
    rate: usize,
    time: Duration,
) -> io::Result<Done> {
    let exchange = Exchange::new(Content::Text, MAX_WINDOW);
    let mut clients = vec![Client::default(); connections.len()];
    let mut recorder = Recorder::new();
    let mut pace = Pace::new(rate, time);
    let mut missing = 0;
    let mut turn = (0..clients.len()).cycle();
    while missing > 0 || !pace.is_over() {
        while let Some(intended) = pace.next_due(Instant::now()) {
            let number = turn.next().unwrap_or_default();
            connections.send(number, clients[number].ask(intended, &exchange))?;
            missing += 1;
        }
        let mut arrived = 0;
        pace.receive(connections, missing, |number, line, received| {
            let client = &mut clients[number];
            arrived += client.receive(received, &exchange, &mut recorder)?;
            client.ask_held(line, &exchange)
        })?;
        missing -= arrived;
    }
    let latency = recorder.latency();
    Ok(Done {
        messages: latency.count,
        latency: Some(latency),
        ..Done::default()
    })
}

/// One connection.
#[derive(Clone, Default)]
struct Client {
    /// When the requests in flight should have been sent.
    asked: VecDeque<Instant>,
    /// The same of those that wait for an id, since all are in flight.
    held: VecDeque<Instant>,
    /// The place of the next request in the cycle.
    place: usize,
    /// In the cycle of replies.
    position: usize,
}

impl Client {
    /// The request to be sent now.
    fn ask<'a>(&mut self, intended: Instant, exchange: &'a Exchange) -> &'a [u8] {
        if self.asked.len() == MAX_WINDOW {
            self.held.push_back(intended);
            return &[];
        }
        self.asked.push_back(intended);
        let place = self.place;
        self.place = (place + 1) % MAX_WINDOW;
        exchange.requests(place, 1)
    }

    fn ask_held(&mut self, line: &mut Line, exchange: &Exchange) -> io::Result<()> {
        while self.asked.len() < MAX_WINDOW {
            let Some(intended) = self.held.pop_front() else {
                break;
            };
            line.send(self.ask(intended, exchange))?;
        }
        Ok(())
    }

    /// How many answers have come.
    fn receive(
        &mut self,
        received: &[u8],
        exchange: &Exchange,
        recorder: &mut Recorder,
    ) -> io::Result<usize> {
        let now = Instant::now();
        let (position, count) = exchange.advance(self.position, received)?;
        self.position = position;
        for _ in 0..count {
            let intended = self.asked.pop_front();
            recorder.record(intended.ok_or_else(|| unexpected(received))?, now);
        }
        Ok(count)
    }
}
