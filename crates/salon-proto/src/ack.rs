//! Answers that are still owed.

use crate::few::Few;

/// Who waits for which answer, up to a limit.
///
/// The caller chooses the ids. A waiter leaves by being answered, by being cancelled
/// (its deadline, or nobody wants the answer any more), or with all others at the end.
///
/// ```
/// use salon_proto::ack::AckTable;
///
/// let mut owed = AckTable::new(2);
/// owed.insert(1, "waiter").unwrap();
/// assert_eq!(owed.remove(1), Some("waiter"));
/// assert_eq!(owed.remove(1), None); // a second answer finds nobody
/// ```
#[derive(Debug)]
pub struct AckTable<T> {
    waiting: Few<u64, T>,
    limit: usize,
}

impl<T> AckTable<T> {
    /// An empty table for at most `limit` waiters.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            waiting: Few::default(),
            limit,
        }
    }

    /// Adds a waiter.
    ///
    /// # Errors
    /// Hands the waiter back when the table is full.
    pub fn insert(&mut self, id: u64, waiter: T) -> Result<(), T> {
        if self.waiting.len() >= self.limit {
            return Err(waiter);
        }
        self.waiting.insert(id, waiter);
        Ok(())
    }

    /// Takes the waiter out: the answer came, or nobody waits any more.
    pub fn remove(&mut self, id: u64) -> Option<T> {
        self.waiting.remove(&id)
    }

    /// Whether a waiter can be added.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.waiting.len() < self.limit
    }

    /// Whether somebody waits for the answer with this id.
    #[must_use]
    pub fn contains(&self, id: u64) -> bool {
        self.waiting.contains(&id)
    }

    /// The waiter for the answer with this id.
    pub fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        self.waiting.get_mut(&id)
    }

    /// Forgets those waiters that fit the description; gives their ids, in order.
    pub fn remove_if(&mut self, mut is_meant: impl FnMut(&T) -> bool) -> Vec<u64> {
        let mut removed = Vec::new();
        self.waiting.retain(|id, waiter| {
            let is_meant = is_meant(waiter);
            if is_meant {
                removed.push(*id);
            }
            !is_meant
        });
        removed
    }

    /// Takes all waiters out.
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        self.waiting.drain()
    }

    /// How many answers are owed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether no answer is owed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_never_answers_costs_a_bounded_table() {
        let mut owed = AckTable::new(3);
        for id in 0..3 {
            assert_eq!(owed.insert(id, id), Ok(()));
        }
        assert_eq!(owed.insert(3, 3), Err(3));
        owed.remove(1);
        assert_eq!(owed.insert(4, 4), Ok(()));
    }
}
