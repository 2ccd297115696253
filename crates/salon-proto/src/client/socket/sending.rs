//! Events that a socket sends.

use std::time::Duration;

use crate::client::error::{AckFailure, DropReason};
use crate::client::exchange::{AckRequest, Emission, Emitted};
use crate::client::options::WhenFull;
use crate::client::socket::{Membership, Retried, Socket, Waiting, Wire};
use crate::encoded::Encoded;
use crate::timer::Instant;

impl Socket {
    /// Sends an event, or keeps it.
    pub(in crate::client) fn emit(&mut self, emission: Emission, wire: &mut Wire<'_>) -> Emitted {
        // As in JavaScript, what counts is the session and not the namespace.
        if emission.volatile && !wire.is_writable() {
            return Emitted::Dropped(DropReason::NotWritable);
        }
        let ack = emission.ack;
        if ack.is_some_and(|ack| !self.may_wait_for(ack.id)) {
            return Emitted::Dropped(DropReason::TooManyAcks);
        }
        match ack.filter(|_| self.retries.is_some() && !emission.volatile) {
            Some(ack) => self.emit_retried(emission, ack, wire),
            None => self.emit_once(emission, wire),
        }
    }

    fn may_wait_for(&self, id: u64) -> bool {
        let is_queued = self.retries.as_ref().is_some_and(|one| one.contains(id));
        self.acks.has_room_for(id) && !is_queued
    }

    fn emit_once(&mut self, emission: Emission, wire: &mut Wire<'_>) -> Emitted {
        let Emission {
            packet,
            ack,
            report,
            ..
        } = emission;
        let emitted = match self.send_now(packet, wire) {
            Ok(()) => Emitted::Accepted,
            Err(packet) => {
                let one = Waiting::new(packet, ack.map(|ack| ack.id), report, wire.now);
                self.keep(one, wire)
            }
        };
        if let (Some(AckRequest { id, timeout }), false) =
            (ack, matches!(emitted, Emitted::Dropped(_)))
        {
            let is_buffered = emitted == Emitted::Waiting;
            self.acks.insert(id, wire.now + timeout, is_buffered);
        }
        emitted
    }

    /// Hands the packet back if it must wait.
    fn send_now(&self, packet: Encoded, wire: &mut Wire<'_>) -> Result<(), Encoded> {
        match self.is_joined() && self.buffer.is_empty() {
            true => wire.send(packet).map_err(|rejected| rejected.packet),
            false => Err(packet),
        }
    }

    fn keep(&mut self, one: Waiting, wire: &mut Wire<'_>) -> Emitted {
        let when_full = match one.is_answer {
            true => WhenFull::RefuseNewest,
            false => self.options.when_full,
        };
        match self.buffer.push(one, when_full, &wire.options.limits) {
            Ok(displaced) => {
                for one in displaced {
                    self.report_drop(one, DropReason::Displaced, wire);
                }
                Emitted::Waiting
            }
            Err(_) => Emitted::Dropped(DropReason::BufferFull),
        }
    }

    fn emit_retried(
        &mut self,
        emission: Emission,
        ack: AckRequest,
        wire: &mut Wire<'_>,
    ) -> Emitted {
        let one = Retried {
            packet: emission.packet,
            id: ack.id,
            timeout: ack.timeout,
            report: emission.report,
            tries: 0,
        };
        let queue = self.retries.get_or_insert_default();
        match queue.push(one, &wire.options.limits) {
            Ok(()) => {
                self.send_retried(wire);
                Emitted::Waiting
            }
            Err(_) => Emitted::Dropped(DropReason::BufferFull),
        }
    }

    /// Answers an event that came by this connection.
    pub(in crate::client) fn answer(
        &mut self,
        connection: u32,
        packet: Encoded,
        wire: &mut Wire<'_>,
    ) -> Emitted {
        if !self.is_joined() || connection != self.connection {
            return Emitted::Dropped(DropReason::NotConnected);
        }
        match self.send_now(packet, wire) {
            Ok(()) => Emitted::Accepted,
            Err(packet) => self.keep(Waiting::answer(packet, wire.now), wire),
        }
    }

    /// Changes how long to wait for an answer, from now on.
    pub(in crate::client) fn set_ack_timeout(&mut self, now: Instant, id: u64, timeout: Duration) {
        self.acks.set_deadline(id, now + timeout);
        if let Some(queue) = &mut self.retries {
            queue.set_timeout(now, id, timeout);
        }
    }

    /// Nobody waits for this answer any more.
    pub(in crate::client) fn cancel_ack(&mut self, id: u64) {
        if self.acks.remove(id) {
            self.buffer.forget_ack(id);
        }
    }

    /// Whether [`flush`](Self::flush) may have something to send.
    pub(in crate::client) fn has_waiting(&self) -> bool {
        let is_ready = matches!(self.membership, Membership::Ready(_));
        is_ready || !self.buffer.is_empty() || self.retries.is_some()
    }

    /// Sends what waits, as long as the session takes it.
    pub(in crate::client) fn flush(&mut self, wire: &mut Wire<'_>) {
        if let Membership::Ready(_) = self.membership {
            self.send_ready(wire);
        }
        if self.is_joined() {
            self.flush_buffer(wire);
            self.send_retried(wire);
        }
    }

    fn flush_buffer(&mut self, wire: &mut Wire<'_>) {
        while let Some(one) = self.buffer.pop() {
            if wire.send(one.packet.clone()).is_err() {
                return self.buffer.unpop(one);
            }
            self.note_sent(&one, wire);
        }
    }

    /// The session is about to end, and sends what it has before that: so all that waits must be
    /// in it, however much it is.
    pub(in crate::client) fn flush_all(&mut self, wire: &mut Wire<'_>) {
        while let Some(one) = self.is_joined().then(|| self.buffer.pop()).flatten() {
            wire.send_control(&one.packet);
            self.note_sent(&one, wire);
        }
    }

    fn note_sent(&mut self, one: &Waiting, wire: &mut Wire<'_>) {
        if let Some(id) = one.ack {
            self.acks.mark_sent(id);
        }
        self.accept(one.report, wire);
    }

    /// Sends the event that is next to be answered, if none is on its way.
    fn send_retried(&mut self, wire: &mut Wire<'_>) {
        if !self.is_joined() || !self.buffer.is_empty() {
            return;
        }
        let Some(queue) = &mut self.retries else {
            return;
        };
        if queue.next().is_some_and(|packet| wire.send(packet).is_ok()) {
            queue.mark_sent(wire.now);
        }
    }

    /// The event that is on its way was not answered.
    pub(super) fn fail_try(&mut self, why: AckFailure, wire: &mut Wire<'_>) {
        let retries = self.options.retries;
        let last = self.retries.as_mut().and_then(|queue| queue.fail(retries));
        if let Some(one) = last {
            self.give_up(&one, why, wire);
        }
    }
}
