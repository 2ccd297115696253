//! Answers of the server that are to come.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use salon_handler::{AckError, Answer, EmitError};
use salon_proto::packet::{self, json};
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::session::Command;
use crate::socket::Socket;

/// What came of a question.
pub(crate) type AckOutcome = Result<Answer, AckError>;

/// Who waits for the answer to a question.
pub(crate) enum Waiter {
    Future(oneshot::Sender<AckOutcome>),
    Callback(Callback),
}

/// A function that is called with the answer. Dropped before, it is called all the same.
pub(crate) struct Callback(Option<Box<Function>>);

type Function = dyn FnOnce(Result<RawAnswer<'_>, AckError>) + Send;

/// The server's answer to an event, as it arrived: for whoever passes it on, compares it, or
/// reads only parts of it. For callbacks; see [`Socket::emit_with_raw_callback`].
#[derive(Clone, Copy, Debug)]
pub struct RawAnswer<'a> {
    array: &'a str,
    attachments: &'a [Bytes],
}

impl<'a> RawAnswer<'a> {
    /// The JSON array of the answer's values. Bytes are placeholders in it, such as
    /// `{"_placeholder":true,"num":0}`. Servers may write the same values differently: with
    /// spaces, say.
    #[must_use]
    pub const fn json(&self) -> &'a str {
        self.array
    }

    /// The bytes for which the placeholders stand.
    #[must_use]
    pub const fn attachments(&self) -> &'a [Bytes] {
        self.attachments
    }

    /// Reads one value, or a tuple of several, as
    /// [`emit_with_callback`](Socket::emit_with_callback) does.
    ///
    /// # Errors
    /// [`AckError::Data`] when the answer does not fit `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, AckError> {
        json::read_args(self.array, 0, self.attachments).map_err(AckError::Data)
    }
}

impl Waiter {
    pub(crate) fn callback(
        callback: impl FnOnce(Result<RawAnswer<'_>, AckError>) + Send + 'static,
    ) -> Self {
        Self::Callback(Callback(Some(Box::new(callback))))
    }

    /// The answer has come.
    pub(crate) fn answer(self, ack: packet::Ack<'_>) {
        match self {
            // Whoever has dropped the future does not want to know.
            Self::Future(sender) => drop(sender.send(Ok(Answer {
                array: ack.array.into_owned(),
                attachments: ack.attachments,
            }))),
            Self::Callback(mut callback) => callback.call(Ok(RawAnswer {
                array: &ack.array,
                attachments: &ack.attachments,
            })),
        }
    }

    /// There will be none.
    pub(crate) fn fail(self, error: AckError) {
        match self {
            Self::Future(sender) => drop(sender.send(Err(error))),
            Self::Callback(mut callback) => callback.call(Err(error)),
        }
    }
}

impl Callback {
    fn call(&mut self, outcome: Result<RawAnswer<'_>, AckError>) {
        let Some(callback) = self.0.take() else {
            return;
        };
        if catch_unwind(AssertUnwindSafe(|| callback(outcome))).is_err() {
            tracing::error!("a callback for an answer panicked; its socket goes on");
        }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.call(Err(AckError::Disconnected));
    }
}

/// The server's answer to come. Made by [`Socket::emit_with_ack`]; the event is queued already.
///
/// It always ends: with the answer, at the deadline, or when the connection that carried the event
/// ends. Dropping it leaves nothing behind, so it may stand in a `select!`; the event is sent all
/// the same.
#[must_use = "await it to get the server's answer, or use emit"]
pub struct AckFuture<T> {
    state: State,
    answer: PhantomData<fn() -> T>,
}

enum State {
    Waiting {
        socket: Socket,
        id: u64,
        outcome: oneshot::Receiver<AckOutcome>,
    },
    Failed(EmitError),
    Done,
}

impl<T> AckFuture<T> {
    pub(crate) const fn waiting(
        socket: Socket,
        id: u64,
        outcome: oneshot::Receiver<AckOutcome>,
    ) -> Self {
        Self::new(State::Waiting {
            socket,
            id,
            outcome,
        })
    }

    pub(crate) const fn failed(error: EmitError) -> Self {
        Self::new(State::Failed(error))
    }

    const fn new(state: State) -> Self {
        let answer = PhantomData;
        Self { state, answer }
    }

    /// Sets how long to wait from now, in place of the socket's
    /// [`ack_timeout`](crate::SocketBuilder::ack_timeout). Where the socket has retries, it is
    /// the time for each try.
    pub fn timeout(self, timeout: Duration) -> Self {
        if let State::Waiting { socket, id, .. } = &self.state {
            socket.command(Command::AckTimeout(socket.number(), *id, timeout));
        }
        self
    }
}

impl<T: DeserializeOwned> Future for AckFuture<T> {
    type Output = Result<T, AckError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Waiting { outcome, .. } = &mut self.state {
            let Poll::Ready(outcome) = Pin::new(outcome).poll(cx) else {
                return Poll::Pending;
            };
            self.state = State::Done;
            // Where the task ended without a word, so did the connection.
            let outcome = outcome.unwrap_or(Err(AckError::Disconnected));
            return Poll::Ready(outcome.and_then(|answer| answer.read().map_err(AckError::Data)));
        }
        Poll::Ready(Err(match std::mem::replace(&mut self.state, State::Done) {
            State::Failed(error) => AckError::Emit(error),
            _ => AckError::Disconnected,
        }))
    }
}

impl<T> Drop for AckFuture<T> {
    fn drop(&mut self) {
        if let State::Waiting { socket, id, .. } = &self.state {
            socket.command(Command::ForgetAck(socket.number(), *id));
        }
    }
}

impl<T> fmt::Debug for AckFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AckFuture")
    }
}
