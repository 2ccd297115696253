//! Groups 12 and 13 of the Autobahn test suite: messages of many sizes, in fragments or not, are
//! echoed, under all kinds of agreements. What goes back is read by a client.

use salon_proto::Encoded;
use salon_proto::engine::Protocol;
use salon_proto::ws::{Decoder, Deflate, Deflater, Message, Role};

use crate::support::{BINARY, FIN, RSV1, TEXT, agreed, decode, deflated, fragmented, frame};

const LIMIT: usize = 16 << 20;
const SIZES: [usize; 10] = [
    16, 64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072,
];

/// Something of this size that can be compressed well, badly, or not at all.
fn payloads(size: usize) -> [String; 3] {
    let mut random = 1_u64;
    let mut any = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random >> 20
    };
    let json = (0..).map(|n: u32| format!(r#"{{"id":{n},"name":"client {}"}},"#, n % 7));
    let json: String = json.take(size / 20 + 1).collect();
    let noise: String = (0..size)
        .map(|_| char::from(b' ' + (any() % 90) as u8))
        .collect();
    [json[..size].to_owned(), "*".repeat(size), noise]
}

/// What a client reads of what a server sends it.
fn read(packet: &Encoded, deflater: &Deflater) -> Message<'static> {
    let outgoing = packet.deflated(deflater, Protocol::V4);
    let outgoing = outgoing.as_ref().unwrap_or(packet);
    let mut wire: Vec<u8> = outgoing.frames(Protocol::V4).flatten().copied().collect();
    assert_eq!(wire.len(), outgoing.wire_len(Protocol::V4));
    let mut input = wire.as_mut_slice();
    let mut decoder = Decoder::new(Role::Client, LIMIT).with_deflate();
    let message = decoder.decode(&mut input).unwrap().unwrap();
    assert!(input.is_empty());
    message.into_owned()
}

fn echo(wire: &[u8], deflater: &Deflater, expected: &str) {
    let (messages, error) = decode([wire], LIMIT);
    assert_eq!(error, None);
    let [Message::Text(text)] = &messages[..] else {
        panic!("one text: {messages:?}");
    };
    assert!(text == expected);
    let packet = Encoded::text(|out| out.extend_from_slice(text.as_bytes()));
    assert!(read(&packet, deflater) == messages[0]);
}

#[test]
fn group_12_messages_of_all_sizes() {
    let deflater = agreed(Deflate::new().threshold(0), "");
    for size in SIZES {
        for payload in payloads(size) {
            let compressed = deflated(payload.as_bytes());
            let wire = frame(FIN | RSV1 | TEXT, &compressed);
            echo(&wire, &deflater, &payload);
        }
    }
}

#[test]
fn group_12_messages_in_fragments() {
    let deflater = agreed(Deflate::new(), "");
    for (size, piece) in [
        (131_072, 256),
        (131_072, 1_024),
        (131_072, 4_096),
        (8_192, 1),
    ] {
        for payload in payloads(size) {
            let compressed = deflated(payload.as_bytes());
            echo(&fragmented(TEXT, &compressed, piece), &deflater, &payload);
        }
    }
}

#[test]
fn group_12_many_messages_on_one_connection() {
    let texts: Vec<_> = (0..1_000).map(|n| format!("message {n} {n} {n}")).collect();
    let frames = texts
        .iter()
        .map(|text| frame(FIN | RSV1 | TEXT, &deflated(text.as_bytes())));
    let (messages, error) = decode([&frames.flatten().collect::<Vec<_>>()[..]], LIMIT);
    assert_eq!(error, None);
    assert_eq!(messages.len(), texts.len());
    for (message, text) in messages.iter().zip(&texts) {
        assert!(matches!(message, Message::Text(received) if received == text));
    }
}

#[test]
fn group_13_under_all_agreements() {
    for parameters in [
        "",
        "; client_max_window_bits",
        "; client_no_context_takeover; client_max_window_bits=9",
        "; server_no_context_takeover",
        "; server_max_window_bits=8",
        "; server_max_window_bits=9; server_no_context_takeover",
        "; server_max_window_bits=12",
        "; server_max_window_bits=15; client_max_window_bits=15",
    ] {
        for ours in [8, 12, 15] {
            let deflate = Deflate::new().threshold(100).server_max_window_bits(ours);
            let deflater = agreed(deflate, parameters);
            for size in [1_000, 5_000, 40_000] {
                for payload in payloads(size) {
                    let wire = frame(FIN | RSV1 | TEXT, &deflated(payload.as_bytes()));
                    echo(&wire, &deflater, &payload);
                }
            }
        }
    }
}

#[test]
fn a_plain_message_may_come_between_compressed_ones() {
    let wire = [
        frame(FIN | RSV1 | BINARY, &deflated(b"one")),
        frame(FIN | BINARY, b"two"),
        frame(BINARY, b"thr"),
        frame(FIN, b"ee"),
        frame(FIN | RSV1 | BINARY, &deflated(b"four")),
    ]
    .concat();
    let (messages, error) = decode([&wire[..]], LIMIT);
    let binary = |data: &str| Message::Binary(data.as_bytes().to_vec().into());
    assert_eq!(error, None);
    assert_eq!(messages, ["one", "two", "three", "four"].map(binary));
}
