//! The handlers that both sides have.

use std::fmt;

use crate::call::Call;
use crate::failure::Observer;
use crate::handlers::{Events, Handlers};
use crate::list::List;
use crate::peer::Peer;
use crate::registration::{Key, Remove};
use crate::running::Start;

/// The handlers of a namespace, or of one socket. What only one side has stands beside it, in a
/// table of that side.
pub struct Table<P: Peer> {
    /// When a socket has connected.
    pub connect: Handlers<P>,
    /// For each event that comes, before those of its name.
    pub any: Handlers<P>,
    /// For each event that is sent.
    pub any_outgoing: Handlers<P>,
    /// By the names of events that come.
    pub events: Events<P>,
    /// For events that no other handler is for.
    pub unhandled: Handlers<P>,
    /// When a socket has disconnected.
    pub disconnect: Handlers<P>,
    /// Told of failures.
    pub failures: List<Observer<P>>,
}

impl<P: Peer> Table<P> {
    /// Forgets all handlers, and with them whatever they keep alive.
    pub fn clear(&self) {
        self.events.clear();
        self.failures.clear();
        for handlers in [
            &self.connect,
            &self.any,
            &self.any_outgoing,
            &self.unhandled,
            &self.disconnect,
        ] {
            handlers.clear();
        }
    }
}

/// Calls the handlers of an event, or those for unhandled events if it has none. Several tables
/// are asked in their order. Says whether the event has a handler of its name.
pub fn handle<'a, P: Peer>(
    tables: impl Iterator<Item = &'a Table<P>> + Clone,
    call: &Call<'_, P>,
    start: &mut Start<'_>,
) -> bool {
    let Some(name) = call.event() else {
        return false;
    };
    let mut is_handled = false;
    // Faster than a loop, since the iterator is a chain.
    tables.clone().for_each(|table| {
        is_handled |= table.events.call(name, call, start);
    });
    if !is_handled {
        tables.for_each(|table| table.unhandled.call(call, start));
    }
    is_handled
}

/// A table of its own, with the same handlers.
impl<P: Peer> Clone for Table<P> {
    fn clone(&self) -> Self {
        Self {
            connect: self.connect.clone(),
            any: self.any.clone(),
            any_outgoing: self.any_outgoing.clone(),
            events: self.events.clone(),
            unhandled: self.unhandled.clone(),
            disconnect: self.disconnect.clone(),
            failures: self.failures.clone(),
        }
    }
}

impl<P: Peer> Default for Table<P> {
    fn default() -> Self {
        Self {
            connect: Handlers::new("connection"),
            any: Handlers::new("any event"),
            any_outgoing: Handlers::new("any outgoing event"),
            events: Events::default(),
            unhandled: Handlers::new("unhandled events"),
            disconnect: Handlers::new("disconnection"),
            failures: List::new(),
        }
    }
}

impl<P: Peer> Remove for Table<P> {
    fn remove(&self, key: &Key) -> bool {
        self.events.remove(key)
            || self.any.remove(key)
            || self.any_outgoing.remove(key)
            || self.unhandled.remove(key)
            || self.connect.remove(key)
            || self.disconnect.remove(key)
            || self.failures.remove(key.id)
    }
}

impl<P: Peer> fmt::Debug for Table<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Table")
    }
}
