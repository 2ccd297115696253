//! Growth of the two buffers that hold what a peer sends.

/// Appends `bytes`, growing to at least `first` bytes at once and then by
/// doubling, but to no more capacity than `most` while the contents fit.
///
/// What a peer *claims* thereby never decides how much is allocated, only what
/// it really sent, and a buffer that is complete wastes nothing.
pub(super) fn append_within(buffer: &mut Vec<u8>, bytes: &[u8], first: usize, most: usize) {
    let needed = buffer.len().saturating_add(bytes.len());
    if needed > buffer.capacity() {
        let doubled = buffer.capacity().saturating_mul(2);
        let target = doubled.max(first).min(most).max(needed);
        buffer.reserve_exact(target - buffer.len());
    }
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_doubles_up_to_the_bound() {
        let mut buffer = Vec::new();
        let mut capacities = vec![];
        for _ in 0..100 {
            append_within(&mut buffer, &[1], 16, 100);
            capacities.push(buffer.capacity());
        }
        capacities.dedup();
        assert_eq!(capacities, [16, 32, 64, 100]);
    }

    #[test]
    fn nothing_is_allocated_for_nothing() {
        let mut buffer = Vec::new();
        append_within(&mut buffer, &[], 1024, 4096);
        assert_eq!(buffer.capacity(), 0);
    }
}
