//! The sessions of a server, by their secret ids.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use salon_proto::SessionId;
use tokio::sync::Notify;

use super::Session;

#[derive(Default)]
pub(crate) struct Registry {
    sessions: Mutex<HashMap<SessionId, Arc<Session>>>,
    emptied: Notify,
}

impl Registry {
    pub(crate) fn get(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.sessions.lock().get(id).cloned()
    }

    pub(super) fn insert(&self, session: Arc<Session>) {
        self.sessions.lock().insert(*session.id(), session);
    }

    pub(super) fn remove(&self, id: &SessionId) {
        let mut sessions = self.sessions.lock();
        sessions.remove(id);
        if sessions.is_empty() {
            self.emptied.notify_waiters();
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.sessions.lock().len()
    }

    pub(crate) fn all(&self) -> Vec<Arc<Session>> {
        self.sessions.lock().values().cloned().collect()
    }

    /// Waits until there is no session.
    pub(crate) async fn wait_until_empty(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.sessions.lock().is_empty() {
                return;
            }
            emptied.await;
        }
    }
}
