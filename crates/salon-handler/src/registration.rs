//! The way to take a handler away again.

use std::fmt;
use std::sync::{Arc, Weak};

/// A handler that was registered. Dropping this changes nothing.
///
/// ```
/// let io = salon::Server::new();
/// let hello = io.on("hello", || async { println!("hello") });
/// assert!(hello.off());
/// ```
#[derive(Clone)]
pub struct Registration {
    table: Weak<dyn Remove>,
    key: Key,
}

/// What a table finds one of its handlers by.
#[derive(Clone, Debug)]
pub struct Key {
    pub(crate) id: u64,
    pub(crate) event: Option<Box<str>>,
}

/// A table of handlers that can be taken away again.
pub trait Remove: Send + Sync {
    /// Takes a handler away, whichever list it is in; `false` if it is not there any more.
    fn remove(&self, key: &Key) -> bool;
}

impl Key {
    /// The number of a list's item.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }
}

/// Of an item in a list.
impl From<u64> for Key {
    fn from(id: u64) -> Self {
        Self { id, event: None }
    }
}

impl Registration {
    /// A handler that stands in a table under this key.
    pub fn new<T: Remove + 'static>(table: &Arc<T>, key: impl Into<Key>) -> Self {
        let table: Weak<T> = Arc::downgrade(table);
        let key = key.into();
        Self { table, key }
    }

    /// Takes the handler away: later events do not call it. Calls that have begun go on.
    ///
    /// `false`: it was away already.
    pub fn off(&self) -> bool {
        let table = self.table.upgrade();
        table.is_some_and(|table| table.remove(&self.key))
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registration").field(&self.key).finish()
    }
}
