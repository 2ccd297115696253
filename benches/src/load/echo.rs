//! Echo with acknowledgement: each connection has a few requests in flight.

use std::io;
use std::time::Duration;

use super::answers::{Answers, Exchange};
use super::{Connections, Done, Until};
use crate::wire::{Content, MAX_WINDOW};

/// Echoes for some time with `window` requests in flight on each connection, and returns how
/// many were answered. Answers that overtake others are counted.
///
/// # Errors
/// When anything but the right answers comes, or nothing.
///
/// # Panics
/// When `window` is 0 or more than [`MAX_WINDOW`].
pub fn echo(
    connections: &mut Connections,
    content: Content,
    window: usize,
    time: Duration,
) -> io::Result<Done> {
    assert!((1..=MAX_WINDOW).contains(&window), "{window} in flight");
    let exchange = Exchange::new(content, window);
    let until = Until::after(time);
    for number in 0..connections.len() {
        connections.send(number, exchange.requests(0, window))?;
    }
    let mut answers = vec![Answers::to(window); connections.len()];
    let all = connections.len() * window;
    let mut in_flight = all;
    let mut done = Done::default();
    while in_flight > 0 {
        let goes_on = !until.is_over();
        let awaited = || format!("{in_flight} of {all} answers in flight");
        let mut ended = 0;
        connections.receive(awaited, |number, line, received| {
            let arrived = answers[number].receive(&exchange, received, goes_on)?;
            done.messages += arrived.count as u64;
            done.overtaken += arrived.overtaken;
            match goes_on {
                true => return line.send(&arrived.next),
                false => ended += arrived.count,
            }
            Ok(())
        })?;
        in_flight -= ended;
    }
    Ok(done)
}
