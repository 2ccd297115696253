//! A map that mostly has one entry, or none.

use std::collections::VecDeque;

/// A map that needs no memory of its own for one entry.
///
/// More than one are in a queue, in the order of their keys. Keys that grow are added at its end,
/// and mostly the oldest leaves first: neither has to be searched for.
///
/// ```
/// use salon_proto::few::Few;
///
/// let mut awaited = Few::default();
/// awaited.insert(7, "an answer");
/// assert_eq!(awaited.remove(&7), Some("an answer"));
/// assert_eq!(awaited.remove(&7), None);
/// ```
#[derive(Clone, Debug)]
pub struct Few<K, V>(Entries<K, V>);

#[derive(Clone, Debug)]
enum Entries<K, V> {
    Nothing,
    One(K, V),
    /// At least one.
    Many(Box<Queue<K, V>>),
}

use Entries::{Many, Nothing, One};

/// Entries in the order of their keys.
#[derive(Clone, Debug)]
struct Queue<K, V>(VecDeque<(K, V)>);

/// Those who ever have several soon have more.
const FIRST_ROOM: usize = 16;

impl<K: Ord, V> Queue<K, V> {
    fn new(key: K, value: V) -> Self {
        let mut entries = VecDeque::with_capacity(FIRST_ROOM);
        entries.push_back((key, value));
        Self(entries)
    }

    fn insert(&mut self, key: K, value: V) {
        if self.0.back().is_none_or(|(last, _)| *last < key) {
            return self.0.push_back((key, value));
        }
        if let Some(before) = self.get_mut(&key) {
            *before = value;
            return;
        }
        let (Ok(index) | Err(index)) = self.find(&key);
        self.0.insert(index, (key, value));
    }

    fn remove(&mut self, key: &K) -> Option<V> {
        if self.0.front().is_some_and(|(first, _)| first == key) {
            return self.0.pop_front().map(|(_, value)| value);
        }
        let index = self.find(key).ok()?;
        self.0.remove(index).map(|(_, value)| value)
    }

    /// Where it is, or else where it would be.
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(one, _)| one.cmp(key))
    }

    fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let index = self.find(key).ok()?;
        self.0.get_mut(index).map(|(_, value)| value)
    }
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self(Nothing)
    }
}

impl<K: Ord, V> Few<K, V> {
    /// Adds an entry; one with the same key gives way to it.
    pub fn insert(&mut self, key: K, value: V) {
        if let Many(all) = &mut self.0 {
            return all.insert(key, value);
        }
        self.0 = match std::mem::replace(&mut self.0, Nothing) {
            One(first, other) if first != key => {
                let mut all = Queue::new(first, other);
                all.insert(key, value);
                Many(Box::new(all))
            }
            _ => One(key, value),
        };
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        if let Many(all) = &mut self.0 {
            let value = all.remove(key);
            if all.0.is_empty() {
                self.clear();
            }
            return value;
        }
        match std::mem::replace(&mut self.0, Nothing) {
            One(first, value) if first == *key => Some(value),
            other => {
                self.0 = other;
                None
            }
        }
    }

    /// Whether there is an entry with this key.
    #[must_use]
    pub fn contains(&self, key: &K) -> bool {
        match &self.0 {
            Nothing => false,
            One(first, _) => first == key,
            // What is asked for is mostly not there yet, and would be the last.
            Many(all) => all.0.back().is_some_and(|(last, _)| last >= key) && all.find(key).is_ok(),
        }
    }

    /// The value of an entry.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        match &mut self.0 {
            One(first, value) if first == key => Some(value),
            Many(all) => all.get_mut(key),
            _ => None,
        }
    }

    /// Forgets the entries that do not fit the description.
    pub fn retain(&mut self, mut is_meant: impl FnMut(&K, &V) -> bool) {
        let is_empty = match &mut self.0 {
            Nothing => true,
            One(key, value) => !is_meant(key, value),
            Many(all) => {
                all.0.retain(|(key, value)| is_meant(key, value));
                all.0.is_empty()
            }
        };
        if is_empty {
            self.clear();
        }
    }

    /// Takes all values out, in the order of their keys.
    pub fn drain(&mut self) -> impl Iterator<Item = V> {
        let (one, many) = match std::mem::replace(&mut self.0, Nothing) {
            Nothing => (None, VecDeque::new()),
            One(_, value) => (Some(value), VecDeque::new()),
            Many(all) => (None, all.0),
        };
        one.into_iter()
            .chain(many.into_iter().map(|(_, value)| value))
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0 = Nothing;
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Nothing => 0,
            One(..) => 1,
            Many(all) => all.0.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self.0, Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_taken_out_once_in_any_order() {
        for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
            let mut few = Few::default();
            for key in [1, 2, 3] {
                assert_eq!(few.remove(&key), None);
                few.insert(key, key * 10);
                assert!(few.contains(&key) && !few.contains(&9));
                assert_eq!(few.len(), key);
            }
            for key in order {
                assert_eq!(few.get_mut(&key), Some(&mut (key * 10)));
                assert_eq!(few.remove(&key), Some(key * 10));
                assert_eq!(few.remove(&key), None);
            }
            assert!(few.is_empty());
        }
    }

    #[test]
    fn entries_come_in_any_order_and_are_kept_in_that_of_their_keys() {
        let mut few = Few::default();
        for key in [5, 1, 9, 3, 5] {
            few.insert(key, key * 10);
        }
        assert_eq!(few.len(), 4);
        few.insert(3, 31);
        assert!(few.contains(&3) && !few.contains(&4) && !few.contains(&10));
        assert_eq!(few.drain().collect::<Vec<_>>(), [10, 31, 50, 90]);
    }

    #[test]
    fn one_alone_is_not_taken_for_another() {
        let mut few = Few::default();
        few.insert(1, "one");
        assert_eq!((few.remove(&2), few.get_mut(&2)), (None, None));
        few.insert(1, "another");
        assert_eq!(few.len(), 1);
        assert_eq!(few.remove(&1), Some("another"));
    }

    #[test]
    fn what_is_left_is_what_fits() {
        for count in 0..4 {
            let mut few = Few::default();
            (0..count).for_each(|key| few.insert(key, key));
            few.retain(|key, _| key % 2 == 1);
            let odd: Vec<_> = (0..count).filter(|key| key % 2 == 1).collect();
            assert_eq!(few.len(), odd.len());
            assert_eq!(few.drain().collect::<Vec<_>>(), odd);
            assert!(few.is_empty());
        }
    }
}
