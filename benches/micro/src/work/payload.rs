//! The bodies of polling: several packets in one.

use std::hint::black_box;

use salon_proto::engine::payload::{Encoding, PayloadDecoder};
use salon_proto::engine::{Dialect, Protocol};
use salon_proto::packet::event;
use salon_proto::{Encoded, Outbox};

use super::{SMALL, repeat};
use crate::bench::{Bench, Work};

const PACKETS: usize = 16;

pub(super) const BENCHES: &[Bench] = &[
    Bench::new("payload/decode", "a packet, 16 in a body", 200, decode)
        .items(PACKETS)
        .allocations(1)
        .floor("floor/copy-payload"),
    Bench::new("payload/encode", "a packet, 16 in a body", 200, encode)
        .items(PACKETS)
        .allocations(4)
        .floor("floor/copy-payload"),
];

fn packet() -> Encoded {
    event("/", None, "news", SMALL).expect("JSON")
}

/// A body with all packets.
pub(super) fn body() -> Vec<u8> {
    let packet = packet();
    [packet.as_text()].repeat(PACKETS).join(&0x1e)
}

fn decode() -> Work {
    let body = body();
    Box::new(move |goes| {
        repeat(goes, || {
            let mut decoder = PayloadDecoder::new(1_000_000);
            decoder.push(black_box(&body)).expect("it is small");
            let encoding = Encoding::Text(Protocol::V4);
            let mut payload = decoder.finish(encoding).expect("it is text");
            let mut packets = 0;
            while let Some(packet) = payload.next_packet() {
                black_box(packet.expect("it is a packet"));
                packets += 1;
            }
            assert_eq!(packets, PACKETS);
        });
    })
}

fn encode() -> Work {
    let (packet, dialect) = (packet(), Dialect::default());
    Box::new(move |goes| {
        repeat(goes, || {
            let mut outbox = Outbox::new(Protocol::V4);
            for _ in 0..PACKETS {
                outbox.push(black_box(&packet).clone());
            }
            outbox.take_payload(&dialect).expect("there are packets")
        });
    })
}
