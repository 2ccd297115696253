//! One coarse table for all deadlines, instead of a timer for each.

use std::collections::BTreeMap;

/// Deadlines in slots; time comes in as milliseconds from any fixed start.
///
/// The width of a slot says how late a deadline may be noticed, and so how many of them are handled
/// together. Each deadline comes with its own. None expires early, and each less than its slot late
/// for a caller that asks at [`Wheel::next`]. Deadlines are not taken back: whoever has a new one inserts it as well, and
/// ignores the old one when it expires.
#[derive(Debug)]
pub(super) struct Wheel<K> {
    /// By the end of the slot. There are few slots however many the deadlines, so finding one
    /// costs little, and each goes with its memory when it expires.
    slots: BTreeMap<u64, Vec<K>>,
}

impl<K> Wheel<K> {
    /// Adds a deadline; true if it comes before all others, so that the driver must wake earlier.
    pub(super) fn insert(&mut self, deadline_ms: u64, slot_ms: u64, key: K) -> bool {
        let slot = end_of_slot(deadline_ms, slot_ms);
        let earliest = self.next().is_none_or(|next| slot < next);
        self.slots.entry(slot).or_default().push(key);
        earliest
    }

    /// When to ask for expired deadlines next; `None` if there are none at all.
    pub(super) fn next(&self) -> Option<u64> {
        self.slots.first_key_value().map(|(slot, _)| *slot)
    }

    /// Takes out what has expired, slot by slot, within a slot as inserted.
    pub(super) fn expire(&mut self, now_ms: u64) -> Vec<K> {
        let mut expired = Vec::new();
        while let Some(slot) = self.slots.first_entry() {
            if *slot.key() > now_ms {
                break;
            }
            expired.append(&mut slot.remove());
        }
        expired
    }
}

/// The first end of a slot that is not before the deadline.
fn end_of_slot(deadline_ms: u64, slot_ms: u64) -> u64 {
    let width = slot_ms.max(1);
    deadline_ms.div_ceil(width).saturating_mul(width)
}

impl<K> Default for Wheel<K> {
    fn default() -> Self {
        Self {
            slots: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOT: u64 = 8;

    #[test]
    fn a_deadline_expires_at_the_end_of_its_slot_and_once() {
        let mut wheel = Wheel::default();
        wheel.insert(17, SLOT, 'a');
        assert_eq!(wheel.next(), Some(24));
        assert!(wheel.expire(23).is_empty());
        assert_eq!(wheel.expire(24), ['a']);
        assert!(wheel.expire(1_000).is_empty());
    }

    #[test]
    fn a_deadline_on_the_border_of_slots_is_not_late_at_all() {
        let mut wheel = Wheel::default();
        wheel.insert(16, SLOT, 'a');
        assert_eq!(wheel.expire(16), ['a']);
    }

    #[test]
    fn a_deadline_in_the_past_expires_at_once() {
        let mut wheel = Wheel::default();
        assert!(wheel.expire(5_000).is_empty());
        assert!(wheel.insert(0, SLOT, 'a'));
        assert_eq!(wheel.expire(5_000), ['a']);
    }

    #[test]
    fn the_driver_is_woken_for_an_earlier_slot_only() {
        let mut wheel = Wheel::default();
        assert!(wheel.insert(100, SLOT, 'a'));
        assert!(!wheel.insert(97, SLOT, 'b'), "the same slot");
        assert!(!wheel.insert(200, SLOT, 'c'));
        assert!(wheel.insert(96, SLOT, 'd'));
        assert_eq!(wheel.expire(104), ['d', 'a', 'b']);
        assert!(
            !wheel.insert(200, SLOT, 'e'),
            "the same slot as what is left"
        );
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        let mut wheel = Wheel::default();
        for deadline in [u64::MAX, u64::MAX - 1, u64::MAX - 8, u64::MAX - 9] {
            wheel.insert(deadline, SLOT, deadline);
        }
        assert_eq!(wheel.expire(u64::MAX).len(), 4);
        assert_eq!(wheel.next(), None);
    }

    #[test]
    fn random_deadlines_expire_as_in_a_naive_model() {
        for seed in 1..=500 {
            run_against_a_list(seed);
        }
    }

    /// Inserts random deadlines while time passes; the model is a plain list of them.
    fn run_against_a_list(seed: u64) {
        let mut random = seed;
        let mut below = |limit| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random >> 20) % limit
        };
        let (mut wheel, mut model, mut now) = (Wheel::default(), Vec::new(), 0);
        for key in 0..400 {
            let deadline = now + below(300);
            let first = model
                .iter()
                .all(|(end, _)| end_of_slot(deadline, SLOT) < *end);
            assert_eq!(
                wheel.insert(deadline, SLOT, (deadline, key)),
                first,
                "seed {seed}"
            );
            model.push((end_of_slot(deadline, SLOT), key));
            if below(3) == 0 {
                now += below(30);
                check_expired(&mut wheel, &mut model, now, seed);
            }
        }
        check_expired(&mut wheel, &mut model, now + 400, seed);
        assert_eq!(wheel.next(), None, "seed {seed}");
    }

    fn check_expired(
        wheel: &mut Wheel<(u64, u64)>,
        model: &mut Vec<(u64, u64)>,
        now: u64,
        seed: u64,
    ) {
        let fired = wheel.expire(now);
        assert!(
            fired.iter().all(|(deadline, _)| *deadline <= now),
            "early, seed {seed}"
        );
        assert!(wheel.next().is_none_or(|next| next > now), "seed {seed}");
        let mut due: Vec<u64> = model
            .extract_if(.., |(end, _)| *end <= now)
            .map(|(_, key)| key)
            .collect();
        let mut keys: Vec<u64> = fired.into_iter().map(|(_, key)| key).collect();
        due.sort_unstable();
        keys.sort_unstable();
        assert_eq!(keys, due, "seed {seed}");
        let left: usize = wheel.slots.values().map(Vec::len).sum();
        assert_eq!(left, model.len(), "seed {seed}");
    }

    #[test]
    fn no_deadline_is_a_slot_late() {
        for deadline in 0..1_000 {
            let end = end_of_slot(deadline, SLOT);
            assert!((deadline..deadline + SLOT).contains(&end));
        }
    }

    #[test]
    fn narrow_and_wide_slots_stand_side_by_side() {
        let mut wheel = Wheel::default();
        wheel.insert(17, 8, 'a');
        wheel.insert(18, 1, 'b');
        wheel.insert(19, 0, 'c');
        assert_eq!(wheel.expire(19), ['b', 'c']);
        assert_eq!(wheel.expire(24), ['a']);
    }
}
