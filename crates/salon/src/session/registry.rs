//! The sessions of a server, by their secret ids.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use parking_lot::Mutex;
use salon_proto::SessionId;
use tokio::sync::Notify;

use super::Session;
use crate::id_hash::IdHash;

#[derive(Default)]
pub(crate) struct Registry {
    entries: Mutex<Entries>,
    emptied: Notify,
}

#[derive(Default)]
struct Entries {
    sessions: HashMap<SessionId, Arc<Session>, IdHash>,
    is_closed: bool,
}

impl Registry {
    pub(crate) fn get(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.entries.lock().sessions.get(id).cloned()
    }

    /// `false`: the registry is closed, or another session has the id.
    pub(super) fn insert(&self, session: Arc<Session>) -> bool {
        let mut entries = self.entries.lock();
        if entries.is_closed {
            return false;
        }
        match entries.sessions.entry(*session.id()) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(session);
                true
            }
        }
    }

    pub(super) fn remove(&self, id: &SessionId) {
        let mut entries = self.entries.lock();
        let removed = entries.sessions.remove(id);
        if entries.sessions.is_empty() {
            self.emptied.notify_waiters();
        }
        // It may be the last that holds the session, whose end needs no lock of ours.
        drop(entries);
        drop(removed);
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.lock().sessions.len()
    }

    /// Takes in no more sessions, and lists those that are there.
    pub(crate) fn close(&self) -> Vec<Arc<Session>> {
        let mut entries = self.entries.lock();
        entries.is_closed = true;
        entries.sessions.values().cloned().collect()
    }

    /// Waits until there is no session.
    pub(crate) async fn wait_until_empty(&self) {
        loop {
            let emptied = self.emptied.notified();
            if self.entries.lock().sessions.is_empty() {
                return;
            }
            emptied.await;
        }
    }
}
