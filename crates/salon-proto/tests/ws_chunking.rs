//! Where a stream is cut makes no difference: fed whole, byte by byte or split
//! at any one point, it yields the same messages and the same error.

use salon_proto::ws::{
    CloseCode, ControlPayload, Decoder, Error, MaskKey, Message, Role, binary_frame, close_frame,
    empty_close_frame, ping_frame, pong_frame, text_frame,
};

/// Small enough that a stream of the corpus exceeds it.
const LIMIT: usize = 4096;

type Outcome = (Vec<Message<'static>>, Option<Error>);

/// What the pieces yield, taken together.
fn decode(role: Role, pieces: &[&[u8]]) -> Outcome {
    let mut decoder = Decoder::new(role, LIMIT);
    let mut messages = vec![];
    let mut error = None;
    for piece in pieces {
        let mut piece = piece.to_vec();
        let mut input = piece.as_mut_slice();
        loop {
            match decoder.decode(&mut input) {
                Ok(Some(message)) => messages.push(message.into_owned()),
                Ok(None) => break,
                Err(e) => assert_eq!(error.replace(e), None, "only one error"),
            }
        }
        assert!(input.is_empty(), "all input is taken");
    }
    (messages, error)
}

fn stream(role: Role, frames: &[&[u8]]) -> (Role, Vec<u8>) {
    (role, frames.concat())
}

/// Frames that obey all rules, in the direction that `role` receives.
fn valid(role: Role, mask: Option<MaskKey>) -> (Role, Vec<u8>) {
    let payload = ControlPayload::new(b"are you there?".as_slice()).unwrap();
    let frames = [
        text_frame("", mask),
        text_frame("κόσμε", mask),
        binary_frame(&[0xFE; 125], mask),
        ping_frame(&payload, mask),
        binary_frame(&[0xFD; 126], mask),
        pong_frame(&ControlPayload::EMPTY, mask),
        text_frame(&"x".repeat(300), mask),
        close_frame(CloseCode::GOING_AWAY, "so long", mask),
        text_frame("after the end", mask),
    ];
    (role, frames.concat())
}

fn fragmented() -> (Role, Vec<u8>) {
    stream(
        Role::Client,
        &[
            b"\x01\x00",
            b"\x00\x03\xCE\xBA\xCF",
            b"\x89\x04ping",
            b"\x00\x00",
            b"\x80\x01\x83",
            b"\x02\x01\xFF",
            b"\x8A\x00",
            b"\x80\x00",
            b"\x81\x04tail",
        ],
    )
}

/// One stream for each rule that is broken, after a message that is fine.
fn invalid() -> Vec<(Role, Vec<u8>)> {
    let endings: [&[u8]; 17] = [
        b"\xC1\x00",
        b"\x83\x00",
        b"\x8B\x00",
        b"\x09\x00",
        b"\x89\x7E\x00\x7E",
        b"\x81\x80\x00\x00\x00\x00",
        b"\x81\x7E\x00\x05hello",
        b"\x81\x7F\x00\x00\x00\x00\x00\x00\x00\x05hello",
        b"\x81\x7F\x80\x00\x00\x00\x00\x00\x00\x05hello",
        b"\x80\x01x",
        b"\x01\x01a\x81\x01b",
        b"\x81\x02\xC3\x28",
        b"\x01\x01\xC3\x89\x00\x80\x01\x28",
        b"\x88\x01\x03",
        b"\x88\x02\x03\xED",
        b"\x88\x03\x03\xE8\xFF",
        b"\x81\x7E\x10\x01 too big",
    ];
    endings
        .iter()
        .map(|end| stream(Role::Client, &[b"\x81\x02ok", end, b"\x81\x02no"]))
        .collect()
}

fn corpus() -> Vec<(Role, Vec<u8>)> {
    let mask = [0x37, 0xFA, 0x21, 0x3D];
    let unmasked = stream(Role::Server, &[b"\x81\x02ok"]);
    let empty_close = stream(Role::Client, &[&empty_close_frame(None), b"\xFF\xFF"]);
    let mut corpus = vec![
        valid(Role::Server, Some(mask)),
        valid(Role::Client, None),
        fragmented(),
        unmasked,
        empty_close,
    ];
    corpus.extend(invalid());
    corpus
}

#[test]
fn the_corpus_is_what_it_claims_to_be() {
    assert_eq!(
        decode(Role::Client, &[&valid(Role::Client, None).1])
            .0
            .len(),
        8
    );
    let (messages, error) = decode(Role::Client, &[&fragmented().1]);
    assert_eq!((messages.len(), error), (5, None));
    for (role, wire) in invalid() {
        let (messages, error) = decode(role, &[&wire]);
        assert!(error.is_some(), "{wire:?}");
        assert_eq!(messages.first(), Some(&Message::Text("ok".into())));
    }
}

#[test]
fn byte_by_byte() {
    for (role, wire) in corpus() {
        let bytes: Vec<&[u8]> = wire.chunks(1).collect();
        assert_eq!(decode(role, &bytes), decode(role, &[&wire]), "{wire:?}");
    }
}

#[test]
fn split_at_every_point() {
    for (role, wire) in corpus() {
        let whole = decode(role, &[&wire]);
        for at in 0..=wire.len() {
            let (head, tail) = wire.split_at(at);
            assert_eq!(decode(role, &[head, tail]), whole, "{wire:?} at {at}");
        }
    }
}

#[test]
fn split_at_every_two_points() {
    for (role, wire) in corpus().into_iter().filter(|(_, wire)| wire.len() < 100) {
        let whole = decode(role, &[&wire]);
        for end in 0..=wire.len() {
            let (front, tail) = wire.split_at(end);
            for at in 0..=end {
                let (head, middle) = front.split_at(at);
                assert_eq!(decode(role, &[head, middle, tail]), whole, "{wire:?}");
            }
        }
    }
}

#[test]
fn a_prefix_yields_a_prefix() {
    for (role, wire) in corpus() {
        let (messages, error) = decode(role, &[&wire]);
        for end in 0..=wire.len() {
            let (early, early_error) = decode(role, &[&wire[..end]]);
            assert!(messages.starts_with(&early), "{wire:?} up to {end}");
            assert!(
                early_error.is_none() || early_error == error,
                "{wire:?} up to {end}"
            );
        }
    }
}
