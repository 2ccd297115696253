//! The handlers of a namespace, or of one socket.

use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;
use salon_proto::packet::RESERVED_EVENTS;

use super::erased::{Check, Erased, Task, check, erase};
use super::failure::Observer;
use super::list::{Entry, List};
use super::name_hash::NameHash;
use super::place::Place;
use super::{Call, Handler, Registration};
use crate::namespace::{Namespace, RoomHook};

/// Handlers are registered once for a namespace, not for each socket. A socket has a table of its
/// own only if the application gave it handlers of its own.
#[derive(Default)]
pub(crate) struct Table {
    last_id: AtomicU64,
    middlewares: List<Check>,
    event_middlewares: List<Check>,
    connect: List<Erased>,
    any: List<Erased>,
    any_outgoing: List<Erased>,
    unhandled: List<Erased>,
    disconnecting: List<Erased>,
    disconnect: List<Erased>,
    events: RwLock<HashMap<Box<str>, List<Erased>, NameHash>>,
    failures: List<Observer>,
    rooms: List<RoomHook>,
    /// In the server's table only.
    namespaces: List<NamespaceHook>,
}

/// Called with each new namespace.
pub(crate) type NamespaceHook = Arc<dyn Fn(&Namespace) + Send + Sync>;

/// Registering.
impl Table {
    pub(crate) fn add<M: 'static>(
        self: &Arc<Self>,
        place: Place,
        handler: impl Handler<M>,
    ) -> Registration {
        self.insert(place, false, handler)
    }

    /// A handler that is called a single time.
    pub(crate) fn add_once<M: 'static>(
        self: &Arc<Self>,
        place: Place,
        handler: impl Handler<M>,
    ) -> Registration {
        self.insert(place, true, handler)
    }

    /// A handler that may refuse what it is called for: a client, or an event.
    pub(crate) fn add_check<M: 'static>(
        self: &Arc<Self>,
        place: Place,
        handler: impl Handler<M>,
    ) -> Registration {
        let list = match place {
            Place::EventMiddleware => &self.event_middlewares,
            _ => &self.middlewares,
        };
        self.add_hook(list, place, check(handler))
    }

    pub(crate) fn add_observer(self: &Arc<Self>, observer: Observer) -> Registration {
        self.add_hook(&self.failures, Place::Failure, observer)
    }

    pub(crate) fn add_namespace_hook(self: &Arc<Self>, hook: NamespaceHook) -> Registration {
        self.add_hook(&self.namespaces, Place::NewNamespace, hook)
    }

    pub(crate) fn add_room_hook(self: &Arc<Self>, hook: RoomHook) -> Registration {
        self.add_hook(&self.rooms, Place::Room, hook)
    }

    pub(crate) fn remove(&self, place: &Place, id: u64) -> bool {
        match place {
            Place::Middleware => self.middlewares.remove(id),
            Place::EventMiddleware => self.event_middlewares.remove(id),
            Place::Failure => self.failures.remove(id),
            Place::NewNamespace => self.namespaces.remove(id),
            Place::Room => self.rooms.remove(id),
            Place::Event(name) => self.remove_from_event(name, id),
            place => self.list(place).is_some_and(|list| list.remove(id)),
        }
    }

    /// Takes all handlers of an event away.
    pub(crate) fn remove_event(&self, name: &str) {
        let removed = self.events.write().remove(name);
        drop(removed);
    }

    /// The events that have handlers, in no particular order.
    pub(crate) fn event_names(&self) -> Vec<String> {
        let events = self.events.read();
        events.keys().map(|name| name.to_string()).collect()
    }

    fn add_hook<T: Clone>(self: &Arc<Self>, list: &List<T>, place: Place, hook: T) -> Registration {
        let entry = self.entry(false, hook);
        let id = entry.id;
        list.add(entry);
        self.registration(place, id)
    }

    fn insert<M: 'static>(
        self: &Arc<Self>,
        place: Place,
        is_once: bool,
        handler: impl Handler<M>,
    ) -> Registration {
        let entry = self.entry(is_once, erase(place.clone(), handler));
        let id = entry.id;
        match &place {
            Place::Event(name) => {
                warn_if_reserved(name);
                let mut events = self.events.write();
                events.entry(name.clone()).or_default().add(entry);
            }
            place => {
                if let Some(list) = self.list(place) {
                    list.add(entry);
                }
            }
        }
        self.registration(place, id)
    }

    fn remove_from_event(&self, name: &str, id: u64) -> bool {
        let mut events = self.events.write();
        let Some(list) = events.get(name) else {
            return false;
        };
        let before = list.get();
        let is_removed = list.remove(id);
        if list.is_empty() {
            events.remove(name);
        }
        drop(events);
        drop(before);
        is_removed
    }

    fn list(&self, place: &Place) -> Option<&List<Erased>> {
        match place {
            Place::Connect => Some(&self.connect),
            Place::Any => Some(&self.any),
            Place::AnyOutgoing => Some(&self.any_outgoing),
            Place::Unhandled => Some(&self.unhandled),
            Place::Disconnecting => Some(&self.disconnecting),
            Place::Disconnect => Some(&self.disconnect),
            _ => None,
        }
    }

    fn entry<T>(&self, is_once: bool, item: T) -> Entry<T> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        Entry { id, is_once, item }
    }

    fn registration(self: &Arc<Self>, place: Place, id: u64) -> Registration {
        Registration::new(Arc::downgrade(self), place, id)
    }
}

