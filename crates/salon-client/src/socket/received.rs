//! Events that no handler took: what [`Socket::recv`](super::Socket::recv) gives.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;
use salon_proto::packet::json;
use serde::de::DeserializeOwned;

use super::AckId;
use crate::Ack;

/// An event from the server that no handler took. Made by [`Socket::recv`](super::Socket::recv).
///
/// ```no_run
/// # async fn example(socket: salon_client::Socket) -> Result<(), Box<dyn std::error::Error>> {
/// while let Some(event) = socket.recv().await {
///     match event.name() {
///         "add" => {
///             let (a, b): (i64, i64) = event.data()?;
///             event.ack().send(&(a + b))?;
///         }
///         other => println!("{other}: {}", event.json()),
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Received {
    event: Kept,
    ack: Ack,
}

/// An event in the queue. It does not hold its socket, which holds the queue.
pub(crate) struct Kept {
    pub(crate) name: Box<str>,
    pub(crate) array: Box<str>,
    pub(crate) attachments: Box<[Bytes]>,
    /// Set if the server wants an answer.
    pub(crate) ack: Option<AckId>,
}

impl Received {
    pub(crate) const fn new(event: Kept, ack: Ack) -> Self {
        Self { event, ack }
    }

    /// The event's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.event.name
    }

    /// Reads the arguments: the type of one, a tuple for several, `()` for none;
    /// [`AllArgs`](crate::AllArgs) for however many there are.
    ///
    /// # Errors
    /// When they do not fit `T`, with the argument and the reason.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, json::Error> {
        json::read_args(&self.event.array, 1, &self.event.attachments)
    }

    /// The event as it came: one JSON array, the name first. Where binary data was, it has
    /// `{"_placeholder":true,"num":n}`, which is the place n of
    /// [`attachments`](Self::attachments).
    #[must_use]
    pub fn json(&self) -> &str {
        &self.event.array
    }

    /// The binary data that came with the event.
    #[must_use]
    pub fn attachments(&self) -> &[Bytes] {
        &self.event.attachments
    }

    /// The way to answer; [`Ack::is_wanted`] says whether the server asked for it.
    #[must_use]
    pub const fn ack(&self) -> &Ack {
        &self.ack
    }
}

impl Kept {
    /// About the bytes of memory that it takes.
    fn cost(&self) -> usize {
        let attachments = self.attachments.iter().map(Bytes::len).sum::<usize>();
        size_of::<Self>() + self.name.len() + self.array.len() + attachments
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("name", &self.event.name)
            .field("bytes", &self.event.cost())
            .field("ack", &self.ack)
            .finish_non_exhaustive()
    }
}

/// How many events, and bytes of events, wait at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) count: usize,
    pub(crate) bytes: usize,
}

/// A bounded queue. Where it is full the oldest events give way, since the newest are what a
/// reader that comes back wants to know.
#[derive(Default)]
pub(crate) struct Arrived {
    events: VecDeque<Kept>,
    bytes: usize,
    missed: u64,
}

impl Arrived {
    /// Says whether these are the first events ever to be missed, so that it is told once.
    pub(crate) fn push(&mut self, event: Kept, bounds: Bounds) -> bool {
        let missed_before = self.missed;
        self.bytes = self.bytes.saturating_add(event.cost());
        self.events.push_back(event);
        while self.events.len() > bounds.count || self.bytes > bounds.bytes {
            if self.pop().is_none() {
                break;
            }
            self.missed += 1;
        }
        missed_before == 0 && self.missed > 0
    }

    pub(crate) fn pop(&mut self) -> Option<Kept> {
        let event = self.events.pop_front()?;
        self.bytes = self.bytes.saturating_sub(event.cost());
        if self.events.is_empty() {
            // A socket that is idle holds no queue at all.
            self.events = VecDeque::new();
        }
        Some(event)
    }

    pub(crate) const fn missed(&self) -> u64 {
        self.missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str) -> Kept {
        Kept {
            name: name.into(),
            array: format!("[{name:?}]").into(),
            attachments: Box::default(),
            ack: None,
        }
    }

    fn names(arrived: &mut Arrived) -> String {
        std::iter::from_fn(|| arrived.pop())
            .map(|event| event.name.into_string())
            .collect()
    }

    #[test]
    fn the_oldest_events_give_way_and_that_is_told_once() {
        let bounds = Bounds {
            count: 2,
            bytes: 10_000,
        };
        let mut arrived = Arrived::default();
        let told = ["a", "b", "c", "d"].map(|name| arrived.push(event(name), bounds));
        assert_eq!(told, [false, false, true, false]);
        assert_eq!(arrived.missed(), 2);
        assert_eq!(names(&mut arrived), "cd");
        assert_eq!(arrived.bytes, 0);
    }

    #[test]
    fn bytes_are_bounded_too_even_those_of_one_event() {
        let bounds = Bounds {
            count: 100,
            bytes: 2 * event("a").cost(),
        };
        let mut arrived = Arrived::default();
        for name in ["a", "b", "c"] {
            arrived.push(event(name), bounds);
        }
        assert_eq!(names(&mut arrived), "bc");
        arrived.push(event(&"x".repeat(1_000)), bounds);
        assert_eq!(names(&mut arrived), "");
    }
}
