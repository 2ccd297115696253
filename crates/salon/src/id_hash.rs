//! A quick hash for ids, which are random already.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// Makes hashers for one map, all with the same secret.
///
/// The standard hash takes six times as long. It withstands who chooses all keys; ids come from
/// the operating system's randomness, or from the application, and the secret of each map keeps
/// even a client that has seen many of them from knowing which go together.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdHash(u64);

impl Default for IdHash {
    fn default() -> Self {
        Self(RandomState::new().hash_one(()))
    }
}

impl BuildHasher for IdHash {
    type Hasher = IdHasher;

    fn build_hasher(&self) -> IdHasher {
        IdHasher(self.0)
    }
}

/// Multiplies, and folds the product so that each bit of the input reaches each of the output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdHasher(u64);

/// Any odd number without a pattern: the fraction of the golden ratio.
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;

impl IdHasher {
    fn fold(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word) * u128::from(FACTOR);
        let (low, high) = (product as u64, (product >> 64) as u64);
        self.0 = (low ^ high).wrapping_add(FACTOR);
    }
}

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.fold(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.fold(u64::from_le_bytes(last));
    }

    fn write_u8(&mut self, number: u8) {
        self.fold(number.into());
    }

    fn write_usize(&mut self, number: usize) {
        self.fold(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use salon_proto::{SessionId, SocketId};

    use super::*;

    /// Ids that differ in few bits, which is worse than random ones.
    fn ids() -> impl Iterator<Item = SessionId> {
        (0..10_000_u32).map(|number| {
            let mut entropy = [0; 15];
            entropy[..4].copy_from_slice(&number.to_le_bytes());
            SessionId::from_entropy(entropy)
        })
    }

    #[test]
    fn ids_that_look_alike_are_spread() {
        let hash = IdHash::default();
        for shift in [0, 20, 50] {
            let places = ids().map(|id| (hash.hash_one(id) >> shift) % (1 << 14));
            let taken = places.collect::<HashSet<_>>().len();
            // Of 16,384 places a perfectly random hash takes 7,486.
            assert!(
                (7_200..7_800).contains(&taken),
                "{taken} with shift {shift}"
            );
        }
    }

    #[test]
    fn equal_ids_have_one_hash_and_each_map_has_its_own() {
        let (one, other) = (IdHash::default(), IdHash::default());
        let id = SocketId::parse("aaaaaaaaaaaaaaaaaaaa").unwrap();
        assert_eq!(one.hash_one(&id), one.hash_one(id.clone()));
        assert_ne!(one.hash_one(&id), other.hash_one(&id));
    }
}
