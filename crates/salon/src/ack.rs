//! Acknowledgements, in both directions.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use salon_proto::packet::{EncodeError, json};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{mpsc, oneshot};

use crate::deadline::Deadline;
use crate::error::EmitError;
use crate::socket::Socket;

/// The way to answer an event, for a handler that wants to answer before it returns, or from
/// somewhere else.
///
/// ```
/// use salon::{Ack, Server};
///
/// Server::new().on("slow", |ack: Ack| async move {
///     ack.send(&"got it").ok();
///     // … the slow part
/// });
/// ```
#[derive(Clone)]
pub struct Ack(Option<Arc<Wanted>>);

struct Wanted {
    to: Recipient,
    is_wanted: bool,
    is_sent: AtomicBool,
}

/// Where an answer goes.
enum Recipient {
    Client { socket: Socket, id: u64 },
    Keeper(Arc<dyn Keep>),
}

/// Whoever keeps an answer, since several may want it.
pub(crate) trait Keep: Send + Sync {
    fn keep(&self, answer: Answer);
}

impl Ack {
    pub(crate) const fn unwanted() -> Self {
        Self(None)
    }

    pub(crate) fn wanted(socket: Socket, id: u64) -> Self {
        Self::new(Recipient::Client { socket, id }, true)
    }

    /// `is_wanted`: whether the client asked for the answer.
    pub(crate) fn kept(is_wanted: bool, keeper: Arc<dyn Keep>) -> Self {
        Self::new(Recipient::Keeper(keeper), is_wanted)
    }

    fn new(to: Recipient, is_wanted: bool) -> Self {
        Self(Some(Arc::new(Wanted {
            to,
            is_wanted,
            is_sent: AtomicBool::new(false),
        })))
    }

    /// Whether the client asked for an answer and has got none yet.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        let wanted = self.0.as_ref();
        wanted.is_some_and(|ack| ack.is_wanted && !ack.is_sent.load(Ordering::Relaxed))
    }

    /// Answers; a tuple gives several values. Only the first answer is sent, and none if the
    /// client did not ask for one.
    ///
    /// # Errors
    /// When the values cannot be written, or the client is gone or too slow.
    pub fn send<T: Serialize + ?Sized>(&self, values: &T) -> Result<(), EmitError> {
        let Some(ack) = &self.0 else { return Ok(()) };
        match &ack.to {
            Recipient::Client { socket, id } => {
                let namespace = socket.namespace_inner();
                let packet = namespace.codec.ack(&namespace.name, *id, values)?;
                ack.send(|| socket.send_packet(packet, false))
            }
            Recipient::Keeper(keeper) => {
                let answer = Answer::new(values)?;
                ack.send(|| {
                    keeper.keep(answer);
                    Ok(())
                })
            }
        }
    }

    /// Answers with what another try of the same event was answered.
    pub(crate) fn send_answer(&self, answer: &Answer) -> Result<(), EmitError> {
        let Some(ack) = &self.0 else { return Ok(()) };
        let Recipient::Client { socket, id } = &ack.to else {
            return Ok(());
        };
        let namespace = socket.namespace_inner();
        let (array, attachments) = (&answer.array, &answer.attachments);
        let codec = &namespace.codec;
        let packet = codec.ack_array(&namespace.name, *id, array, attachments)?;
        ack.send(|| socket.send_packet(packet, false))
    }
}

impl Wanted {
    /// Only the first answer is sent.
    fn send(&self, send: impl FnOnce() -> Result<(), EmitError>) -> Result<(), EmitError> {
        match self.is_sent.swap(true, Ordering::Relaxed) {
            true => Ok(()),
            false => send(),
        }
    }
}

impl fmt::Debug for Ack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ack").field(&self.is_wanted()).finish()
    }
}

/// An answer as it arrived.
pub(crate) struct Answer {
    pub(crate) array: String,
    pub(crate) attachments: Vec<Bytes>,
}

impl Answer {
    fn new<T: Serialize + ?Sized>(values: &T) -> Result<Self, EmitError> {
        let (mut array, mut attachments) = (Vec::new(), Vec::new());
        json::write_args(&mut array, values, &mut attachments).map_err(EncodeError::Json)?;
        Ok(Self {
            // It is UTF-8, since serde_json wrote it; but only `unsafe` could take that on trust.
            array: String::from_utf8(array).unwrap_or_default(),
            attachments,
        })
    }

    /// The bytes that it takes.
    pub(crate) fn len(&self) -> usize {
        let attachments = self.attachments.iter().map(Bytes::len);
        self.array.len() + attachments.sum::<usize>()
    }

    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, json::Error> {
        json::read_args(&self.array, 0, &self.attachments)
    }
}

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
                let error = error.take().unwrap_or_else(EmitError::not_connected);
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

/// Why a client's answer did not come.
#[derive(Debug)]
#[non_exhaustive]
pub enum AckError {
    /// Not in time.
    Timeout,
    /// The client disconnected first.
    Disconnected,
    /// The event could not be sent.
    Emit(EmitError),
    /// The answer came, and is not of the type that was asked for.
    Data(json::Error),
}

impl fmt::Display for AckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("the client did not answer in time"),
            Self::Disconnected => f.write_str("the client disconnected before it answered"),
            Self::Emit(error) => write!(f, "the event was not sent: {error}"),
            Self::Data(error) => write!(f, "the client's answer does not fit: {error}"),
        }
    }
}

impl std::error::Error for AckError {}
