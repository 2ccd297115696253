//! All connections in rooms of ten, and publishes to rooms taken at random.

use std::io;
use std::time::Duration;

use super::broadcast::join_each;
use super::{Connections, Done, Until, unexpected};
use crate::wire::{
    Cycle, ROOM_SIZE, join_room_packet, news_packet, publish_to_packet, reply, request,
};

/// How many rooms have a publish in flight.
const AT_ONCE: usize = 16;

/// Puts each connection into its room.
///
/// # Errors
/// When a server does not answer.
pub fn join_small_rooms(connections: &mut Connections) -> io::Result<()> {
    let rooms = rooms(connections.len());
    join_each(connections, |number| Some(join_room_packet(number % rooms)))
}

/// Publishes for some time, and returns how many deliveries there were. Who publishes is taken at
/// random too.
///
/// # Errors
/// When anything but the events comes, when one comes to who is not in the room, or nothing.
pub fn publish_to_rooms(connections: &mut Connections, time: Duration) -> io::Result<Done> {
    let mut rooms = Rooms::new(connections.len());
    let until = Until::after(time);
    let in_flight = rooms.missing.len().min(AT_ONCE);
    for _ in 0..in_flight {
        rooms.publish(connections)?;
    }
    let mut missing = in_flight;
    let mut deliveries = 0;
    while missing > 0 {
        let mut complete = 0;
        let awaited = || format!("events in {missing} rooms");
        connections.receive(awaited, |number, _, received| {
            let is_delivery = rooms.receive(number, received)?;
            deliveries += u64::from(is_delivery);
            complete += usize::from(is_delivery && rooms.is_complete(number));
            Ok(())
        })?;
        missing -= complete;
        if !until.is_over() {
            missing += complete;
            for _ in 0..complete {
                rooms.publish(connections)?;
            }
        }
    }
    Ok(Done::messages(deliveries))
}

/// Whole rooms; what is over is spread among them.
fn rooms(connections: usize) -> usize {
    (connections / ROOM_SIZE).max(1)
}

struct Rooms {
    news: Cycle,
    publishes: Vec<Vec<u8>>,
    /// How many members of each room have not yet received the event that is in flight.
    missing: Vec<usize>,
    /// The next position in the event, for each connection; `None`: it awaits none.
    awaited: Vec<Option<usize>>,
    random: Random,
}

impl Rooms {
    fn new(connections: usize) -> Self {
        let rooms = rooms(connections);
        let publish = |room| request(&publish_to_packet(room));
        Self {
            news: Cycle::new(&[reply(&news_packet())]),
            publishes: (0..rooms).map(publish).collect(),
            missing: vec![0; rooms],
            awaited: vec![None; connections],
            random: Random(1),
        }
    }

    /// Publishes to a room in which nothing is in flight.
    fn publish(&mut self, connections: &mut Connections) -> io::Result<()> {
        let rooms = self.missing.len();
        let room = loop {
            let room = self.random.below(rooms);
            if self.missing[room] == 0 {
                break room;
            }
        };
        for member in (room..self.awaited.len()).step_by(rooms) {
            self.awaited[member] = Some(0);
            self.missing[room] += 1;
        }
        let publisher = self.random.below(self.awaited.len());
        connections.send(publisher, &self.publishes[room])
    }

    /// Whether the event is now there whole.
    fn receive(&mut self, number: usize, received: &[u8]) -> io::Result<bool> {
        let advanced = self.awaited[number].and_then(|at| self.news.advance(at, received));
        let (position, complete) = advanced.ok_or_else(|| unexpected(received))?;
        match complete {
            0 => self.awaited[number] = Some(position),
            1 if position == 0 => {
                self.awaited[number] = None;
                let room = number % self.missing.len();
                self.missing[room] -= 1;
            }
            _ => return Err(unexpected(received)),
        }
        Ok(complete == 1)
    }

    /// Whether nothing is in flight in the room of this connection.
    fn is_complete(&self, number: usize) -> bool {
        self.missing[number % self.missing.len()] == 0
    }
}

/// The same numbers in each run; good enough to take rooms by.
struct Random(u64);

impl Random {
    /// Knuth's multiplier and increment, of which the high bits are taken.
    fn below(&mut self, limit: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_nobody_asked_for_is_an_error() {
        let news = reply(&news_packet());
        let mut rooms = Rooms::new(40);
        rooms.awaited[5] = Some(0);
        rooms.missing[1] = 1;
        assert!(!rooms.receive(5, &news[..9]).unwrap());
        assert!(rooms.receive(5, &news[9..]).unwrap());
        assert!(rooms.is_complete(5));
        assert!(rooms.receive(5, &news).is_err());
    }

    #[test]
    fn every_room_is_taken_now_and_then() {
        let mut random = Random(1);
        let mut counts = [0; 10];
        for _ in 0..10_000 {
            counts[random.below(10)] += 1;
        }
        assert!(
            counts.iter().all(|count| (800..1_200).contains(count)),
            "{counts:?}"
        );
    }
}
