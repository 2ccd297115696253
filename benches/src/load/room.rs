//! A room whose members ask for broadcasts to it: what the clients of `cargo bench-client` do.

use std::io;
use std::time::Duration;

use super::broadcast::receive_all;
use super::{Connections, Until};
use crate::wire::{Cycle, FIRST_ID, JOINED, news_packet, reply, request};

/// Puts all connections into the room.
///
/// # Errors
/// When anything but the right answers comes, or nothing.
pub fn enter_room(connections: &mut Connections, room: &str) -> io::Result<()> {
    let enter = request(&format!(r#"42{FIRST_ID}["join-room","{room}"]"#));
    for number in 0..connections.len() {
        connections.send(number, &enter)?;
    }
    receive_all(connections, &Cycle::new(&[reply(JOINED)]), 1)
}

/// Asks for `burst` broadcasts to the room at once, for some time, and returns how many
/// deliveries there were. All connections are in the room.
///
/// # Errors
/// When anything but the events comes, or nothing.
pub fn receive(
    connections: &mut Connections,
    room: &str,
    burst: usize,
    time: Duration,
) -> io::Result<u64> {
    let publish = request(&format!(r#"42["publish-to","{room}",{burst}]"#));
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
