//! A list that is read with each event, seldom changed, and mostly empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::RwLock;

/// Items in the order in which they were added. To find out that there are none takes no lock.
pub(super) struct List<T> {
    len: AtomicUsize,
    /// Shared, so that items are used while the lock is free.
    entries: RwLock<Arc<[Entry<T>]>>,
}

#[derive(Clone)]
pub(super) struct Entry<T> {
    pub(super) id: u64,
    /// Whoever uses it must take it out first.
    pub(super) is_once: bool,
    pub(super) item: T,
}

impl<T: Clone> List<T> {
    pub(super) fn add(&self, entry: Entry<T>) {
        self.change(|entries| entries.chain([entry]).collect());
    }

    /// Takes an entry out; `false` if it is not there any more.
    pub(super) fn remove(&self, id: u64) -> bool {
        let before = self.len();
        let after = self.change(|entries| entries.filter(|one| one.id != id).collect());
        after < before
    }

    /// All entries as they are now; `None` if there are none.
    pub(super) fn get(&self) -> Option<Arc<[Entry<T>]>> {
        (!self.is_empty()).then(|| Arc::clone(&self.entries.read()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// Returns the new length. What falls out of the list is dropped when the lock is free.
    fn change(
        &self,
        change: impl FnOnce(&mut dyn Iterator<Item = Entry<T>>) -> Arc<[Entry<T>]>,
    ) -> usize {
        let mut entries = self.entries.write();
        let changed = change(&mut entries.iter().cloned());
        let len = changed.len();
        let before = std::mem::replace(&mut *entries, changed);
        self.len.store(len, Ordering::Release);
        drop(entries);
        drop(before);
        len
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self {
            len: AtomicUsize::new(0),
            entries: RwLock::new(Arc::new([])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(list: &List<char>) -> String {
        let entries = list.get();
        entries
            .iter()
            .flat_map(|all| all.iter().map(|one| one.item))
            .collect()
    }

    fn list(items: &str) -> List<char> {
        let list = List::default();
        for (id, item) in (0..).zip(items.chars()) {
            let is_once = false;
            list.add(Entry { id, is_once, item });
        }
        list
    }

    #[test]
    fn items_stay_in_order_and_leave_once() {
        let list = list("abc");
        assert!(list.remove(1));
        assert!(!list.remove(1));
        assert_eq!(items(&list), "ac");
        assert!(list.remove(0) && list.remove(2));
        assert!(list.is_empty() && list.get().is_none());
    }

    #[test]
    fn what_is_being_used_stays_whole_when_the_list_changes() {
        let list = list("ab");
        let used = list.get().unwrap();
        list.remove(0);
        assert_eq!(used.len(), 2);
    }
}
