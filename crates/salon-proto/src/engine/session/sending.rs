//! What the application sends.

use std::mem;

use super::Session;
use crate::encoded::Encoded;
use crate::engine::{Overflow, Rejected, Rejection};
use crate::outbox::Outbox;
use crate::reason::CloseReason;
use crate::ws::Deflater;

impl Session {
    /// Queues a message.
    ///
    /// # Errors
    /// Hands the packet back when the session is closed, when its outbox is full, or when
    /// the packet is `volatile` and the client cannot take it this moment.
    pub fn send(&mut self, packet: Encoded, volatile: bool) -> Result<(), Rejected> {
        if let Some(why) = self.refusal(volatile) {
            return Err(Rejected { packet, why });
        }
        match self.deflated(&packet) {
            None => self.queue(packet),
            // Who is refused gets back what it gave.
            Some(deflated) => self
                .queue(deflated)
                .map_err(|Rejected { why, .. }| Rejected { packet, why }),
        }
    }

    fn queue(&mut self, packet: Encoded) -> Result<(), Rejected> {
        let length = self.outbox.len_of(&packet);
        if self.overflows(length) {
            let why = Rejection::Full;
            return Err(Rejected { packet, why });
        }
        self.outbox.push_sized(packet, length);
        Ok(())
    }

    /// The client's WebSocket takes compressed messages: what waits and what follows are
    /// compressed. Call it before anything is written to that WebSocket.
    pub fn enable_deflate(&mut self, deflater: Deflater) {
        self.deflater = Some(Box::new(deflater));
        let emptied = Outbox::new(self.dialect.protocol);
        for packet in mem::replace(&mut self.outbox, emptied).into_packets() {
            let deflated = self.deflated(&packet);
            self.outbox.push(deflated.unwrap_or(packet));
        }
    }

    /// Whether [`send`](Self::send) would try to compress the packet, which takes its time.
    #[must_use]
    pub fn deflates(&self, packet: &Encoded, volatile: bool) -> bool {
        let deflater = self.deflater.as_deref();
        deflater.is_some_and(|one| packet.deflates_for(one, self.dialect.protocol))
            && self.refusal(volatile).is_none()
    }

    fn deflated(&self, packet: &Encoded) -> Option<Encoded> {
        let deflater = self.deflater.as_deref()?;
        packet.deflated(deflater, self.dialect.protocol)
    }

    fn refusal(&self, volatile: bool) -> Option<Rejection> {
        if !self.is_open() {
            return Some(Rejection::Closed);
        }
        let is_missed = volatile && !self.is_writable();
        is_missed.then_some(Rejection::NotWritable)
    }

    /// Whether there is no room for a packet of this length, which may end the session.
    fn overflows(&mut self, length: usize) -> bool {
        // One message always fits, or a small budget could never send a large one.
        if self.outbox.is_empty() {
            return false;
        }
        let total = self.outbox.bytes().saturating_add(length);
        let fits = total <= self.max_outbox && self.outbox.packets() < self.max_outbox_packets;
        if fits {
            return false;
        }
        if self.overflow == Overflow::Disconnect {
            self.outbox.clear();
            self.finish(CloseReason::SlowConsumer);
        }
        true
    }
}
