//! Group 7: close handling.

use std::slice::from_ref;

use salon_proto::ws::Message;

use crate::support::{
    CLOSE, CONTINUATION, FIN, INVALID_DATA, PING, PROTOCOL_ERROR, TEXT, case, decode, failing,
    frame, run, text,
};

/// The payload of a close frame.
fn close_payload(code: u16, reason: &[u8]) -> Vec<u8> {
    [&code.to_be_bytes(), reason].concat()
}

/// Asserts that a close frame with this payload yields this code and reason.
fn assert_close(name: &str, payload: &[u8], expected: Option<(u16, &str)>) {
    let (messages, error) = decode(&frame(FIN | CLOSE, payload), usize::MAX);
    assert_eq!(error, None, "{name}");
    let [Message::Close(close)] = messages.as_slice() else {
        panic!("{name}: {messages:?}");
    };
    let close = close.as_ref().map(|c| (c.code.get(), &*c.reason));
    assert_eq!(close, expected, "{name}");
}

#[test]
fn group_7_nothing_follows_a_close_frame() {
    let close = frame(FIN | CLOSE, b"");
    let hello = frame(FIN | TEXT, b"Hello World!");
    let closed = Message::Close(None);
    let big = "BAsd7&jh23".repeat(26_214);
    run(vec![
        case(
            "7.1.1",
            &[hello.clone(), close.clone()],
            &[text("Hello World!"), closed.clone()],
        ),
        case("7.1.2", &[close.clone(), close.clone()], from_ref(&closed)),
        case(
            "7.1.3",
            &[close.clone(), frame(FIN | PING, b"")],
            from_ref(&closed),
        ),
        case("7.1.4", &[close.clone(), hello], from_ref(&closed)),
        case(
            "7.1.5",
            &[
                frame(TEXT, b"fragment1"),
                close.clone(),
                frame(FIN | CONTINUATION, b"fragment2"),
            ],
            from_ref(&closed),
        ),
        case(
            "7.1.6",
            &[
                frame(FIN | TEXT, big.as_bytes()),
                close,
                frame(FIN | PING, b""),
            ],
            &[text(&big), closed],
        ),
    ]);
}

#[test]
fn group_7_payloads_of_close_frames() {
    let longest = "*".repeat(123);
    assert_close("7.3.1", b"", None);
    assert_close("7.3.3", &close_payload(1000, b""), Some((1000, "")));
    assert_close(
        "7.3.4",
        &close_payload(1000, b"Hello World!"),
        Some((1000, "Hello World!")),
    );
    assert_close(
        "7.3.5",
        &close_payload(1000, longest.as_bytes()),
        Some((1000, &longest)),
    );
    let too_long = close_payload(1000, &[b'*'; 124]);
    let invalid = close_payload(1000, b"\xCE\xBA\xE1\xBD\xB9\xED\xA0\x80edited");
    run(vec![
        failing("7.3.2", &[frame(FIN | CLOSE, b"a")], &[], PROTOCOL_ERROR),
        failing(
            "7.3.6",
            &[frame(FIN | CLOSE, &too_long)],
            &[],
            PROTOCOL_ERROR,
        ),
        failing("7.5.1", &[frame(FIN | CLOSE, &invalid)], &[], INVALID_DATA),
    ]);
}

#[test]
fn group_7_codes_of_close_frames() {
    for code in [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000,
        4999,
    ] {
        assert_close("7.7", &close_payload(code, b""), Some((code, "")));
    }
    for code in [
        0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
    ] {
        let wire = frame(FIN | CLOSE, &close_payload(code, b""));
        run(vec![failing(
            format!("7.9 {code}"),
            &[wire],
            &[],
            PROTOCOL_ERROR,
        )]);
    }
}
