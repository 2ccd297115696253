//! At-least-once made exactly-once.

use std::future::Future;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use super::recent::{Recent, Try};
use super::{Around, Call, Handler, HandlerError, failure};
use crate::ack::{Ack, Answer, Keep};

/// How many events are remembered unless told otherwise, and how many bytes.
const MAX_EVENTS: usize = 10_000;
const MAX_BYTES: usize = 4_000_000;

/// A handler that is called once for each event, however often a client sends it.
///
/// JavaScript's client sends an event again, with its option `retries`, when no acknowledgement
/// came in time; also when only the acknowledgement was lost. What it sends is the same data:
/// nothing else tells a retry from a new event. So the client must put a key into the data, and
/// `key` reads it. A retry gets the answer that the first try got, or will get.
///
/// What is remembered is bounded: the latest 10,000 events and 4,000,000 bytes of keys and
/// answers for each handler, or what [`remember`](Deduplicated::remember) says, in this process.
/// A retry that comes after its event was forgotten is a new event.
///
/// - **All clients share the keys.** A retry may come on a new connection, so salon cannot know
///   whose it is. Let the client draw long random keys (`crypto.randomUUID()`), or put into the key
///   who the client is; otherwise one client may get the answer that was meant for another.
/// - **A handler that fails is not remembered**: a retry calls it again. The tries that waited
///   meanwhile get the same error.
/// - **A client stops to retry once it gets an answer.** So the handler must return a value, or
///   use its [`Ack`].
///
/// ```
/// use salon::{Call, Server, deduplicated};
///
/// fn key(call: &Call<'_>) -> Result<String, salon::HandlerError> {
///     let (key, _) = call.data::<(String, serde_json::Value)>()?;
///     Ok(key)
/// }
///
/// async fn order((_key, article): (String, String)) -> String {
///     format!("{article} is on its way")
/// }
///
/// let io = Server::new();
/// io.on("order", deduplicated(key, order));
/// ```
///
/// The client: `io({ retries: 3, ackTimeout: 5000 })`, and then
/// `socket.emit("order", crypto.randomUUID(), "a book")`.
pub fn deduplicated<K, H>(key: K, handler: H) -> Deduplicated<K, H>
where
    K: Fn(&Call<'_>) -> Result<String, HandlerError> + Clone + Send + Sync + 'static,
{
    let recent = Arc::new(Mutex::new(Recent::new(MAX_EVENTS, MAX_BYTES)));
    Deduplicated {
        key,
        handler,
        recent,
    }
}

/// Made by [`deduplicated`]. Clones share what they remember.
#[derive(Clone)]
pub struct Deduplicated<K, H> {
    key: K,
    handler: H,
    recent: Arc<Mutex<Recent>>,
}

impl<K, H> Deduplicated<K, H> {
    /// Sets how many events are remembered, and how many bytes of keys and answers.
    #[must_use]
    pub fn remember(mut self, events: usize, bytes: usize) -> Self {
        self.recent = Arc::new(Mutex::new(Recent::new(events, bytes)));
        self
    }
}

impl<K, H> std::fmt::Debug for Deduplicated<K, H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Deduplicated")
    }
}

impl<K, H, M> Handler<Around<M>> for Deduplicated<K, H>
where
    K: Fn(&Call<'_>) -> Result<String, HandlerError> + Clone + Send + Sync + 'static,
    H: Handler<M>,
{
    fn invoke(
        self,
        call: &Call<'_>,
    ) -> Result<impl Future<Output = Result<(), HandlerError>> + Send + 'static, HandlerError> {
        let key = Arc::<str>::from((self.key)(call)?);
        let begun = self.recent.lock().begin(&key, &call.ack());
        let first = match begun {
            Try::First => Some(First::new(key, call.ack(), self.recent)),
            Try::Waits => None,
            Try::Answered(answer) => {
                call.ack().send_answer(&answer)?;
                None
            }
        };
        let running = first
            .map(|first| first.call(self.handler, call))
            .transpose()?;
        Ok(async move {
            match running {
                Some((first, future)) => first.end(future.await),
                None => Ok(()),
            }
        })
    }
}

/// The handler of a first try.
type Running = BoxFuture<'static, Result<(), HandlerError>>;

/// The first try of an event, at work. If it goes without an end, its handler panicked.
struct First {
    slot: Arc<Slot>,
    is_over: bool,
}

/// Where the answer of a first try goes.
struct Slot {
    key: Arc<str>,
    ack: Ack,
    recent: Arc<Mutex<Recent>>,
}

impl First {
    fn new(key: Arc<str>, ack: Ack, recent: Arc<Mutex<Recent>>) -> Self {
        Self {
            slot: Arc::new(Slot { key, ack, recent }),
            is_over: false,
        }
    }

    fn call<M, H: Handler<M>>(
        self,
        handler: H,
        call: &Call<'_>,
    ) -> Result<(Self, Running), HandlerError> {
        let slot = Arc::clone(&self.slot);
        let call = call.with_ack(Ack::kept(slot.ack.is_wanted(), slot));
        match handler.invoke(&call) {
            Ok(future) => Ok((self, Box::pin(future))),
            Err(error) => Err(self.fail(error)),
        }
    }

    fn end(mut self, result: Result<(), HandlerError>) -> Result<(), HandlerError> {
        match result {
            Ok(()) => {
                self.is_over = true;
                Ok(())
            }
            Err(error) => Err(self.fail(error)),
        }
    }

    /// Tells those that wait; the first try's own client is told by whoever gets the error.
    fn fail(mut self, error: HandlerError) -> HandlerError {
        self.is_over = true;
        self.slot.fail(&error);
        error
    }
}

impl Drop for First {
    fn drop(&mut self) {
        if !self.is_over {
            self.slot.fail(&HandlerError::panicked());
        }
    }
}

impl Slot {
    fn fail(&self, error: &HandlerError) {
        let waiting = self.recent.lock().forget(&self.key);
        for ack in waiting {
            failure::answer(&ack, error);
        }
    }
}

impl Keep for Slot {
    fn keep(&self, answer: Answer) {
        let answer = Arc::new(answer);
        let waiting = self.recent.lock().answer(&self.key, &answer);
        for ack in waiting.iter().chain([&self.ack]) {
            // One that has gone will try again, if it wants the answer.
            let _ = ack.send_answer(&answer);
        }
    }
}
