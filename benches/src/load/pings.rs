//! Idle sessions, which only answer pings.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::connect::connect_more;
use super::connections::{Connections, Line};
use super::unexpected;
use crate::wire::{PING, PONG, reply, request};

/// In how many parts sessions are opened within one ping interval.
const PARTS: usize = 250;

/// Opens sessions evenly within some time, so that their pings are spread as evenly.
///
/// # Errors
/// When the server refuses one.
pub fn connect_slowly(server: SocketAddr, count: usize, time: Duration) -> io::Result<Connections> {
    let mut connections = Connections::new()?;
    let begin = Instant::now();
    for part in 1..=PARTS {
        let wanted = count * part / PARTS;
        let missing = wanted - connections.len();
        connect_more(&mut connections, server, missing)?;
        answer_until(&mut connections, begin + time * part as u32 / PARTS as u32)?;
    }
    Ok(connections)
}

/// Answers pings for some time, and returns how many there were.
///
/// # Errors
/// When anything but pings comes.
pub fn answer_pings(connections: &mut Connections, time: Duration) -> io::Result<u64> {
    answer_until(connections, Instant::now() + time)
}

fn answer_until(connections: &mut Connections, end: Instant) -> io::Result<u64> {
    let mut answered = 0;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(answered);
        }
        connections.receive_within(left, |_, line, received| {
            answered += 1;
            answer_if_ping(line, received)
        })?;
    }
}

/// An error if it is anything else.
pub(super) fn answer_if_ping(line: &mut Line, received: &[u8]) -> io::Result<()> {
    match received == reply(PING) {
        true => line.send(&request(PONG)),
        false => Err(unexpected(received)),
    }
}
