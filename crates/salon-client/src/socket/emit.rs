//! Sending events to the server.

use std::time::Duration;

use salon_handler::event::Event;
use salon_handler::{AckError, EmitError, OwnedEvent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use super::Socket;
use super::emitter::{Emitter, Flags};
use crate::ack::{AckFuture, RawAnswer, Waiter};
use crate::emitted::Emitted;
use crate::session::{Emission, Fate, Question};

/// Events.
impl Socket {
    /// Sends an event. A tuple gives several arguments, `()` none; [`Bytes`](bytes::Bytes) is
    /// binary.
    ///
    /// Nothing waits: the event is queued at once and goes out with others; where there is no
    /// connection yet, or none at the moment, when there is one. Events keep their order. What is
    /// returned may be ignored, or awaited to know what becomes of the event.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// socket.emit("hello", "world");
    /// socket.emit("position", (3.5, 7.25));
    /// # }
    /// ```
    pub fn emit<T: Serialize>(&self, event: &str, args: T) -> Emitted {
        self.emit_flagged(Flags::USUAL, event, &args)
    }

    /// Sends an event that says its own name; see [`Event`].
    pub fn emit_event<E: Event>(&self, event: &E) -> Emitted {
        self.emit(E::NAME, event)
    }

    /// Sends the event `message`, as JavaScript's `send` does.
    pub fn send<T: Serialize>(&self, args: T) -> Emitted {
        self.emit("message", args)
    }

    /// Sends an event and waits for the server's answer: the type of one value, or a tuple for
    /// several.
    ///
    /// The event is queued at once. The time for the answer begins now, so where there is no
    /// connection in time, there is no answer either.
    ///
    /// ```no_run
    /// # async fn example(socket: salon_client::Socket) -> Result<(), salon_client::AckError> {
    /// use std::time::Duration;
    ///
    /// let sum: i64 = socket.emit_with_ack("add", (1, 2)).await?;
    /// let (x, y): (f64, f64) = socket
    ///     .emit_with_ack("where?", "on the map")
    ///     .timeout(Duration::from_secs(1))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn emit_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        args: impl Serialize,
    ) -> AckFuture<R> {
        let timeout = self.0.settings.ack_timeout;
        self.ask_flagged(Flags::USUAL, timeout, event, &args)
    }

    /// Sends an event and has a function called with the server's answer, as in JavaScript. For
    /// very many questions it costs less than [`emit_with_ack`](Self::emit_with_ack), and nobody
    /// needs to wait.
    ///
    /// It is called once in any case, also where there is no answer, and within the manager's task:
    /// it must not block. Events that it emits go out with others of the same turn.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// use salon_client::AckError;
    ///
    /// socket.emit_with_callback("add", (1, 2), |sum: Result<i64, AckError>| match sum {
    ///     Ok(sum) => println!("{sum}"),
    ///     Err(error) => println!("no sum: {error}"),
    /// });
    /// # }
    /// ```
    pub fn emit_with_callback<R: DeserializeOwned>(
        &self,
        event: &str,
        args: impl Serialize,
        callback: impl FnOnce(Result<R, AckError>) + Send + 'static,
    ) {
        let timeout = self.0.settings.ack_timeout;
        self.call_flagged(Flags::USUAL, timeout, event, &args, read_then(callback));
    }

    /// The same with the answer as it arrived, which is not read: for programs that pass it on or
    /// compare it, and for those to which each microsecond matters.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// use salon_client::{AckError, RawAnswer};
    ///
    /// let told = |answer: Result<RawAnswer<'_>, AckError>| match answer {
    ///     Ok(answer) => println!("{}", answer.json()), // such as [3]
    ///     Err(error) => println!("no sum: {error}"),
    /// };
    /// socket.emit_with_raw_callback("add", (1, 2), told);
    /// # }
    /// ```
    pub fn emit_with_raw_callback(
        &self,
        event: &str,
        args: impl Serialize,
        callback: impl FnOnce(Result<RawAnswer<'_>, AckError>) + Send + 'static,
    ) {
        let timeout = self.0.settings.ack_timeout;
        self.call_flagged(Flags::USUAL, timeout, event, &args, callback);
    }

    /// Events that may get lost: they are sent only if the connection can take them this moment.
    ///
    /// On WebSocket that is when nothing else waits to be written, on polling when no request
    /// with events is on its way.
    pub const fn volatile(&self) -> Emitter<'_> {
        Emitter::new(self).volatile()
    }

    /// Sets how long [`emit_with_ack`](Emitter::emit_with_ack) waits.
    pub const fn timeout(&self, timeout: Duration) -> Emitter<'_> {
        Emitter::new(self).timeout(timeout)
    }
}

