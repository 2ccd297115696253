//! Lists of handlers: those for one occasion, and those for events.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::RwLock;
use salon_proto::packet::RESERVED_EVENTS;

use crate::call::Call;
use crate::erased::{Erased, erase};
use crate::handler::Handler;
use crate::list::{Entries, Entry, List};
use crate::name_hash::NameHash;
use crate::peer::Peer;
use crate::place::Place;
use crate::registration::Key;
use crate::running::Start;

/// The handlers for one occasion that is no event of a name.
pub struct Handlers<P: Peer> {
    what: &'static str,
    list: List<Erased<P>>,
}

impl<P: Peer> Handlers<P> {
    /// None yet. `what` they are for is named in reports: "the handler of {what} failed".
    #[must_use]
    pub const fn new(what: &'static str) -> Self {
        let list = List::new();
        Self { what, list }
    }

    /// Adds a handler.
    pub fn add<M: 'static>(&self, handler: impl Handler<P, M>) -> Key {
        self.list
            .add(erase(Place::Other(self.what), handler))
            .into()
    }

    /// Takes a handler away; `false` if it is not there any more.
    pub fn remove(&self, key: &Key) -> bool {
        self.list.remove(key.id)
    }

    /// Forgets them all.
    pub fn clear(&self) {
        self.list.clear();
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Calls them all, in the order of their registration, while no lock is held.
    pub fn call(&self, call: &Call<'_, P>, start: &mut Start<'_>) {
        call_all(self.list.get(), |id| self.list.remove(id), call, start);
    }
}

/// A list of its own, with the same handlers.
impl<P: Peer> Clone for Handlers<P> {
    fn clone(&self) -> Self {
        Self {
            what: self.what,
            list: self.list.clone(),
        }
    }
}

/// The handlers of events, by the events' names. A clone shares the names until one of the two
/// changes: many sockets that were made alike have them once. `None`: there have never been any.
pub struct Events<P: Peer>(RwLock<Option<Arc<ByName<P>>>>);

/// Lists that are shared, so that handlers are called while the lock is free; none is empty.
type ByName<P> = HashMap<Box<str>, Arc<[Entry<Erased<P>>]>, NameHash>;

impl<P: Peer> Events<P> {
    /// Adds a handler. `is_once`: it is called a single time.
    pub fn add<M: 'static>(&self, name: &str, is_once: bool, handler: impl Handler<P, M>) -> Key {
        warn_if_reserved(name);
        let name = Box::<str>::from(name);
        let entry = Entry::new(is_once, erase(Place::Event(name.clone()), handler));
        let (id, event) = (entry.id, Some(name.clone()));
        let mut events = self.0.write();
        let events = Arc::make_mut(events.get_or_insert_default());
        let before = events.get(&name);
        let before = before.iter().flat_map(|all| all.iter().cloned());
        let after = before.chain([entry]).collect();
        events.insert(name, after);
        Key { id, event }
    }

    /// Takes a handler away; `false` if it is not there any more.
    pub fn remove(&self, key: &Key) -> bool {
        let event = key.event.as_deref();
        event.is_some_and(|name| self.remove_one(name, key.id))
    }

    fn remove_one(&self, name: &str, id: u64) -> bool {
        let mut guard = self.0.write();
        let Some(events) = guard.as_mut().map(Arc::make_mut) else {
            return false;
        };
        let Some(before) = events.remove(name) else {
            return false;
        };
        let after = before.iter().filter(|one| one.id != id).cloned();
        let after: Arc<[_]> = after.collect();
        let is_removed = after.len() < before.len();
        if !after.is_empty() {
            events.insert(name.into(), after);
        }
        drop(guard);
        // What fell out is dropped when the lock is free.
        drop(before);
        is_removed
    }

    /// Takes all handlers of an event away.
    pub fn remove_all(&self, name: &str) {
        let mut events = self.0.write();
        let removed = events.as_mut().map(|all| Arc::make_mut(all).remove(name));
        drop(events);
        drop(removed);
    }

    /// Forgets all handlers.
    pub fn clear(&self) {
        let removed = std::mem::take(&mut *self.0.write());
        drop(removed);
    }

    /// The events that have handlers, in no particular order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let events = self.0.read();
        let names = events.iter().flat_map(|all| all.keys());
        names.map(|name| name.to_string()).collect()
    }

    /// Calls all handlers of an event. Says whether there are any.
    pub fn call(&self, name: &str, call: &Call<'_, P>, start: &mut Start<'_>) -> bool {
        let handlers = self
            .0
            .read()
            .as_ref()
            .and_then(|all| all.get(name).cloned());
        let remove = |id| self.remove_one(name, id);
        call_all(handlers, remove, call, start)
    }
}

/// Lists of their own, with the same handlers.
impl<P: Peer> Clone for Events<P> {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.0.read().clone()))
    }
}

impl<P: Peer> Default for Events<P> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

fn call_all<P: Peer>(
    handlers: Entries<Erased<P>>,
    remove: impl Fn(u64) -> bool,
    call: &Call<'_, P>,
    start: &mut Start<'_>,
) -> bool {
    let Some(handlers) = handlers else {
        return false;
    };
    for handler in handlers.iter() {
        // Of several events at once, the one that takes it out has it.
        if !handler.is_once || remove(handler.id) {
            (handler.item)(call, start);
        }
    }
    // One that was taken out meanwhile goes here, with what it has captured.
    drop_contained(handlers);
    true
}

fn drop_contained<T>(value: T) {
    if catch_unwind(AssertUnwindSafe(|| drop(value))).is_err() {
        tracing::error!("what a handler has captured panicked when the handler went");
    }
}

/// Nobody can send such an event: JavaScript's own names for what salon has methods for.
fn warn_if_reserved(name: &str) {
    if RESERVED_EVENTS.contains(&name) {
        tracing::error!(
            "a handler of {name:?} is never called: nobody may send such an event; use \
             on_connect, on_disconnect and their like"
        );
    }
}
