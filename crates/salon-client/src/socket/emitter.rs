//! Flags of one event.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use salon_handler::AckError;
use salon_handler::event::Event;

use super::Socket;
use super::emit::read_then;
use crate::ack::{AckFuture, RawAnswer};
use crate::emitted::Emitted;

/// A socket, and how an event is to be sent: built step by step, then used.
///
/// Made by [`Socket::volatile`] and [`Socket::timeout`].
///
/// ```no_run
/// # use salon_client::{AckError, Socket};
/// # async fn example(socket: Socket) -> Result<(), AckError> {
/// use std::time::Duration;
///
/// socket.volatile().emit("position", (3.5, 7.25));
/// let age: u32 = socket
///     .timeout(Duration::from_secs(1))
///     .emit_with_ack("how old are you?", ())
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "flags do nothing until something is emitted"]
pub struct Emitter<'a> {
    socket: &'a Socket,
    flags: Flags,
    timeout: Option<Duration>,
}

/// How an event is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    pub(super) is_volatile: bool,
}

impl Flags {
    pub(super) const USUAL: Self = Self { is_volatile: false };
}

impl<'a> Emitter<'a> {
    pub(super) const fn new(socket: &'a Socket) -> Self {
        Self {
            socket,
            flags: Flags::USUAL,
            timeout: None,
        }
    }

    /// Only if the connection can take the event this moment; otherwise it is lost.
    pub const fn volatile(mut self) -> Self {
        self.flags.is_volatile = true;
        self
    }

    /// How long to wait for the server's answer, in place of the socket's
    /// [`ack_timeout`](crate::SocketBuilder::ack_timeout).
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends an event; see [`Socket::emit`]. Awaiting one that was volatile and missed gives an
    /// error.
    pub fn emit<T: Serialize>(self, event: &str, args: T) -> Emitted {
        self.socket.emit_flagged(self.flags, event, &args)
    }

    /// Sends an event that says its own name; see [`Event`].
    pub fn emit_event<E: Event>(self, event: &E) -> Emitted {
        self.emit(E::NAME, event)
    }

    /// Sends an event and waits for the server's answer; see [`Socket::emit_with_ack`]. One that
    /// was volatile and missed fails at once.
    pub fn emit_with_ack<R: DeserializeOwned>(
        self,
        event: &str,
        args: impl Serialize,
    ) -> AckFuture<R> {
        let timeout = self.ack_timeout();
        self.socket.ask_flagged(self.flags, timeout, event, &args)
    }

    /// Sends an event and has a function called with the server's answer; see
    /// [`Socket::emit_with_callback`].
    pub fn emit_with_callback<R: DeserializeOwned>(
        self,
        event: &str,
        args: impl Serialize,
        callback: impl FnOnce(Result<R, AckError>) + Send + 'static,
    ) {
        self.emit_with_raw_callback(event, args, read_then(callback));
    }

    /// The same with the answer as it arrived; see [`Socket::emit_with_raw_callback`].
    pub fn emit_with_raw_callback(
        self,
        event: &str,
        args: impl Serialize,
        callback: impl FnOnce(Result<RawAnswer<'_>, AckError>) + Send + 'static,
    ) {
        let timeout = self.ack_timeout();
        let socket = self.socket;
        socket.call_flagged(self.flags, timeout, event, &args, callback);
    }

    fn ack_timeout(&self) -> Duration {
        let usual = self.socket.settings().ack_timeout;
        self.timeout.unwrap_or(usual)
    }
}
