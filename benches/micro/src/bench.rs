//! A named piece of work, and the list of all.

use crate::work;

/// A piece of work, ready to be done as often as one says.
pub type Work = Box<dyn FnMut(usize)>;

/// A named piece of work. Its figures are per item.
#[derive(Clone, Copy, Debug)]
pub struct Bench {
    /// `group/what`; the group `floor` is for what is not ours.
    pub name: &'static str,
    /// What one item is.
    pub item: &'static str,
    /// Items in one go: the receivers of a broadcast, say.
    pub items: usize,
    /// How many goes callgrind counts. There are as many before, to warm up.
    pub goes: usize,
    /// The most allocations in one go.
    pub allocations: usize,
    /// The name of the least that this could cost.
    pub floor: Option<&'static str>,
    /// Whether each run takes as many instructions, so that they can be checked. Long lists that come
    /// and go do not: what they cost depends on the heap.
    pub is_steady: bool,
    /// Makes all that the work needs, which is not counted.
    pub make: fn() -> Work,
}

impl Bench {
    /// Items in all goes that callgrind counts.
    #[must_use]
    pub const fn counted_items(&self) -> f64 {
        (self.goes * self.items) as f64
    }

    /// A piece of one item that allocates nothing and has no floor.
    pub(crate) const fn new(
        name: &'static str,
        item: &'static str,
        goes: usize,
        make: fn() -> Work,
    ) -> Self {
        Self {
            name,
            item,
            items: 1,
            goes,
            allocations: 0,
            floor: None,
            is_steady: true,
            make,
        }
    }

    pub(crate) const fn items(mut self, items: usize) -> Self {
        self.items = items;
        self
    }

    pub(crate) const fn allocations(mut self, allocations: usize) -> Self {
        self.allocations = allocations;
        self
    }

    pub(crate) const fn floor(mut self, floor: &'static str) -> Self {
        self.floor = Some(floor);
        self
    }

    pub(crate) const fn unsteady(mut self) -> Self {
        self.is_steady = false;
        self
    }

    /// Whether it is only there to compare others with.
    #[must_use]
    pub fn is_floor(&self) -> bool {
        self.name.starts_with("floor/")
    }
}

/// All pieces, group by group.
pub fn all() -> impl Iterator<Item = &'static Bench> {
    work::GROUPS.iter().copied().flatten()
}

/// The piece of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Bench> {
    all().find(|bench| bench.name == name)
}

/// The same piece with twice as many items: the difference is what an item costs, whatever comes
/// once in a go. Only some have one.
#[must_use]
pub fn twice(bench: &Bench) -> Option<&'static Bench> {
    work::TWICE.iter().find(|other| other.name == bench.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_name_one_piece() {
        for bench in all() {
            assert_eq!(all().filter(|other| other.name == bench.name).count(), 1);
            let is_fine =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "/-".contains(c);
            assert!(bench.name.chars().all(is_fine), "{}", bench.name);
        }
    }

    #[test]
    fn floors_are_there() {
        for floor in all().filter_map(|bench| bench.floor) {
            assert!(find(floor).is_some_and(Bench::is_floor), "{floor}");
        }
    }
}
