//! A session whose WebSocket takes compressed messages.

use std::io::IoSlice;
use std::sync::Arc;

use salon_proto::engine::{Dialect, Overflow, Rejection, Session, Transport};
use salon_proto::timer::Instant;
use salon_proto::ws::{Decoder, Deflate, Message, Role};
use salon_proto::{Encoded, Limits, Timing};

const NOW: Instant = Instant::from_millis(1_000);

fn packet(text: &str) -> Encoded {
    Encoded::text(|out| out.extend_from_slice(text.as_bytes()))
}

fn long(letter: char) -> String {
    format!("4{}", letter.to_string().repeat(10_000))
}

fn open(max_outbox: usize) -> Session {
    let mut limits = Limits::default();
    limits.max_outbox = max_outbox;
    Session::open(
        packet("0{}"),
        Dialect::default(),
        Transport::WebSocket,
        Arc::new(Timing::default()),
        &limits,
        Overflow::DropNewest,
        NOW,
    )
}

fn deflating(max_outbox: usize) -> Session {
    let mut session = open(max_outbox);
    let accepted = Deflate::new().accept("permessage-deflate").unwrap();
    session.enable_deflate(accepted.unwrap().deflater);
    session
}

/// Writes what waits, at most `step` bytes at a time, and returns all of it.
fn drain(session: &mut Session, step: usize) -> Vec<u8> {
    let mut wire = Vec::new();
    while !session.outbox().is_empty() {
        let mut slices = [IoSlice::new(&[]); 4];
        let filled = session.outbox().fill_slices(&mut slices);
        let next: Vec<u8> = slices[..filled].iter().flat_map(|s| s.to_vec()).collect();
        let count = step.min(next.len());
        wire.extend_from_slice(&next[..count]);
        session.handle_written(count);
    }
    wire
}

fn read(mut wire: Vec<u8>) -> Vec<String> {
    let mut input = wire.as_mut_slice();
    let mut decoder = Decoder::new(Role::Client, 1_000_000).with_deflate();
    let mut texts = Vec::new();
    while let Some(message) = decoder.decode(&mut input).unwrap() {
        match message {
            Message::Text(text) => texts.push(text.into_owned()),
            other => texts.push(format!("{other:?}")),
        }
    }
    texts
}

#[test]
fn the_outbox_counts_the_bytes_that_are_sent() {
    let mut session = deflating(1_000);
    for letter in ['a', 'b', 'c', 'd'] {
        session.send(packet(&long(letter)), false).unwrap();
    }
    let counted = session.outbox().bytes();
    assert!(counted < 300, "{counted}");
    let wire = drain(&mut session, usize::MAX);
    assert_eq!(wire.len(), counted);
    assert_eq!(
        read(wire),
        ["0{}".to_owned(), long('a'), long('b'), long('c'), long('d')]
    );
}

#[test]
fn a_websocket_may_take_any_number_of_bytes_at_a_time() {
    for step in [1, 2, 7, 50] {
        let mut session = deflating(1_000);
        session.send(packet(&long('a')), false).unwrap();
        session.send(packet("4short"), false).unwrap();
        let texts = read(drain(&mut session, step));
        assert_eq!(texts, ["0{}".to_owned(), long('a'), "4short".to_owned()]);
    }
}

#[test]
fn what_is_refused_comes_back_as_it_was() {
    let mut session = deflating(30);
    session
        .send(packet(&format!("4{}", "x".repeat(20))), false)
        .unwrap();
    let rejected = session.send(packet(&long('a')), false).unwrap_err();
    assert_eq!(rejected.why, Rejection::Full);
    assert_eq!(rejected.packet.as_text(), long('a').as_bytes());
}

#[test]
fn what_would_be_refused_would_not_be_compressed() {
    let large = packet(&long('a'));
    let mut session = deflating(100_000);
    assert!(session.deflates(&large, false));
    assert!(!session.deflates(&large, true), "the handshake waits still");
    drain(&mut session, 1_000);
    assert!(session.deflates(&large, true));
    session.abort();
    assert!(!session.deflates(&large, false));
}

#[test]
fn what_waits_when_compression_begins_is_compressed_too() {
    let mut session = open(1_000_000);
    session.send(packet(&long('a')), false).unwrap();
    assert!(session.outbox().bytes() > 10_000);
    let accepted = Deflate::new().accept("permessage-deflate").unwrap();
    session.enable_deflate(accepted.unwrap().deflater);
    assert!(session.outbox().bytes() < 100);
    assert_eq!(session.outbox().packets(), 2);
    let texts = read(drain(&mut session, usize::MAX));
    assert_eq!(texts, ["0{}".to_owned(), long('a')]);
}

#[test]
fn a_packet_that_forbids_it_and_close_frames_are_plain() {
    let mut session = deflating(100_000);
    let secret = packet(&long('s')).without_compression();
    session.send(secret, false).unwrap();
    session.close(NOW);
    let wire = drain(&mut session, usize::MAX);
    assert!(wire.len() > 10_000);
    assert!(wire.ends_with(b"\x88\x00"));
}
