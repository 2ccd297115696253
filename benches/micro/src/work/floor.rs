//! The least that a piece could cost: the same bytes in the hands of others.

use std::hint::black_box;

use serde::de::IgnoredAny;

use super::payload::body;
use super::{KIB, SMALL, large_text, repeat};
use crate::bench::{Bench, Work};

pub(super) const BENCHES: &[Bench] = &[
    Bench::new("floor/copy-64", "copying 64 bytes", 1_000, || {
        copy(vec![7; 64])
    }),
    Bench::new("floor/copy-1k", "copying 1 KiB", 1_000, || {
        copy(vec![7; KIB])
    }),
    Bench::new("floor/copy-64k", "copying 64 KiB", 50, || {
        copy(vec![7; 64 * KIB])
    }),
    Bench::new(
        "floor/copy-payload",
        "copying one of 16 packets",
        200,
        || copy(body()),
    )
    .items(16),
    Bench::new("floor/utf8-64", "simdutf8 on 64 bytes", 1_000, || {
        utf8(SMALL.to_owned())
    }),
    Bench::new("floor/utf8-large", "simdutf8 on 100 KiB", 20, || {
        utf8(large_text())
    }),
    Bench::new(
        "floor/json-read",
        "serde_json, 64 bytes into a String",
        1_000,
        || json_read(SMALL.to_owned()),
    )
    .allocations(1),
    Bench::new(
        "floor/json-read-large",
        "serde_json, 100 KiB into a String",
        10,
        || json_read(large_text()),
    )
    .allocations(1),
    Bench::new(
        "floor/json-write",
        "serde_json, 64 bytes into a new Vec",
        1_000,
        || json_write(SMALL.to_owned()),
    )
    .allocations(1),
    Bench::new(
        "floor/json-write-large",
        "serde_json, 100 KiB into a new Vec",
        10,
        || json_write(large_text()),
    )
    .allocations(1),
];

fn copy(from: Vec<u8>) -> Work {
    let mut to = from.clone();
    Box::new(move |goes| {
        repeat(goes, || {
            black_box(&mut to).copy_from_slice(black_box(&from));
        });
    })
}

fn utf8(text: String) -> Work {
    Box::new(move |goes| {
        repeat(goes, || {
            simdutf8::basic::from_utf8(black_box(text.as_bytes())).is_ok()
        });
    })
}

fn json_read(text: String) -> Work {
    let json = serde_json::to_string(&("echo", text)).expect("it is JSON");
    Box::new(move |goes| {
        repeat(goes, || {
            let (_, text): (IgnoredAny, String) =
                serde_json::from_str(black_box(&json)).expect("it fits");
            text
        });
    })
}

fn json_write(text: String) -> Work {
    Box::new(move |goes| {
        repeat(goes, || {
            let mut out = Vec::with_capacity(text.len() + text.len() / 8 + 32);
            serde_json::to_writer(&mut out, &("news", black_box(&text))).expect("it is JSON");
            out
        });
    })
}
