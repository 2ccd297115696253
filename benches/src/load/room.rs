//! A room whose members ask for broadcasts to it: what the clients of `cargo bench-client` do.

use std::io;
use std::time::Duration;

use super::broadcast::{join_each, publish_again};
use super::{Connections, Done};
use crate::wire::{FIRST_ID, request};

/// Puts all connections into the room.
///
/// # Errors
/// When anything but the right answers comes, or nothing.
pub fn enter_room(connections: &mut Connections, room: &str) -> io::Result<()> {
    let enter = format!(r#"42{FIRST_ID}["join-room","{room}"]"#);
    join_each(connections, |_| Some(enter.clone()))
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
) -> io::Result<Done> {
    let publish = request(&format!(r#"42["publish-to","{room}",{burst}]"#));
    publish_again(connections, &publish, burst, time)
}
