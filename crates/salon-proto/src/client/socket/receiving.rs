//! Events and answers that arrive for a socket.

use crate::client::exchange::{Arrived, Output, Received};
use crate::client::socket::{Membership, Socket, Wire};
use crate::error::ProtocolError;
use crate::packet::{Ack, Event};

impl Socket {
    /// An event. Where other outputs come first, it becomes one too.
    pub(in crate::client) fn handle_event<'a>(
        &mut self,
        event: Event<'a>,
        wire: &mut Wire<'_>,
    ) -> Result<Received<'a>, ProtocolError> {
        match self.membership {
            Membership::Joined { .. } => {}
            Membership::Joining { .. } => return self.keep_early(event, wire),
            _ => return Ok(Received::Nothing),
        }
        self.note_offset(&event);
        if wire.outputs.is_empty() {
            return Ok(Received::Event(self.arrived(event)));
        }
        let event = self.arrived(event.into_owned());
        wire.outputs.push_back(Output::Event(event));
        Ok(Received::Nothing)
    }

    fn keep_early<'a>(
        &mut self,
        event: Event<'a>,
        wire: &Wire<'_>,
    ) -> Result<Received<'a>, ProtocolError> {
        let early = self.early.get_or_insert_default();
        if early.push(event, &wire.options.limits) {
            return Ok(Received::Nothing);
        }
        // It must not be sent so much the next time too.
        self.recovery = None;
        Err(ProtocolError::new("too many events before the connection"))
    }

    /// Events that came before the socket was connected.
    pub(super) fn replay(&mut self, wire: &mut Wire<'_>) {
        let Some(early) = self.early.take() else {
            return;
        };
        for event in early.into_events() {
            self.note_offset(&event);
            wire.outputs.push_back(Output::Event(self.arrived(event)));
        }
    }

    fn note_offset(&mut self, event: &Event<'_>) {
        if let (Some(recovery), None) = (&mut self.recovery, event.ack_id) {
            recovery.handle_event(&event.array);
        }
    }

    const fn arrived<'a>(&self, event: Event<'a>) -> Arrived<'a> {
        Arrived {
            socket: self.key,
            connection: self.connection,
            event,
        }
    }

    /// An answer. One that nobody waits for means nothing.
    pub(in crate::client) fn handle_ack<'a>(
        &mut self,
        ack: Ack<'a>,
        wire: &mut Wire<'_>,
    ) -> Received<'a> {
        if !self.is_joined() || !(self.acks.remove(ack.id) || self.settle_try(ack.id, wire)) {
            return Received::Nothing;
        }
        let socket = self.key;
        if wire.outputs.is_empty() {
            return Received::Ack { socket, ack };
        }
        let ack = ack.into_owned();
        wire.outputs.push_back(Output::Ack { socket, ack });
        Received::Nothing
    }

    /// Whether this answers the event that is retried until it is answered. Then comes the next.
    fn settle_try(&mut self, id: u64, wire: &mut Wire<'_>) -> bool {
        let settled = self.retries.as_mut().and_then(|queue| queue.answered(id));
        let Some(one) = settled else {
            return false;
        };
        self.accept(one.report, wire);
        self.flush(wire);
        true
    }
}
