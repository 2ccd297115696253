//! The answers that a client owes.

use salon_proto::ack::AckTable;
use tokio::sync::oneshot;

use super::Socket;
use crate::ack::Answer;
use crate::error::EmitError;

impl Socket {
    pub(crate) fn take_answer(&self, id: u64, answer: Answer) {
        let waiter = self.0.acks.lock().as_mut().and_then(|acks| acks.remove(id));
        if let Some(waiter) = waiter {
            let _ = waiter.send(answer);
        }
    }

    pub(crate) fn forget_ack(&self, id: u64) {
        let mut acks = self.0.acks.lock();
        if let Some(table) = &mut *acks {
            table.remove(id);
            if table.is_empty() {
                *acks = None;
            }
        }
    }

    pub(super) fn expect_answer(&self, id: u64) -> Result<oneshot::Receiver<Answer>, EmitError> {
        let limit = self.0.connection.server.config.limits.max_pending_acks;
        let (sender, answer) = oneshot::channel();
        let mut acks = self.0.acks.lock();
        let table = acks.get_or_insert_with(|| Box::new(AckTable::new(limit)));
        let inserted = table.insert(id, sender);
        inserted
            .map(|()| answer)
            .map_err(|_| EmitError::too_many_acks())
    }
}