/// For flags.
impl Socket {
    pub(super) fn emit_flagged<T: Serialize>(
        &self,
        flags: Flags,
        event: &str,
        args: &T,
    ) -> Emitted {
        // A socket with retries needs an answer to each event, to know that it arrived.
        let is_retried = self.0.settings.retries > 0 && !flags.is_volatile;
        let id = is_retried.then(|| self.next_ack_id());
        let (fate, told) = oneshot::channel();
        let question = id.map(|id| Question {
            id,
            timeout: self.0.settings.ack_timeout,
            waiter: None,
        });
        match self.queue(flags, event, args, question, Some(fate)) {
            Ok(()) => Emitted::waiting(told),
            Err((error, _)) => Emitted::failed(error),
        }
    }

    pub(super) fn ask_flagged<R: DeserializeOwned>(
        &self,
        flags: Flags,
        timeout: Duration,
        event: &str,
        args: &impl Serialize,
    ) -> AckFuture<R> {
        let id = self.next_ack_id();
        let (waiter, outcome) = oneshot::channel();
        let question = Question {
            id,
            timeout,
            waiter: Some(Waiter::Future(waiter)),
        };
        match self.queue(flags, event, args, Some(question), None) {
            Ok(()) => AckFuture::waiting(self.clone(), id, outcome),
            Err((error, _)) => AckFuture::failed(error),
        }
    }

    pub(super) fn call_flagged(
        &self,
        flags: Flags,
        timeout: Duration,
        event: &str,
        args: &impl Serialize,
        callback: impl FnOnce(Result<RawAnswer<'_>, AckError>) + Send + 'static,
    ) {
        let question = Question {
            id: self.next_ack_id(),
            timeout,
            waiter: Some(Waiter::callback(callback)),
        };
        let Err((error, question)) = self.queue(flags, event, args, Some(question), None) else {
            return;
        };
        if let Some(waiter) = question.and_then(|question| question.waiter) {
            waiter.fail(AckError::Emit(error));
        }
    }

    /// Writes an event, here and now, and leaves it to the manager's task. Where it is refused the
    /// question comes back.
    fn queue<T: Serialize>(
        &self,
        flags: Flags,
        event: &str,
        args: &T,
        question: Option<Question>,
        fate: Option<Fate>,
    ) -> Result<(), (EmitError, Option<Question>)> {
        let manager = &self.0.manager;
        let id = question.as_ref().map(|question| question.id);
        let written = manager.codec().event(&self.0.namespace, id, event, args);
        let packet = match written {
            Ok(packet) => packet,
            Err(error) => return Err((error.into(), question)),
        };
        let has_hooks = !self.0.handlers.shared.any_outgoing.is_empty();
        let shown = has_hooks.then(|| OwnedEvent::write(event, args)).flatten();
        let emission = Emission {
            packet,
            is_volatile: flags.is_volatile,
            question,
            fate,
            shown: shown.map(Box::new),
        };
        manager.inbox().push_event(self.0.number, emission)
    }
}

/// A callback for the answer's values.
pub(super) fn read_then<R: DeserializeOwned>(
    callback: impl FnOnce(Result<R, AckError>) + Send + 'static,
) -> impl FnOnce(Result<RawAnswer<'_>, AckError>) + Send + 'static {
    |answer| callback(answer.and_then(|answer| answer.read()))
}
