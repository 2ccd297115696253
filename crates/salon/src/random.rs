//! Randomness for ids, from the operating system.

use salon_proto::id::ID_ENTROPY;

/// `None` if the operating system has none to give.
pub(crate) fn entropy() -> Option<[u8; ID_ENTROPY]> {
    let mut bytes = [0; ID_ENTROPY];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
