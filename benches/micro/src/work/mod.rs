//! The pieces of work, group by group.

mod broadcast;
mod dispatch;
mod floor;
mod frames;
mod hub;
mod packets;
mod payload;
mod requests;

use crate::bench::Bench;

pub(crate) const GROUPS: &[&[Bench]] = &[
    packets::BENCHES,
    payload::BENCHES,
    frames::BENCHES,
    hub::BENCHES,
    dispatch::BENCHES,
    broadcast::BENCHES,
    requests::BENCHES,
    floor::BENCHES,
];

/// Pieces of [`GROUPS`] with twice as many items.
pub(crate) const TWICE: &[Bench] = &[dispatch::TWICE, broadcast::TWICE];

/// The data of a small event: 64 bytes.
const SMALL: &str = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";

/// Any key but zero.
const MASK: Option<[u8; 4]> = Some([0x5A, 0xC3, 0x3C, 0xA5]);

const KIB: usize = 1_024;

/// A text that has some characters of more than one byte.
fn large_text() -> String {
    "0123456789abcdefghijklmnopqrstuvwxyzäöü€ ".repeat(100 * KIB / 46)
}

/// Does it again and again, and keeps the compiler from seeing that nobody wants the result.
fn repeat<T>(goes: usize, mut go: impl FnMut() -> T) {
    for _ in 0..goes {
        std::hint::black_box(go());
    }
}
