//! The handlers of a namespace, of one socket, or of the server.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use salon_handler::{Handlers, Key, List, Registration, Remove, Table as SharedTable};

use super::Check;
use crate::namespace::{Namespace, RoomHook};
use crate::socket::Socket;

/// Handlers are registered once for a namespace, not for each socket. A socket has a table of its
/// own only if the application gave it handlers of its own.
pub(crate) struct Table {
    pub(crate) shared: SharedTable<Socket>,
    pub(crate) middlewares: List<Check>,
    pub(crate) event_middlewares: List<Check>,
    pub(crate) disconnecting: Handlers<Socket>,
    pub(crate) rooms: List<RoomHook>,
    /// In the server's table only.
    pub(crate) namespaces: List<NamespaceHook>,
}

/// Called with each new namespace.
pub(crate) type NamespaceHook = Arc<dyn Fn(&Namespace) + Send + Sync>;

impl Table {
    /// What `add` adds can be taken away again.
    pub(crate) fn register<K: Into<Key>>(
        self: &Arc<Self>,
        add: impl FnOnce(&Self) -> K,
    ) -> Registration {
        Registration::new(self, add(self))
    }

    pub(crate) fn tell_of_namespace(&self, namespace: &Namespace) {
        for hook in self.namespaces.items() {
            if catch_unwind(AssertUnwindSafe(|| hook(namespace))).is_err() {
                tracing::error!("an on_new_namespace hook panicked");
            }
        }
    }
}

impl Remove for Table {
    fn remove(&self, key: &Key) -> bool {
        self.shared.remove(key)
            || self.middlewares.remove(key.id())
            || self.event_middlewares.remove(key.id())
            || self.disconnecting.remove(key)
            || self.rooms.remove(key.id())
            || self.namespaces.remove(key.id())
    }
}

impl Default for Table {
    fn default() -> Self {
        Self {
            shared: SharedTable::default(),
            middlewares: List::new(),
            event_middlewares: List::new(),
            disconnecting: Handlers::new("disconnecting"),
            rooms: List::new(),
            namespaces: List::new(),
        }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Table")
    }
}
