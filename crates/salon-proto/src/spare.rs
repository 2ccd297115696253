//! The buffer of a large packet, kept for the next one.
//!
//! A large buffer that is freed and wanted again with each message makes allocators give memory
//! back to the system and take it again, page by page, which costs more than to write the packet.
//! So each thread keeps one.

use std::cell::Cell;

/// Smaller ones cost allocators little.
const SMALLEST: usize = 32 * 1024;

/// Larger ones are too much to keep.
const LARGEST: usize = 256 * 1024;

thread_local! {
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Makes room for `needed` bytes in all, in the kept buffer if that fits: one that is twice as large
/// would take more memory in an outbox than it counts there.
pub(crate) fn grow(buffer: &mut Vec<u8>, needed: usize) {
    if needed >= SMALLEST {
        let spare = SPARE.take();
        if (needed..=needed.saturating_mul(2)).contains(&spare.capacity()) {
            let small = std::mem::replace(buffer, spare);
            buffer.extend_from_slice(&small);
            return;
        }
        SPARE.set(spare);
    }
    buffer.reserve(needed.saturating_sub(buffer.len()));
}

/// Keeps a buffer whose bytes nobody needs any more, if it is worth it.
pub(crate) fn keep(mut buffer: Vec<u8>) {
    if (SMALLEST..=LARGEST).contains(&buffer.capacity()) {
        buffer.clear();
        // At the end of a thread there is nothing to keep it for.
        let _ = SPARE.try_with(|spare| spare.set(buffer));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_buffer_is_used_again_where_it_fits() {
        let large = Vec::with_capacity(100_000);
        let place = large.as_ptr();
        keep(large);
        for (needed, is_used) in [(40_000, false), (100_001, false), (60_000, true)] {
            let mut buffer = b"begun".to_vec();
            grow(&mut buffer, needed);
            assert_eq!(buffer.as_ptr() == place, is_used, "{needed}");
            assert!(buffer.capacity() >= needed && buffer == b"begun");
        }
    }

    #[test]
    fn neither_small_nor_huge_ones_are_kept() {
        for capacity in [SMALLEST - 1, LARGEST + 1] {
            keep(Vec::with_capacity(capacity));
            assert_eq!(SPARE.take().capacity(), 0);
        }
    }
}
