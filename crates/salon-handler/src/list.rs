//! A list that is read with each event, seldom changed, and mostly empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use parking_lot::RwLock;

/// Items in the order in which they were added. To find out that there are none takes no lock;
/// an empty list holds no memory besides itself.
pub struct List<T> {
    len: AtomicUsize,
    /// Shared, so that items are used while the lock is free.
    entries: RwLock<Entries<T>>,
}

pub(crate) type Entries<T> = Option<Arc<[Entry<T>]>>;

#[derive(Clone)]
pub(crate) struct Entry<T> {
    pub(crate) id: u64,
    /// Whoever uses it must take it out first.
    pub(crate) is_once: bool,
    pub(crate) item: T,
}

impl<T> Entry<T> {
    /// With an id that no other entry of any list has.
    pub(crate) fn new(is_once: bool, item: T) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let id = LAST.fetch_add(1, Ordering::Relaxed);
        Self { id, is_once, item }
    }
}

impl<T> List<T> {
    /// An empty one.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            len: AtomicUsize::new(0),
            entries: RwLock::new(None),
        }
    }

    /// Whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }
}

impl<T: Clone> List<T> {
    /// Adds an item and says its id.
    pub fn add(&self, item: T) -> u64 {
        let entry = Entry::new(false, item);
        let id = entry.id;
        self.change(|entries| entries.chain([entry]).collect());
        id
    }

    /// Takes an item out; `false` if it is not there any more.
    pub fn remove(&self, id: u64) -> bool {
        let mut is_there = false;
        self.change(|entries| {
            let kept = entries.filter(|one| {
                is_there |= one.id == id;
                one.id != id
            });
            kept.collect()
        });
        is_there
    }

    /// Takes all items out.
    pub fn clear(&self) {
        self.change(|_| Arc::new([]));
    }

    /// All items as they are now.
    pub fn items(&self) -> Vec<T> {
        let entries = self.get();
        let entries = entries.iter().flat_map(|all| all.iter());
        entries.map(|one| one.item.clone()).collect()
    }

    /// All entries as they are now; `None` if there are none.
    pub(crate) fn get(&self) -> Entries<T> {
        match self.is_empty() {
            true => None,
            false => self.entries.read().clone(),
        }
    }

    /// What falls out of the list is dropped when the lock is free.
    fn change(&self, change: impl FnOnce(&mut dyn Iterator<Item = Entry<T>>) -> Arc<[Entry<T>]>) {
        let mut entries = self.entries.write();
        let changed = change(&mut entries.iter().flat_map(|all| all.iter().cloned()));
        self.len.store(changed.len(), Ordering::Release);
        let changed = (!changed.is_empty()).then_some(changed);
        let before = std::mem::replace(&mut *entries, changed);
        drop(entries);
        drop(before);
    }
}

/// A list of its own, with the same items.
impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        let entries = self.entries.read().clone();
        Self {
            len: AtomicUsize::new(entries.as_ref().map_or(0, |all| all.len())),
            entries: RwLock::new(entries),
        }
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(list: &List<char>) -> String {
        list.items().into_iter().collect()
    }

    #[test]
    fn items_stay_in_order_and_leave_once() {
        let list = List::new();
        let ids: Vec<u64> = "abc".chars().map(|item| list.add(item)).collect();
        assert!(list.remove(ids[1]));
        assert!(!list.remove(ids[1]));
        assert_eq!(text(&list), "ac");
        assert!(list.remove(ids[0]) && list.remove(ids[2]));
        assert!(list.is_empty() && list.get().is_none());
    }

    #[test]
    fn a_clone_goes_its_own_way() {
        let list = List::new();
        let first = list.add('a');
        let clone = list.clone();
        clone.add('b');
        assert!(list.remove(first));
        assert_eq!(
            (text(&list), text(&clone)),
            (String::new(), "ab".to_owned())
        );
    }

    #[test]
    fn what_is_being_used_stays_whole_when_the_list_changes() {
        let list = List::new();
        let first = list.add('a');
        list.add('b');
        let used = list.get().unwrap();
        list.remove(first);
        assert_eq!(used.len(), 2);
    }
}
