//! The answers that a client owes.

use salon_proto::ack::AckTable;
use tokio::sync::oneshot;

use super::Socket;
use crate::ack::Waiter;
use crate::error::too_many_acks;
use crate::handler::{Answer, EmitError};

impl Socket {
    pub(crate) fn take_answer(&self, id: u64, answer: Answer) {
        if let Some(waiter) = self.forget_ack(id) {
            waiter.answer(answer);
        }
    }

    /// Takes out who waits for an answer. It learns of that when it is dropped, which is for the
    /// caller to do, without locks.
    pub(crate) fn forget_ack(&self, id: u64) -> Option<Waiter> {
        let mut acks = self.0.acks.lock();
        let table = acks.as_mut()?;
        let waiter = table.remove(id);
        if table.is_empty() {
            *acks = None;
        }
        waiter
    }

    pub(super) fn expect_answer(&self, id: u64) -> Result<oneshot::Receiver<Answer>, EmitError> {
        let (sender, answer) = oneshot::channel();
        self.await_answer(id, Waiter::One(sender)).map(|()| answer)
    }

    /// Lets somebody wait for the answer of this id.
    pub(crate) fn await_answer(&self, id: u64, waiter: Waiter) -> Result<(), EmitError> {
        let limit = self.0.connection.server.config.limits.max_pending_acks;
        let mut acks = self.0.acks.lock();
        let table = acks.get_or_insert_with(|| Box::new(AckTable::new(limit)));
        let inserted = table.insert(id, waiter);
        inserted.map_err(|_| too_many_acks())
    }
}
