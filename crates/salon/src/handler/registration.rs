//! The way to take a handler away again.

use std::sync::Weak;

use super::Table;
use super::place::Place;

/// A handler that was registered. Dropping this changes nothing.
///
/// ```
/// let io = salon::Server::new();
/// let hello = io.on("hello", || async { println!("hello") });
/// assert!(hello.off());
/// ```
#[derive(Clone, Debug)]
pub struct Registration {
    table: Weak<Table>,
    place: Place,
    id: u64,
}

impl Registration {
    pub(super) const fn new(table: Weak<Table>, place: Place, id: u64) -> Self {
        Self { table, place, id }
    }

    /// Takes the handler away: later events do not call it. Calls that have begun go on.
    ///
    /// `false`: it was away already.
    pub fn off(&self) -> bool {
        let table = self.table.upgrade();
        table.is_some_and(|table| table.remove(&self.place, self.id))
    }
}