/// Calling. Handlers are called while no lock is held.
impl Table {
    /// Calls all handlers of a place that is no event. Says whether there are any.
    pub(crate) fn call(&self, place: &Place, call: &Call<'_>, start: &mut dyn FnMut(Task)) -> bool {
        let Some(list) = self.list(place) else {
            return false;
        };
        call_all(list.get(), &|id| list.remove(id), call, start)
    }

    /// Calls all handlers of the event. Says whether there are any.
    pub(super) fn call_event(
        &self,
        name: &str,
        call: &Call<'_>,
        start: &mut dyn FnMut(Task),
    ) -> bool {
        let handlers = self.events.read().get(name).and_then(List::get);
        let remove = |id| self.remove_from_event(name, id);
        call_all(handlers, &remove, call, start)
    }

    pub(crate) fn tell_of_namespace(&self, namespace: &Namespace) {
        for hook in items(&self.namespaces) {
            if catch_unwind(AssertUnwindSafe(|| hook(namespace))).is_err() {
                tracing::error!("an on_new_namespace hook panicked");
            }
        }
    }

    pub(crate) fn has(&self, place: &Place) -> bool {
        self.list(place).is_some_and(|list| !list.is_empty())
    }

    pub(crate) fn middlewares(&self) -> Vec<Check> {
        items(&self.middlewares)
    }

    pub(super) fn has_event_middlewares(&self) -> bool {
        !self.event_middlewares.is_empty()
    }

    pub(super) fn event_middlewares(&self) -> Vec<Check> {
        items(&self.event_middlewares)
    }

    pub(crate) fn has_room_hooks(&self) -> bool {
        !self.rooms.is_empty()
    }

    pub(crate) fn room_hooks(&self) -> Vec<RoomHook> {
        items(&self.rooms)
    }

    pub(crate) fn observers(&self) -> Vec<Observer> {
        items(&self.failures)
    }
}

fn call_all(
    handlers: Option<Arc<[Entry<Erased>]>>,
    remove: &dyn Fn(u64) -> bool,
    call: &Call<'_>,
    start: &mut dyn FnMut(Task),
) -> bool {
    for handler in handlers.iter().flat_map(|all| all.iter()) {
        // Of several events at once, the one that takes it out has it.
        let is_there = !handler.is_once || remove(handler.id);
        if let Some(task) = is_there.then(|| (handler.item)(call)).flatten() {
            start(task);
        }
    }
    handlers.is_some()
}

fn items<T: Clone>(list: &List<T>) -> Vec<T> {
    let entries = list.get();
    let entries = entries.iter().flat_map(|all| all.iter());
    entries.map(|one| one.item.clone()).collect()
}

/// No client can send such an event: Node's own names for what salon has methods for.
fn warn_if_reserved(name: &str) {
    if RESERVED_EVENTS.contains(&name) {
        tracing::error!(
            "a handler of {name:?} is never called: no client may send such an event; use \
             on_connect, on_disconnecting or on_disconnect"
        );
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Table")
    }
}
