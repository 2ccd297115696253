//! WebSocket frames.

use std::hint::black_box;

use salon_proto::ws::{Decoder, Opcode, Role, append_frame, apply_mask, binary_frame, text_frame};

use super::{KIB, MASK, SMALL, large_text, repeat};
use crate::bench::{Bench, Work};

/// Frames of one read.
const FRAMES: usize = 16;

pub(super) const BENCHES: &[Bench] = &[
    Bench::new("mask/64", "64 bytes", 1_000, || mask(64)).floor("floor/copy-64"),
    Bench::new("mask/1k", "1 KiB", 1_000, || mask(KIB)).floor("floor/copy-1k"),
    Bench::new("mask/64k", "64 KiB", 50, || mask(64 * KIB)).floor("floor/copy-64k"),
    Bench::new(
        "frame/decode",
        "a text of 64 bytes, 16 in a read",
        200,
        decode_small,
    )
    .items(FRAMES)
    .floor("floor/utf8-64"),
    Bench::new("frame/decode-large", "a text of 100 KiB", 20, decode_large)
        .floor("floor/utf8-large"),
    Bench::new("frame/decode-binary", "64 KiB of binary", 50, decode_binary)
        .floor("floor/copy-64k"),
    Bench::new(
        "frame/decode-pieces",
        "64 KiB in reads of 4 KiB",
        50,
        decode_pieces,
    )
    .allocations(2)
    .floor("floor/copy-64k"),
    Bench::new("frame/encode", "a masked text of 64 bytes", 1_000, encode).floor("floor/copy-64"),
];

fn mask(length: usize) -> Work {
    let mut data = vec![7; length];
    Box::new(move |goes| {
        repeat(goes, || apply_mask(black_box(&mut data), [1, 2, 3, 4], 0));
    })
}

/// Decodes the same frames again and again; copying them afresh is part of it.
fn decode(frames: Vec<u8>, read: usize, messages: usize) -> Work {
    let mut decoder = Decoder::new(Role::Server, 1 << 20);
    let mut wire = frames.clone();
    Box::new(move |goes| {
        repeat(goes, || {
            wire.copy_from_slice(&frames);
            let mut count = 0;
            for mut input in wire.chunks_mut(read) {
                while let Some(message) = decoder.decode(&mut input).expect("they are frames") {
                    black_box(&message);
                    count += 1;
                }
            }
            assert_eq!(count, messages);
        });
    })
}

fn decode_small() -> Work {
    decode(text_frame(SMALL, MASK).repeat(FRAMES), usize::MAX, FRAMES)
}

fn decode_large() -> Work {
    decode(text_frame(&large_text(), MASK).into(), usize::MAX, 1)
}

fn decode_binary() -> Work {
    decode(binary_frame(&[7; 64 * KIB], MASK).into(), usize::MAX, 1)
}

fn decode_pieces() -> Work {
    decode(binary_frame(&[7; 64 * KIB], MASK).into(), 4 * KIB, 1)
}

fn encode() -> Work {
    let mut wire = Vec::with_capacity(KIB);
    Box::new(move |goes| {
        repeat(goes, || {
            wire.clear();
            append_frame(&mut wire, Opcode::Text, black_box(SMALL.as_bytes()), MASK);
            wire.len()
        });
    })
}
