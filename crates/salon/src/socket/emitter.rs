//! Flags of one event for one client.

use std::time::Duration;

use salon_proto::Encoded;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Socket;
use crate::ack::AckFuture;
use crate::error::Emitted;
use crate::handler::Event;

/// A socket, and how an event is to be sent to it: built step by step, then used.
///
/// Made by [`Socket::volatile`], [`Socket::compress`] and [`Socket::timeout`].
///
/// ```
/// # use salon::{AckError, Socket};
/// # use std::time::Duration;
/// # async fn example(socket: Socket) -> Result<(), AckError> {
/// socket.volatile().compress(false).emit("position", (3.5, 7.25));
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

/// How a packet is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flags {
    pub(super) is_volatile: bool,
    may_compress: bool,
}

impl<'a> Emitter<'a> {
    pub(super) const fn new(socket: &'a Socket) -> Self {
        Self {
            socket,
            flags: Flags::USUAL,
            timeout: None,
        }
    }

    /// Only if the client can take the event this moment; otherwise it misses it.
    pub const fn volatile(mut self) -> Self {
        self.flags.is_volatile = true;
        self
    }

    /// Whether the event may be compressed, where compression is on. Default: yes.
    pub const fn compress(mut self, may_compress: bool) -> Self {
        self.flags.may_compress = may_compress;
        self
    }

    /// How long to wait for the client's answer, in place of the server's
    /// [`ack_timeout`](crate::ServerBuilder::ack_timeout).
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sends an event; see [`Socket::emit`]. A volatile event that the client missed is no
    /// error, and has no recipient.
    pub fn emit<T: Serialize>(self, event: &str, args: T) -> Emitted {
        self.socket.emit_flagged(self.flags, event, args)
    }

    /// Sends an event that says its own name; see [`Event`].
    pub fn emit_event<E: Event>(self, event: &E) -> Emitted {
        self.emit(E::NAME, event)
    }

    /// Sends an event and waits for the client's answer; see [`Socket::emit_with_ack`]. A
    /// volatile event that the client missed fails at once.
    pub fn emit_with_ack<R: DeserializeOwned>(
        self,
        event: &str,
        args: impl Serialize,
    ) -> AckFuture<R> {
        let answer = self.socket.ask_flagged(self.flags, event, args);
        match self.timeout {
            Some(timeout) => answer.timeout(timeout),
            None => answer,
        }
    }
}

impl Flags {
    pub(super) const USUAL: Self = Self {
        is_volatile: false,
        may_compress: true,
    };

    pub(super) fn apply(self, packet: Encoded) -> Encoded {
        match self.may_compress {
            true => packet,
            false => packet.without_compression(),
        }
    }
}
