//! Sending events to one client.

use std::time::Duration;

use salon_proto::Encoded;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Socket;
use super::emitter::{Emitter, Flags};
use crate::ack::AckFuture;
use crate::broadcast::Broadcast;
use crate::error::{Emitted, not_connected, rejected};
use crate::handler::{EmitError, Event, show};
use crate::hub::Room;
use crate::recovery::Offset;
use crate::session::Fanout;

/// Events.
impl Socket {
    /// Sends an event to this client. A tuple gives several arguments, `()` none.
    ///
    /// Nothing waits: the event is queued and goes out with others at the end of this turn.
    pub fn emit<T: Serialize>(&self, event: &str, args: T) -> Emitted {
        self.emit_flagged(Flags::USUAL, event, args)
    }

    /// Sends an event that says its own name; see [`Event`].
    pub fn emit_event<E: Event>(&self, event: &E) -> Emitted {
        self.emit(E::NAME, event)
    }

    /// Sends the event `message`, as JavaScript's `send` does.
    pub fn send<T: Serialize>(&self, args: T) -> Emitted {
        self.emit("message", args)
    }

    /// Sends an event and waits for the client's answer: the type of one value, or a tuple for
    /// several.
    ///
    /// ```
    /// # use salon::{AckError, Socket};
    /// # use std::time::Duration;
    /// # async fn example(socket: Socket) -> Result<(), AckError> {
    /// let age: u32 = socket.emit_with_ack("how old are you?", ()).await?;
    /// let (x, y): (f64, f64) = socket
    ///     .emit_with_ack("where are you?", "on the map")
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
        self.ask_flagged(Flags::USUAL, event, args)
    }

    /// Events that the client may miss: they are sent only if it can take them this moment.
    ///
    /// On WebSocket that is when nothing else waits to be written, on polling when a poll is
    /// being held.
    pub const fn volatile(&self) -> Emitter<'_> {
        Emitter::new(self).volatile()
    }

    /// Whether an event may be compressed, where compression is on. Default: yes. Say no for
    /// what is compressed already, such as pictures.
    pub const fn compress(&self, may_compress: bool) -> Emitter<'_> {
        Emitter::new(self).compress(may_compress)
    }

    /// Sets how long [`emit_with_ack`](Emitter::emit_with_ack) waits.
    pub const fn timeout(&self, timeout: Duration) -> Emitter<'_> {
        Emitter::new(self).timeout(timeout)
    }

    /// Everyone in a room but this socket.
    pub fn to(&self, room: impl Into<Room>) -> Broadcast {
        self.broadcast().to(room)
    }

    /// Everyone in the namespace but this socket and the members of a room.
    pub fn except(&self, room: impl Into<Room>) -> Broadcast {
        self.broadcast().except(room)
    }

    /// Everyone in the namespace but this socket.
    pub fn broadcast(&self) -> Broadcast {
        self.namespace().broadcast().except(self.id())
    }
}

/// For the rest of the crate.
impl Socket {
    pub(super) fn emit_flagged<T: Serialize>(&self, flags: Flags, event: &str, args: T) -> Emitted {
        let namespace = &self.0.namespace;
        let (packet, offset) = match namespace.plain_event(flags.is_volatile, event, &args) {
            Ok(written) => written,
            Err(error) => return Emitted::failed(0, error.into()),
        };
        let outgoing = namespace.outgoing(event, &args);
        let emitted = self.send_plain(flags, packet, offset);
        if let Some(outgoing) = outgoing.filter(|_| emitted.recipients() > 0) {
            show(&outgoing, self);
        }
        emitted
    }

    fn send_plain(&self, flags: Flags, packet: Encoded, offset: Option<Offset>) -> Emitted {
        let packet = self.deflated_ahead(flags.apply(packet), flags.is_volatile);
        if let (Some((keeper, _)), Some(offset)) = (self.recovery(), offset) {
            return self.send_kept(keeper, offset, packet);
        }
        match self.send_packet(packet, flags.is_volatile) {
            Ok(()) => Emitted::to(1),
            // Missing it is what volatile means.
            Err(error) if error.is_missed() => Emitted::to(0),
            Err(error) => Emitted::failed(0, error),
        }
    }

    /// Compresses the packet now if the client takes it so: later it would be done under locks that
    /// even the namespace's broadcasts wait for.
    pub(crate) fn deflated_ahead(&self, packet: Encoded, volatile: bool) -> Encoded {
        let Some(deflate) = self.0.namespace.deflate_of(&packet) else {
            return packet;
        };
        if !self.0.connection.session.deflates(&packet, volatile) {
            return packet;
        }
        let packet = packet.shared();
        packet.deflate_ahead(deflate);
        packet
    }

    pub(super) fn ask_flagged<R: DeserializeOwned>(
        &self,
        flags: Flags,
        event: &str,
        args: impl Serialize,
    ) -> AckFuture<R> {
        let id = self.0.namespace.next_ack_id();
        let answer = match self.expect_answer(id) {
            Ok(answer) => answer,
            Err(error) => return AckFuture::failed(error),
        };
        if let Err(error) = self.send_question(flags, id, event, &args) {
            self.forget_ack(id);
            return AckFuture::failed(error);
        }
        let timeout = self.0.connection.server.config.ack_timeout;
        AckFuture::waiting(self.clone(), id, answer, timeout)
    }

    fn send_question<T: Serialize>(
        &self,
        flags: Flags,
        id: u64,
        event: &str,
        args: &T,
    ) -> Result<(), EmitError> {
        let namespace = &self.0.namespace;
        let packet = namespace.event(Some(id), event, args)?;
        let outgoing = namespace.outgoing(event, args);
        let packet = self.deflated_ahead(flags.apply(packet), flags.is_volatile);
        self.send_packet(packet, flags.is_volatile)?;
        if let Some(outgoing) = outgoing {
            show(&outgoing, self);
        }
        Ok(())
    }

    /// Queues a packet for the client.
    pub(crate) fn send_packet(&self, packet: Encoded, volatile: bool) -> Result<(), EmitError> {
        if !self.is_connected() {
            return Err(not_connected());
        }
        self.deliver(packet, volatile)
    }

    /// The same for a caller that found the socket in the hub, so that it is connected.
    pub(crate) fn deliver(&self, packet: Encoded, volatile: bool) -> Result<(), EmitError> {
        let sent = self.0.connection.session.send(packet, volatile);
        sent.map_err(|refused| rejected(refused.why))
    }

    /// The same as one of many.
    pub(crate) fn deliver_among(
        &self,
        fanout: &mut Fanout,
        packet: &Encoded,
        volatile: bool,
    ) -> Result<(), EmitError> {
        let session = &self.0.connection.session;
        let sent = session.send_among(fanout, packet.clone(), volatile);
        sent.map_err(|refused| rejected(refused.why))
    }

    /// See [`in_groups`](crate::session::in_groups).
    pub(crate) fn touch(&self) {
        self.0.connection.session.touch();
    }
}
