//! Broadcasts: one connection asks, all receive; the next one begins when all have it.

use std::io;
use std::time::Duration;

use super::{Connections, Until, unexpected};
use crate::wire::{Audience, Cycle, JOIN, JOINED, news_packet, publish_packet, reply, request};

/// Broadcasts for some time, `burst` events in one write of the publisher, and returns how many
/// deliveries there were.
///
/// # Errors
/// When anything but the events comes, or nothing.
pub fn broadcast(
    connections: &mut Connections,
    audience: Audience,
    burst: usize,
    time: Duration,
) -> io::Result<u64> {
    let publish = request(&publish_packet(audience)).repeat(burst);
    let news = Cycle::new(&[reply(&news_packet())]);
    let until = Until::after(time);
    let mut deliveries = 0;
    while !until.is_over() {
        connections.send(0, &publish)?;
        receive_all(connections, &news, burst)?;
        deliveries += (connections.len() * burst) as u64;
    }
    Ok(deliveries)
}

/// Puts all connections into the room.
///
/// # Errors
/// As for [`broadcast`].
pub fn join_room(connections: &mut Connections) -> io::Result<()> {
    let join = request(JOIN);
    for number in 0..connections.len() {
        connections.send(number, &join)?;
    }
    receive_all(connections, &Cycle::new(&[reply(JOINED)]), 1)
}

/// Waits until each connection has received `count` frames.
pub(super) fn receive_all(
    connections: &mut Connections,
    frames: &Cycle,
    count: usize,
) -> io::Result<()> {
    let mut positions = vec![0; connections.len()];
    let mut missing = connections.len() * count;
    while missing > 0 {
        connections.receive(|number, _, received| {
            let advanced = frames.advance(positions[number], received);
            let (position, complete) = advanced.ok_or_else(|| unexpected(received))?;
            positions[number] = position;
            // More than was asked for is an error too.
            missing = missing
                .checked_sub(complete)
                .ok_or_else(|| unexpected(received))?;
            Ok(())
        })?;
    }
    Ok(())
}
