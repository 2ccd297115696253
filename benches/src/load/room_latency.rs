//! How long the deliveries of a broadcast to one room take, while many other sessions are idle.

use std::io;
use std::time::{Duration, Instant};

use super::broadcast::join_each;
use super::pace::Pace;
use super::{Connections, Done, unexpected};
use crate::latency::Recorder;
use crate::wire::{Cycle, join_room_packet, news_packet, publish_to_packet, reply, request};

/// Members of the room, if there are as many connections.
const MEMBERS: usize = 100;

/// The room's number, which no small room has.
const ROOM: usize = 9_999;

/// Puts every so manieth connection into the room.
///
/// # Errors
/// When a server does not answer.
pub fn join_one_room(connections: &mut Connections) -> io::Result<()> {
    let members = Members::of(connections.len());
    join_each(connections, |number| {
        members.has(number).then(|| join_room_packet(ROOM))
    })
}

/// Broadcasts `rate` times a second for some time, and returns how long each delivery took from
/// the moment when the broadcast should have been asked for.
///
/// # Errors
/// When anything but the events comes, or nothing.
pub fn room_latency(
    connections: &mut Connections,
    rate: usize,
    time: Duration,
) -> io::Result<Done> {
    let members = Members::of(connections.len());
    let publish = request(&publish_to_packet(ROOM));
    let mut deliveries = Deliveries::new(connections.len());
    let mut pace = Pace::new(rate, time);
    let mut missing = 0;
    while missing > 0 || !pace.is_over() {
        while let Some(intended) = pace.next_due(Instant::now()) {
            connections.send(members.publisher(), &publish)?;
            deliveries.asked.push(intended);
            missing += members.count;
        }
        let mut arrived = 0;
        pace.receive(connections, missing, |number, _, received| {
            if !members.has(number) {
                return Err(unexpected(received));
            }
            arrived += deliveries.receive(number, received)?;
            Ok(())
        })?;
        missing -= arrived;
    }
    let latency = deliveries.recorder.latency();
    Ok(Done {
        messages: latency.count,
        latency: Some(latency),
        ..Done::default()
    })
}

/// Which connections are in the room.
#[derive(Clone, Copy)]
struct Members {
    count: usize,
    /// From one to the next.
    step: usize,
}

impl Members {
    fn of(connections: usize) -> Self {
        let count = connections.min(MEMBERS);
        Self {
            count,
            step: connections / count.max(1),
        }
    }

    const fn has(self, number: usize) -> bool {
        number.is_multiple_of(self.step) && number / self.step < self.count
    }

    /// Not in the room, if there is anyone else.
    const fn publisher(self) -> usize {
        if self.step > 1 { 1 } else { 0 }
    }
}

/// What each member has received of the broadcasts, all of which are alike.
struct Deliveries {
    news: Cycle,
    positions: Vec<usize>,
    /// How many events each connection has received.
    counts: Vec<usize>,
    /// When the broadcasts should have been asked for.
    asked: Vec<Instant>,
    recorder: Recorder,
}

impl Deliveries {
    fn new(connections: usize) -> Self {
        Self {
            news: Cycle::new(&[reply(&news_packet())]),
            positions: vec![0; connections],
            counts: vec![0; connections],
            asked: Vec::new(),
            recorder: Recorder::new(),
        }
    }

    /// How many events have come.
    fn receive(&mut self, number: usize, received: &[u8]) -> io::Result<usize> {
        let now = Instant::now();
        let advanced = self.news.advance(self.positions[number], received);
        let (position, complete) = advanced.ok_or_else(|| unexpected(received))?;
        self.positions[number] = position;
        for _ in 0..complete {
            let intended = self.asked.get(self.counts[number]);
            let intended = *intended.ok_or_else(|| unexpected(received))?;
            self.counts[number] += 1;
            self.recorder.record(intended, now);
        }
        Ok(complete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_spread_and_the_publisher_is_none_of_them() {
        let members = |connections| {
            let members = Members::of(connections);
            let all: Vec<_> = (0..connections).filter(|one| members.has(*one)).collect();
            (all, members.publisher())
        };
        assert_eq!(members(3), (vec![0, 1, 2], 0));
        let (all, publisher) = members(250);
        assert_eq!((all.len(), all[1], publisher), (100, 2, 1));
    }
}
