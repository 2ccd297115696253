//! Echo with acknowledgement: each connection has a few requests in flight.

use std::io;
use std::time::Duration;

use super::{Connections, Until, unexpected, write_all};
use crate::wire::{Cycle, FIRST_ID, MAX_WINDOW, echo_answer, echo_packet, reply, request};

/// Echoes for some time with `window` requests in flight on each connection, and returns how
/// many were answered.
///
/// # Errors
/// When anything but the right answers in the right order comes, or nothing.
///
/// # Panics
/// When `window` is 0 or more than [`MAX_WINDOW`].
pub fn echo(connections: &mut Connections, window: usize, time: Duration) -> io::Result<u64> {
    assert!((1..=MAX_WINDOW).contains(&window), "{window} in flight");
    let ids = FIRST_ID..FIRST_ID + window;
    let frames =
        |make: &dyn Fn(usize) -> Vec<u8>| Cycle::new(&ids.clone().map(make).collect::<Vec<_>>());
    let requests = frames(&|id| request(&echo_packet(id)));
    let replies = frames(&|id| reply(&echo_answer(id)));

    let until = Until::after(time);
    for number in 0..connections.len() {
        connections.send(number, requests.frames(0, window))?;
    }
    let mut positions = vec![0; connections.len()];
    let mut in_flight = connections.len() * window;
    let mut answered = 0;
    while in_flight > 0 {
        let is_over = until.is_over();
        connections.receive(|number, stream, received| {
            let slot = positions[number] / replies.frame_len();
            let advanced = replies.advance(positions[number], received);
            let (position, count) = advanced.ok_or_else(|| unexpected(received))?;
            positions[number] = position;
            answered += count as u64;
            if is_over {
                in_flight -= count;
                return Ok(());
            }
            // The answered ids are free again.
            let next = requests.frames(slot * requests.frame_len(), count);
            write_all(stream, next)
        })?;
    }
    Ok(answered)
}
