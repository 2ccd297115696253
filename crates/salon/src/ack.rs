//! The answers of clients to our events.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, oneshot};

use crate::deadline::Deadline;
use crate::error::not_connected;
use crate::handler::{AckError, Answer, EmitError};
use crate::socket::Socket;

/// Who waits for a client's answer, and learns from its own end that there will be none.
pub(crate) enum Waiter {
    One(oneshot::Sender<Answer>),
    /// One of a broadcast's, which collects the answers of all its recipients.
    Many(mpsc::UnboundedSender<Answer>),
}

impl Waiter {
    pub(crate) fn answer(self, answer: Answer) {
        // Whoever waited may have given up.
        match self {
            Self::One(waiter) => drop(waiter.send(answer)),
            Self::Many(waiter) => drop(waiter.send(answer)),
        }
    }
}

/// A client's answer to come. Made by [`Socket::emit_with_ack`]; the event is sent already.
///
/// It always ends: with the answer, at the deadline, or when the client disconnects. Dropping
/// it leaves nothing behind.
#[must_use = "await it to get the client's answer, or use emit"]
pub struct AckFuture<T> {
    state: State,
    deadline: Deadline,
    answer: PhantomData<fn() -> T>,
}

enum State {
    Waiting {
        socket: Socket,
        id: u64,
        answer: oneshot::Receiver<Answer>,
    },
    Failed(Option<EmitError>),
}

impl<T> AckFuture<T> {
    pub(crate) fn waiting(
        socket: Socket,
        id: u64,
        answer: oneshot::Receiver<Answer>,
        timeout: Duration,
    ) -> Self {
        let state = State::Waiting { socket, id, answer };
        Self::new(state, timeout)
    }

    pub(crate) fn failed(error: EmitError) -> Self {
        Self::new(State::Failed(Some(error)), Duration::ZERO)
    }

    fn new(state: State, timeout: Duration) -> Self {
        Self {
            state,
            deadline: Deadline::after(timeout),
            answer: PhantomData,
        }
    }

    /// Sets how long to wait from now, in place of the server's
    /// [`ack_timeout`](crate::ServerBuilder::ack_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.deadline = Deadline::after(timeout);
        self
    }
}

impl<T: DeserializeOwned> Future for AckFuture<T> {
    type Output = Result<T, AckError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let answer = match &mut this.state {
            State::Waiting { answer, .. } => answer,
            State::Failed(error) => {
                let error = error.take().unwrap_or_else(not_connected);
                return Poll::Ready(Err(AckError::Emit(error)));
            }
        };
        if let Poll::Ready(answer) = Pin::new(answer).poll(cx) {
            return Poll::Ready(read(answer));
        }
        this.deadline
            .poll_passed(cx)
            .map(|()| Err(AckError::Timeout))
    }
}

fn read<T: DeserializeOwned>(
    answer: Result<Answer, oneshot::error::RecvError>,
) -> Result<T, AckError> {
    let answer = answer.map_err(|_| AckError::Disconnected)?;
    answer.read().map_err(AckError::Data)
}

impl<T> Drop for AckFuture<T> {
    fn drop(&mut self) {
        if let State::Waiting { socket, id, .. } = &self.state {
            socket.forget_ack(*id);
        }
    }
}

impl<T> fmt::Debug for AckFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AckFuture")
    }
}
