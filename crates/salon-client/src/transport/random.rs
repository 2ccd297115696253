//! Randomness from the operating system, fetched for many at a time.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes fetched at a time: a WebSocket frame takes four.
const POOL: usize = 1_024;

thread_local! {
    static THREAD: RefCell<Pool> = const { RefCell::new(Pool { bytes: [0; POOL], used: POOL }) };
}

struct Pool {
    bytes: [u8; POOL],
    used: usize,
}

impl Pool {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        if self.used + N > POOL {
            // A system without randomness has old bytes here. They hide nothing of ours: a mask
            // only keeps an application from choosing what proxies see (RFC 6455 section 10.3).
            let _ = getrandom::fill(&mut self.bytes);
            self.used = 0;
        }
        let mut taken = [0; N];
        taken.copy_from_slice(&self.bytes[self.used..self.used + N]);
        self.used += N;
        taken
    }
}

/// `N` random bytes.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    THREAD.with_borrow_mut(Pool::take)
}

/// The value of the parameter `t`, which keeps caches from answering a poll: eight characters,
/// the first five by the time, as the JavaScript client makes it.
pub(crate) fn cache_buster() -> String {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let random = u32::from_le_bytes(bytes());
    let mut value = since_epoch.as_millis() % u128::from(BASE.pow(5));
    value = value * u128::from(BASE.pow(3)) + u128::from(random) % u128::from(BASE.pow(3));
    let mut text = [b'0'; 8];
    for digit in text.iter_mut().rev() {
        *digit = DIGITS[usize::try_from(value % u128::from(BASE)).unwrap_or_default()];
        value /= u128::from(BASE);
    }
    text.iter().copied().map(char::from).collect()
}

const BASE: u64 = 36;
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_bytes_are_given_twice() {
        let taken: std::collections::HashSet<[u8; 8]> = (0..1_000).map(|_| bytes()).collect();
        assert_eq!(taken.len(), 1_000);
    }

    #[test]
    fn a_cache_buster_has_eight_digits() {
        let (one, other) = (cache_buster(), cache_buster());
        assert_ne!(one, other);
        assert_eq!(one.len(), 8);
        assert!(one.bytes().all(|byte| DIGITS.contains(&byte)));
    }
}
