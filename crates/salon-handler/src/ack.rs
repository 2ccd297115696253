//! Acknowledgements: answering, and what became of an answer.

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use salon_proto::packet::{EncodeError, json};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::emit_error::EmitError;
use crate::peer::Peer;

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
pub struct Ack<P: Peer>(Option<Arc<Wanted<P>>>);

struct Wanted<P: Peer> {
    to: Recipient<P>,
    is_wanted: bool,
    is_sent: AtomicBool,
}

/// Whoever may want an answer from a handler.
pub trait Asker {
    /// Answers; a tuple gives several values. Only the first answer is sent, and none if nobody
    /// asked for one.
    ///
    /// # Errors
    /// When the values cannot be written, or the other side is gone or too slow.
    fn answer<T: Serialize + ?Sized>(&self, values: &T) -> Result<(), EmitError>;
}

impl<P: Peer> Asker for Ack<P> {
    fn answer<T: Serialize + ?Sized>(&self, values: &T) -> Result<(), EmitError> {
        self.send(values)
    }
}

/// Where an answer goes.
enum Recipient<P: Peer> {
    Peer { peer: P, id: P::AckId },
    Keeper(Arc<dyn Keep>),
}

/// Whoever keeps an answer, since several may want it.
pub(crate) trait Keep: Send + Sync {
    fn keep(&self, answer: Answer);
}

impl<P: Peer> Ack<P> {
    /// For an event whose sender wants no answer.
    #[must_use]
    pub const fn unwanted() -> Self {
        Self(None)
    }

    /// For an event whose sender wants an answer, with the event's id.
    #[must_use]
    pub fn wanted(peer: P, id: P::AckId) -> Self {
        Self::new(Recipient::Peer { peer, id }, true)
    }

    /// `is_wanted`: whether the sender asked for the answer.
    pub(crate) fn kept(is_wanted: bool, keeper: Arc<dyn Keep>) -> Self {
        Self::new(Recipient::Keeper(keeper), is_wanted)
    }

    fn new(to: Recipient<P>, is_wanted: bool) -> Self {
        Self(Some(Arc::new(Wanted {
            to,
            is_wanted,
            is_sent: AtomicBool::new(false),
        })))
    }

    /// Whether the sender asked for an answer and has got none yet.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        let wanted = self.0.as_ref();
        wanted.is_some_and(|ack| ack.is_wanted && !ack.is_sent.load(Ordering::Relaxed))
    }
}

impl<P: Peer> Ack<P> {
    /// Answers; a tuple gives several values. Only the first answer is sent, and none if the
    /// sender of the event did not ask for one.
    ///
    /// # Errors
    /// When the values cannot be written, or the other side is gone or too slow.
    pub fn send<T: Serialize + ?Sized>(&self, values: &T) -> Result<(), EmitError> {
        let Some(ack) = &self.0 else { return Ok(()) };
        match &ack.to {
            // What cannot be written is not sent, so that the error can be.
            Recipient::Peer { peer, id } => {
                let packet = peer.write_answer(*id, values)?;
                ack.send(|| peer.send_answer(packet))
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
        let Recipient::Peer { peer, id } = &ack.to else {
            return Ok(());
        };
        let packet = peer.rewrite_answer(*id, answer)?;
        ack.send(|| peer.send_answer(packet))
    }
}

impl<P: Peer> Wanted<P> {
    /// Only the first answer is sent.
    fn send(&self, send: impl FnOnce() -> Result<(), EmitError>) -> Result<(), EmitError> {
        match self.is_sent.swap(true, Ordering::Relaxed) {
            true => Ok(()),
            false => send(),
        }
    }
}

impl<P: Peer> Clone for Ack<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<P: Peer> fmt::Debug for Ack<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ack").field(&self.is_wanted()).finish()
    }
}

/// The answer to an event whose handlers are being called. What can be kept and shared for it is
/// made only if somebody takes it: most handlers answer by what they return.
pub(crate) struct Owed<P: Peer> {
    /// Whom it goes to, until it was sent or somebody has taken the way to send it.
    id: Cell<Option<P::AckId>>,
    taken: OnceCell<Ack<P>>,
}

impl<P: Peer> Owed<P> {
    /// `id`: the event's, if its sender wants an answer.
    pub(crate) const fn new(id: Option<P::AckId>) -> Self {
        Self {
            id: Cell::new(id),
            taken: OnceCell::new(),
        }
    }

    /// The way to answer, to be kept.
    pub(crate) fn take(&self, peer: &P) -> Ack<P> {
        let taken = self.taken.get_or_init(|| match self.id.take() {
            Some(id) => Ack::wanted(peer.clone(), id),
            None => Ack::unwanted(),
        });
        taken.clone()
    }

    pub(crate) fn send<T: Serialize + ?Sized>(
        &self,
        peer: &P,
        values: &T,
    ) -> Result<(), EmitError> {
        if let Some(id) = self.id.get() {
            let packet = peer.write_answer(id, values)?;
            self.id.set(None);
            return peer.send_answer(packet);
        }
        self.taken.get().map_or(Ok(()), |ack| ack.send(values))
    }
}

/// Answered in a way of its own.
impl<P: Peer> From<Ack<P>> for Owed<P> {
    fn from(ack: Ack<P>) -> Self {
        Self {
            id: Cell::new(None),
            taken: OnceCell::from(ack),
        }
    }
}

/// An answer as it arrived, or as it will be sent.
#[derive(Debug)]
pub struct Answer {
    /// JSON: the array of the values.
    pub array: String,
    /// The bytes that belong to it.
    pub attachments: Vec<Bytes>,
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

    /// Reads one value, or a tuple of several.
    ///
    /// # Errors
    /// When the answer does not fit `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, json::Error> {
        json::read_args(&self.array, 0, &self.attachments)
    }
}

/// Why an answer did not come.
#[derive(Debug)]
#[non_exhaustive]
pub enum AckError {
    /// Not in time.
    Timeout,
    /// The other side disconnected first, or its connection was lost.
    Disconnected,
    /// The event could not be sent.
    Emit(EmitError),
    /// The answer came, and is not of the type that was asked for.
    Data(json::Error),
}

impl fmt::Display for AckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer came in time"),
            Self::Disconnected => f.write_str("the connection ended before an answer came"),
            Self::Emit(error) => write!(f, "the event was not sent: {error}"),
            Self::Data(error) => write!(f, "the answer does not fit: {error}"),
        }
    }
}

impl std::error::Error for AckError {}
