//! The answers of many clients to one event.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec;

use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::deadline::Deadline;
use crate::handler::{Answer, EmitError};
use crate::socket::Socket;

/// What clients answered to one event; see
/// [`Broadcast::emit_with_ack`](crate::Broadcast::emit_with_ack).
///
/// Iterating over it gives the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Responses<R> {
    /// The answers, in the order in which they came.
    pub answers: Vec<R>,
    /// How many clients got the event, or should have, and gave no answer: not in time, or they
    /// left, or could not be sent the event.
    pub missing: usize,
    /// How many answers are not of the type that was asked for.
    pub invalid: usize,
}

impl<R> Responses<R> {
    /// Whether every client answered, and as it should.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.missing == 0 && self.invalid == 0
    }
}

impl<R> Default for Responses<R> {
    fn default() -> Self {
        Self {
            answers: Vec::new(),
            missing: 0,
            invalid: 0,
        }
    }
}

impl<R> IntoIterator for Responses<R> {
    type Item = R;
    type IntoIter = vec::IntoIter<R>;

    fn into_iter(self) -> vec::IntoIter<R> {
        self.answers.into_iter()
    }
}

/// The answers to come of all clients that got an event. Made by
/// [`Broadcast::emit_with_ack`](crate::Broadcast::emit_with_ack); the event is sent already.
///
/// It ends when every client has answered or left, and at the deadline in any case. Dropping it
/// leaves nothing behind.
#[must_use = "await it to get the clients' answers, or use emit"]
pub struct ResponsesFuture<R> {
    state: State,
    responses: Responses<R>,
    deadline: Deadline,
}

enum State {
    Waiting(Waiting),
    Failed(EmitError),
    Done,
}

/// What became of the event: whom it was sent to, and where their answers arrive.
pub(crate) struct Waiting {
    pub(crate) id: u64,
    pub(crate) asked: Vec<Socket>,
    pub(crate) answers: mpsc::UnboundedReceiver<Answer>,
}

impl Waiting {
    /// Nobody was asked yet.
    pub(crate) const fn new(id: u64, answers: mpsc::UnboundedReceiver<Answer>) -> Self {
        let asked = Vec::new();
        Self { id, asked, answers }
    }
}

impl<R> ResponsesFuture<R> {
    pub(crate) fn new(sent: Result<Waiting, EmitError>, timeout: Duration) -> Self {
        Self {
            state: sent.map_or_else(State::Failed, State::Waiting),
            responses: Responses::default(),
            deadline: Deadline::after(timeout),
        }
    }
}

impl<R: DeserializeOwned> Future for ResponsesFuture<R> {
    type Output = Result<Responses<R>, EmitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let State::Waiting(waiting) = &mut this.state {
            while let Poll::Ready(answer) = waiting.answers.poll_recv(cx) {
                match answer {
                    Some(answer) => this.responses.add(&answer),
                    None => return Poll::Ready(this.finish()),
                }
            }
            if this.deadline.poll_passed(cx).is_pending() {
                return Poll::Pending;
            }
        }
        Poll::Ready(this.finish())
    }
}

impl<R> ResponsesFuture<R> {
    fn finish(&mut self) -> Result<Responses<R>, EmitError> {
        match std::mem::replace(&mut self.state, State::Done) {
            State::Waiting(waiting) => {
                let mut responses = std::mem::take(&mut self.responses);
                let answered = responses.answers.len() + responses.invalid;
                responses.missing = waiting.asked.len().saturating_sub(answered);
                Ok(responses)
            }
            State::Failed(error) => Err(error),
            State::Done => Ok(Responses::default()),
        }
    }
}

impl<R: DeserializeOwned> Responses<R> {
    fn add(&mut self, answer: &Answer) {
        match answer.read() {
            Ok(answer) => self.answers.push(answer),
            Err(error) => {
                tracing::debug!("an answer to a broadcast does not fit: {error}");
                self.invalid += 1;
            }
        }
    }
}

/// Nobody waits any more, wherever the sockets are by now: rooms may have changed meanwhile.
impl Drop for Waiting {
    fn drop(&mut self) {
        for socket in &self.asked {
            socket.forget_ack(self.id);
        }
    }
}

/// It is never pinned to its place: all of it is plain data.
impl<R> Unpin for ResponsesFuture<R> {}

impl<R> fmt::Debug for ResponsesFuture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponsesFuture")
    }
}
