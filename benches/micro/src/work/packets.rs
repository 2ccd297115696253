//! Socket.IO packets: text to packet, packet to text, and the arguments by serde.

use std::hint::black_box;

use bytes::Bytes;
use salon_proto::Limits;
use salon_proto::packet::json::read_args;
use salon_proto::packet::{ack, event};
use salon_proto::parser::Codec;

use super::{KIB, SMALL, large_text, repeat};
use crate::bench::{Bench, Work};

pub(super) const BENCHES: &[Bench] = &[
    Bench::new("decode/event", "an event of 64 bytes", 1_000, decode_event)
        .floor("floor/json-read"),
    Bench::new("decode/ack", "an answer of 64 bytes", 1_000, decode_ack),
    Bench::new("decode/large", "an event of 100 KiB", 10, decode_large)
        .floor("floor/json-read-large"),
    Bench::new(
        "decode/binary",
        "an event with 1 KiB of binary",
        1_000,
        decode_binary,
    )
    .allocations(5),
    Bench::new("decode/args", "64 bytes into a String", 1_000, read_small)
        .allocations(1)
        .floor("floor/json-read"),
    Bench::new("decode/args-large", "100 KiB into a String", 10, read_large)
        .allocations(1)
        .floor("floor/json-read-large"),
    Bench::new("encode/event", "an event of 64 bytes", 1_000, encode_event)
        .allocations(1)
        .floor("floor/json-write"),
    Bench::new("encode/ack", "an answer of 64 bytes", 1_000, encode_ack)
        .allocations(1)
        .floor("floor/json-write"),
    Bench::new("encode/large", "an event of 100 KiB", 10, encode_large)
        .allocations(2)
        .floor("floor/json-write-large"),
    Bench::new(
        "encode/binary",
        "an event with 1 KiB of binary",
        1_000,
        encode_binary,
    )
    .allocations(3),
];

fn decode(text: String) -> Work {
    let mut incoming = Codec::default().incoming(&Limits::default());
    Box::new(move |goes| {
        repeat(goes, || {
            let packet = incoming.text(black_box(&text)).expect("it is a packet");
            black_box(packet.expect("it is whole"));
        });
    })
}

fn decode_event() -> Work {
    decode(format!(r#"213["echo","{SMALL}"]"#))
}

fn decode_ack() -> Work {
    decode(format!(r#"313["{SMALL}"]"#))
}

fn decode_large() -> Work {
    decode(format!(r#"2["echo","{}"]"#, large_text()))
}

fn decode_binary() -> Work {
    let mut incoming = Codec::default().incoming(&Limits::default());
    let data = vec![7; KIB];
    Box::new(move |goes| {
        repeat(goes, || {
            let text = r#"51-["echo",{"_placeholder":true,"num":0}]"#;
            assert!(incoming.text(black_box(text)).expect("fine").is_none());
            let packet = incoming.binary(black_box(&data).into()).expect("fine");
            black_box(packet.expect("it is whole"));
        });
    })
}

fn read(array: String) -> Work {
    Box::new(move |goes| {
        repeat(goes, || {
            read_args::<String>(black_box(&array), 1, &[]).expect("it fits")
        });
    })
}

fn read_small() -> Work {
    read(format!(r#"["echo","{SMALL}"]"#))
}

fn read_large() -> Work {
    read(format!(r#"["echo","{}"]"#, large_text()))
}

fn encode_event() -> Work {
    Box::new(|goes| {
        repeat(goes, || {
            event("/", None, "news", black_box(SMALL)).expect("JSON")
        });
    })
}

fn encode_ack() -> Work {
    Box::new(|goes| repeat(goes, || ack("/", 13, black_box(SMALL)).expect("JSON")))
}

fn encode_large() -> Work {
    let text = large_text();
    Box::new(move |goes| {
        repeat(goes, || {
            event("/", None, "news", black_box(&text)).expect("JSON")
        });
    })
}

fn encode_binary() -> Work {
    let data = Bytes::from(vec![7; KIB]);
    Box::new(move |goes| {
        repeat(goes, || {
            event("/", None, "news", black_box(&data)).expect("JSON")
        });
    })
}
