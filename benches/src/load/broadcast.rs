//! Broadcasts: one connection asks, all receive; the next one begins when all have it.

use std::io;
use std::time::Duration;

use super::{Connections, Done, Until, unexpected};
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
) -> io::Result<Done> {
    let publish = request(&publish_packet(audience)).repeat(burst);
    publish_again(connections, &publish, burst, time)
}

/// Sends these bytes, waits until all have `burst` events for them, and so on for some time.
pub(super) fn publish_again(
    connections: &mut Connections,
    publish: &[u8],
    burst: usize,
    time: Duration,
) -> io::Result<Done> {
    let news = Cycle::new(&[reply(&news_packet())]);
    let until = Until::after(time);
    let mut deliveries = 0;
    while !until.is_over() {
        connections.send(0, publish)?;
        receive_all(connections, &news, burst)?;
        deliveries += (connections.len() * burst) as u64;
    }
    Ok(Done::messages(deliveries))
}

/// Puts all connections into the room.
///
/// # Errors
/// As for [`broadcast`].
pub fn join_room(connections: &mut Connections) -> io::Result<()> {
    join_each(connections, |_| Some(JOIN.to_owned()))
}

/// Lets the connections join: `join` has the packet for each, if it takes part.
pub(super) fn join_each(
    connections: &mut Connections,
    join: impl Fn(usize) -> Option<String>,
) -> io::Result<()> {
    /// Few enough that no server drops something.
    const AT_ONCE: usize = 1_000;
    let joined = Cycle::new(&[reply(JOINED)]);
    let all: Vec<_> = (0..connections.len())
        .filter_map(|number| Some((number, join(number)?)))
        .collect();
    for some in all.chunks(AT_ONCE) {
        let mut awaited = vec![0; connections.len()];
        for (number, packet) in some {
            connections.send(*number, &request(packet))?;
            awaited[*number] = 1;
        }
        receive(connections, &joined, awaited, "joining a room")?;
    }
    Ok(())
}

/// Waits until each connection has received `count` events.
fn receive_all(connections: &mut Connections, events: &Cycle, count: usize) -> io::Result<()> {
    let awaited = vec![count; connections.len()];
    receive(connections, events, awaited, "a broadcast")
}

/// Waits until each connection has received so many frames as it awaits.
fn receive(
    connections: &mut Connections,
    frames: &Cycle,
    mut awaited: Vec<usize>,
    what: &str,
) -> io::Result<()> {
    let mut positions = vec![0; connections.len()];
    let all: usize = awaited.iter().sum();
    let mut missing = all;
    while missing > 0 {
        let shown = || format!("{missing} of {all} messages of {what}");
        let mut arrived = 0;
        connections.receive(shown, |number, _, received| {
            let advanced = frames.advance(positions[number], received);
            let (position, complete) = advanced.ok_or_else(|| unexpected(received))?;
            positions[number] = position;
            // More than was asked for is an error too.
            let left = awaited[number].checked_sub(complete);
            awaited[number] = left.ok_or_else(|| unexpected(received))?;
            arrived += complete;
            Ok(())
        })?;
        missing -= arrived;
    }
    Ok(())
}
