//! Where a stream is cut makes no difference, and rules are broken in one place only.

use salon_proto::ws::Message;

use crate::support::{
    BINARY, CONTINUATION, FIN, PING, RSV1, TEXT, decode, deflated, fragmented, frame,
};

const LIMIT: usize = 1_000;

fn good() -> Vec<u8> {
    [
        frame(FIN | RSV1 | TEXT, &deflated("κόσμε κόσμε".as_bytes())),
        fragmented(BINARY, &deflated(&[7; 900]), 2),
        frame(FIN | RSV1 | TEXT, &[]),
        frame(RSV1 | TEXT, &[]),
        frame(FIN | PING, b"?"),
        frame(FIN | CONTINUATION, &[0]),
        frame(FIN | TEXT, b"plain"),
    ]
    .concat()
}

/// One stream for each rule that is broken, with the close code.
fn bad() -> Vec<(Vec<u8>, u16)> {
    let hello = deflated(b"Hello");
    let (head, tail) = hello.split_at(3);
    [
        (frame(FIN | RSV1 | PING, &hello), 1002),
        (frame(FIN | RSV1 | 8, &[]), 1002),
        (frame(FIN | RSV1 | 3, &hello), 1002),
        (frame(FIN | RSV1 | CONTINUATION, &hello), 1002),
        (
            [frame(RSV1 | TEXT, head), frame(FIN | RSV1, tail)].concat(),
            1002,
        ),
        ([frame(TEXT, b"a"), frame(FIN | RSV1, tail)].concat(), 1002),
        (
            [frame(RSV1 | TEXT, head), frame(FIN | RSV1 | TEXT, tail)].concat(),
            1002,
        ),
        (frame(FIN | 0x20 | TEXT, b"a"), 1002),
        (frame(FIN | 0x10 | TEXT, b"a"), 1002),
        (frame(FIN | RSV1 | 0x30 | TEXT, &hello), 1002),
        (frame(FIN | RSV1 | TEXT, &[0xFF; 4]), 1007),
        (frame(FIN | RSV1 | TEXT, &deflated(b"\xC3\x28")), 1007),
        (frame(FIN | RSV1 | TEXT, &deflated(b"\xF0\x9F\xA6")), 1007),
        (frame(FIN | RSV1 | BINARY, &deflated(&[7; LIMIT + 1])), 1009),
        (
            fragmented(BINARY, &deflated(&vec![7; 100 * LIMIT]), 10),
            1009,
        ),
        (frame(FIN | RSV1 | BINARY, &[7; LIMIT + 1]), 1009),
        (
            [
                frame(RSV1 | BINARY, &[7; LIMIT]),
                frame(FIN | CONTINUATION, &[7]),
            ]
            .concat(),
            1009,
        ),
    ]
    .map(|(wire, code)| ([frame(FIN | TEXT, b"ok"), wire].concat(), code))
    .into()
}

#[test]
fn byte_by_byte_and_split_at_every_point() {
    let streams = bad().into_iter().map(|(wire, _)| wire).chain([good()]);
    for wire in streams {
        let whole = decode([&wire[..]], LIMIT);
        assert_eq!(decode(wire.chunks(1), LIMIT), whole, "{wire:?}");
        for at in 0..=wire.len() {
            let (head, tail) = wire.split_at(at);
            assert_eq!(decode([head, tail], LIMIT), whole, "{wire:?} at {at}");
        }
    }
}

#[test]
fn good_streams_are_good_and_bad_ones_bad() {
    let (messages, error) = decode([&good()[..]], LIMIT);
    assert_eq!((messages.len(), error), (6, None));
    for (wire, code) in bad() {
        let (messages, error) = decode([&wire[..]], LIMIT);
        assert_eq!(messages, [Message::Text("ok".into())], "{wire:?}");
        assert_eq!(error, Some(code), "{wire:?}");
    }
}

#[test]
fn the_limit_itself_may_be_used() {
    let wire = frame(FIN | RSV1 | BINARY, &deflated(&[7; LIMIT]));
    let (messages, error) = decode([&wire[..]], LIMIT);
    assert_eq!(error, None);
    assert!(matches!(&messages[..], [Message::Binary(data)] if data.len() == LIMIT));
}
