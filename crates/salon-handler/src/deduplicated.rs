//! At-least-once made exactly-once.

use std::future::ready;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use parking_lot::Mutex;

use crate::ack::{Ack, Answer, Asker, Keep};
use crate::call::Call;
use crate::error::HandlerError;
use crate::failure;
use crate::handler::{Handler, run};
use crate::order::Around;
use crate::peer::Peer;
use crate::recent::{Recent, Try};

/// How many events are remembered unless told otherwise, and how many bytes.
const MAX_EVENTS: usize = 10_000;
const MAX_BYTES: usize = 4_000_000;

/// A handler that is called once for each event, however often it is sent. Each side has a function
/// of this name with the whole story.
pub fn deduplicated<P: Peer, K, H>(key: K, handler: H) -> Deduplicated<P, K, H>
where
    K: Fn(&Call<'_, P>) -> Result<String, HandlerError> + Clone + Send + Sync + 'static,
{
    let recent = Arc::new(Mutex::new(Recent::new(MAX_EVENTS, MAX_BYTES)));
    Deduplicated {
        key,
        handler,
        recent,
    }
}

/// Made by [`deduplicated`]. Clones share what they remember.
pub struct Deduplicated<P: Peer, K, H> {
    key: K,
    handler: H,
    recent: Arc<Mutex<Recent<P>>>,
}

impl<P: Peer, K, H> Deduplicated<P, K, H> {
    pub(crate) const fn handler(&self) -> &H {
        &self.handler
    }

    /// Sets how many events are remembered, and how many bytes of keys and answers.
    #[must_use]
    pub fn remember(mut self, events: usize, bytes: usize) -> Self {
        self.recent = Arc::new(Mutex::new(Recent::new(events, bytes)));
        self
    }
}

impl<P: Peer, K: Clone, H: Clone> Clone for Deduplicated<P, K, H> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            handler: self.handler.clone(),
            recent: Arc::clone(&self.recent),
        }
    }
}

impl<P: Peer, K, H> std::fmt::Debug for Deduplicated<P, K, H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Deduplicated")
    }
}

impl<P, K, H, M> Handler<P, Around<M>> for Deduplicated<P, K, H>
where
    P: Peer,
    K: Fn(&Call<'_, P>) -> Result<String, HandlerError> + Clone + Send + Sync + 'static,
    H: Handler<P, M>,
    M: 'static,
{
    type Future = Running;

    fn invoke(self, call: &Call<'_, P>) -> Result<Running, HandlerError> {
        let key = Arc::<str>::from((self.key)(call)?);
        let begun = self.recent.lock().begin(&key, &call.ack());
        match begun {
            Try::First => First::new(key, call.ack(), self.recent).call(self.handler, call),
            Try::Waits => Ok(Box::pin(ready(Ok(())))),
            Try::Answered(answer) => {
                call.ack().send_answer(&answer)?;
                Ok(Box::pin(ready(Ok(()))))
            }
        }
    }

    fn reply(ended: Result<(), HandlerError>, _: &impl Asker) -> Result<(), HandlerError> {
        ended
    }
}

/// A try that was begun.
type Running = BoxFuture<'static, Result<(), HandlerError>>;

/// The first try of an event, at work. If it goes without an end, its handler panicked.
struct First<P: Peer> {
    slot: Arc<Slot<P>>,
    is_over: bool,
}

/// Where the answer of a first try goes.
struct Slot<P: Peer> {
    key: Arc<str>,
    ack: Ack<P>,
    recent: Arc<Mutex<Recent<P>>>,
}

impl<P: Peer> First<P> {
    fn new(key: Arc<str>, ack: Ack<P>, recent: Arc<Mutex<Recent<P>>>) -> Self {
        Self {
            slot: Arc::new(Slot { key, ack, recent }),
            is_over: false,
        }
    }

    fn call<M: 'static, H: Handler<P, M>>(
        self,
        handler: H,
        call: &Call<'_, P>,
    ) -> Result<Running, HandlerError> {
        let slot = Arc::clone(&self.slot);
        let call = call.with_ack(Ack::kept(slot.ack.is_wanted(), slot));
        match handler.invoke(&call) {
            Ok(future) => {
                let running = run::<P, M, H>(future, call.ack());
                Ok(Box::pin(async move { self.end(running.await) }))
            }
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

impl<P: Peer> Drop for First<P> {
    fn drop(&mut self) {
        if !self.is_over {
            self.slot.fail(&HandlerError::panicked());
        }
    }
}

impl<P: Peer> Slot<P> {
    fn fail(&self, error: &HandlerError) {
        let waiting = self.recent.lock().forget(&self.key);
        for ack in waiting {
            failure::answer(&ack, error);
        }
    }
}

impl<P: Peer> Keep for Slot<P> {
    fn keep(&self, answer: Answer) {
        let answer = Arc::new(answer);
        let waiting = self.recent.lock().answer(&self.key, &answer);
        for ack in waiting.iter().chain([&self.ack]) {
            // One that has gone will try again, if it wants the answer.
            let _ = ack.send_answer(&answer);
        }
    }
}
