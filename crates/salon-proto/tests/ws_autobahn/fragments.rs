//! Group 5: fragmentation.

use std::slice::from_ref;

use salon_proto::ws::Message;

use crate::support::{
    CONTINUATION, FIN, PING, PONG, PROTOCOL_ERROR, TEXT, case, failing, frame, ping, run, text,
};

#[test]
fn group_5_fragments_that_are_valid() {
    let first = frame(TEXT, b"fragment1");
    let second = frame(FIN | CONTINUATION, b"fragment2");
    let between = frame(FIN | PING, b"ping payload");
    let whole = text("fragment1fragment2");
    run(vec![
        case(
            "5.3 to 5.5",
            &[first.clone(), second.clone()],
            from_ref(&whole),
        ),
        case(
            "5.6 to 5.8",
            &[first, between, second],
            &[ping(b"ping payload"), whole],
        ),
        case(
            "5.19 and 5.20",
            &[
                frame(TEXT, b"fragment1"),
                frame(CONTINUATION, b"fragment2"),
                frame(FIN | PING, b"pongme 1!"),
                frame(CONTINUATION, b"fragment3"),
                frame(CONTINUATION, b"fragment4"),
                frame(FIN | PING, b"pongme 2!"),
                frame(FIN | CONTINUATION, b"fragment5"),
            ],
            &[
                ping(b"pongme 1!"),
                ping(b"pongme 2!"),
                text("fragment1fragment2fragment3fragment4fragment5"),
            ],
        ),
    ]);
}

#[test]
fn group_5_fragments_that_are_invalid() {
    let last = frame(FIN | CONTINUATION, b"non-continuation payload");
    let more = frame(CONTINUATION, b"non-continuation payload");
    let hello = frame(FIN | TEXT, b"Hello, world!");
    let fail = |name: &str, frames: &[Vec<u8>], messages: &[Message<'static>]| {
        failing(name, frames, messages, PROTOCOL_ERROR)
    };
    run(vec![
        fail(
            "5.1",
            &[frame(PING, b"frag"), frame(FIN | CONTINUATION, b"ment")],
            &[],
        ),
        fail(
            "5.2",
            &[frame(PONG, b"frag"), frame(FIN | CONTINUATION, b"ment")],
            &[],
        ),
        fail("5.9 to 5.11", &[last.clone(), hello.clone()], &[]),
        fail("5.12 to 5.14", &[more.clone(), hello.clone()], &[]),
        fail(
            "5.15",
            &[
                frame(TEXT, b"fragment1"),
                frame(FIN | CONTINUATION, b"fragment2"),
                more.clone(),
                frame(FIN | TEXT, b"fragment4"),
            ],
            &[text("fragment1fragment2")],
        ),
        fail(
            "5.16",
            &[more.clone(), hello.clone(), more, hello.clone()],
            &[],
        ),
        fail("5.17", &[last.clone(), hello.clone(), last, hello], &[]),
        fail(
            "5.18",
            &[frame(TEXT, b"fragment1"), frame(FIN | TEXT, b"fragment2")],
            &[],
        ),
    ]);
}
