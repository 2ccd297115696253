//! The cases of the Autobahn test suite that concern a decoder, by their names
//! there. What the suite observes as an echo is here the decoded message; what
//! it observes as a failed connection is the error's close code.

#![allow(missing_docs)]

use salon_proto::ws::{ControlPayload, Decoder, Message, Role};

const LIMIT: usize = 16 << 20;
const MASK: [u8; 4] = [0xA1, 0x00, 0x5C, 0xFF];

const FIN: u8 = 0x80;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

const PROTOCOL_ERROR: Option<u16> = Some(1002);
const INVALID_DATA: Option<u16> = Some(1007);

type Messages = Vec<Message<'static>>;

struct Case {
    name: String,
    wire: Vec<u8>,
    messages: Messages,
    /// The close code of the error that ends the connection, if one does.
    error: Option<u16>,
}

fn case(name: impl Into<String>, frames: &[Vec<u8>], messages: &[Message<'static>]) -> Case {
    Case {
        name: name.into(),
        wire: frames.concat(),
        messages: messages.to_vec(),
        error: None,
    }
}

fn failing(
    name: impl Into<String>,
    frames: &[Vec<u8>],
    messages: &[Message<'static>],
    error: Option<u16>,
) -> Case {
    Case {
        error,
        ..case(name, frames, messages)
    }
}

/// A masked frame as a client sends it, encoded without the code under test.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut wire = vec![first];
    match payload.len() {
        len @ 0..=125 => wire.push(0x80 | len as u8),
        len @ 126..=0xFFFF => {
            wire.push(0x80 | 126);
            wire.extend((len as u16).to_be_bytes());
        }
        len => {
            wire.push(0x80 | 127);
            wire.extend((len as u64).to_be_bytes());
        }
    }
    wire.extend(MASK);
    wire.extend(payload.iter().zip(MASK.iter().cycle()).map(|(b, k)| b ^ k));
    wire
}

/// `payload` as one message in frames of `size` bytes.
fn fragmented(opcode: u8, payload: &[u8], size: usize) -> Vec<Vec<u8>> {
    let count = payload.len().div_ceil(size);
    let fragment = |(i, piece)| {
        let opcode = if i == 0 { opcode } else { CONTINUATION };
        let fin = if i + 1 == count { FIN } else { 0 };
        frame(fin | opcode, piece)
    };
    payload.chunks(size).enumerate().map(fragment).collect()
}

fn text(text: &str) -> Message<'static> {
    Message::Text(text.to_owned().into())
}

fn binary(payload: &[u8]) -> Message<'static> {
    Message::Binary(payload.to_vec().into())
}

fn ping(payload: &[u8]) -> Message<'static> {
    Message::Ping(ControlPayload::new(payload).unwrap())
}

fn pong(payload: &[u8]) -> Message<'static> {
    Message::Pong(ControlPayload::new(payload).unwrap())
}

/// What came out of a stream, a code and a reason standing for a close frame.
fn decode(wire: &[u8], chop: usize) -> (Messages, Option<u16>) {
    let mut decoder = Decoder::new(Role::Server, LIMIT);
    let mut wire = wire.to_vec();
    let mut messages = vec![];
    for mut input in wire.chunks_mut(chop) {
        loop {
            match decoder.decode(&mut input) {
                Ok(Some(message)) => messages.push(message.into_owned()),
                Ok(None) => break,
                Err(error) => return (messages, Some(error.close_code().get())),
            }
        }
    }
    (messages, None)
}

/// Runs each case whole and chopped up as the suite does.
fn run(cases: Vec<Case>) {
    for case in cases {
        for chop in [usize::MAX, 997, 1] {
            let (messages, error) = decode(&case.wire, chop);
            let name = &case.name;
            assert_eq!(error, case.error, "{name} in pieces of {chop}");
            assert!(messages == case.messages, "{name} in pieces of {chop}");
        }
    }
}

#[test]
fn group_1_framing() {
    let mut cases = vec![];
    for (i, len) in [0, 125, 126, 127, 128, 65_535, 65_536]
        .into_iter()
        .enumerate()
    {
        let (stars, bytes) = ("*".repeat(len), vec![0xFE; len]);
        let n = i + 1;
        let wire = frame(FIN | TEXT, stars.as_bytes());
        cases.push(case(format!("1.1.{n}"), &[wire], &[text(&stars)]));
        let wire = frame(FIN | BINARY, &bytes);
        cases.push(case(format!("1.2.{n}"), &[wire], &[binary(&bytes)]));
    }
    run(cases);
}

#[test]
fn group_2_pings_and_pongs() {
    let bytes = [0x00, 0xFF, 0xFE, 0xFD, 0xFC, 0xFB, 0x00, 0xFF];
    let full = [0xFE; 125];
    let numbered: Vec<String> = (0..10).map(|i| format!("payload-{i}")).collect();
    let ten_pings: Vec<_> = numbered
        .iter()
        .map(|p| frame(FIN | PING, p.as_bytes()))
        .collect();
    let ten_yields: Vec<_> = numbered.iter().map(|p| ping(p.as_bytes())).collect();
    run(vec![
        case("2.1", &[frame(FIN | PING, b"")], &[ping(b"")]),
        case(
            "2.2",
            &[frame(FIN | PING, b"Hello, world!")],
            &[ping(b"Hello, world!")],
        ),
        case("2.3", &[frame(FIN | PING, &bytes)], &[ping(&bytes)]),
        case("2.4 and 2.6", &[frame(FIN | PING, &full)], &[ping(&full)]),
        failing(
            "2.5",
            &[frame(FIN | PING, &[0xFE; 126])],
            &[],
            PROTOCOL_ERROR,
        ),
        case("2.7", &[frame(FIN | PONG, b"")], &[pong(b"")]),
        case(
            "2.8",
            &[frame(FIN | PONG, b"unsolicited")],
            &[pong(b"unsolicited")],
        ),
        case(
            "2.9",
            &[
                frame(FIN | PONG, b"unsolicited"),
                frame(FIN | PING, b"ping"),
            ],
            &[pong(b"unsolicited"), ping(b"ping")],
        ),
        case("2.10 and 2.11", &ten_pings, &ten_yields),
    ]);
}

/// Cases in which an invalid frame comes alone, or between a text and a ping.
fn amid_others(name: &str, invalid: Vec<u8>) -> [Case; 2] {
    let others = [
        frame(FIN | TEXT, b"Hello, world!"),
        invalid.clone(),
        frame(FIN | PING, b""),
    ];
    [
        failing(format!("{name} alone"), &[invalid], &[], PROTOCOL_ERROR),
        failing(name, &others, &[text("Hello, world!")], PROTOCOL_ERROR),
    ]
}

#[test]
fn group_3_reserved_bits() {
    let reserved = |rsv: u8, opcode| frame(FIN | rsv << 4 | opcode, b"Hello, world!");
    let cases = [
        ("3.1", reserved(1, TEXT)),
        ("3.2", reserved(2, TEXT)),
        ("3.3", reserved(3, TEXT)),
        ("3.4", reserved(4, TEXT)),
        ("3.5", reserved(5, BINARY)),
        ("3.6", reserved(6, PING)),
        ("3.7", reserved(7, CLOSE)),
    ];
    run(cases
        .into_iter()
        .flat_map(|(name, f)| amid_others(name, f))
        .collect());
}

#[test]
fn group_4_reserved_opcodes() {
    let mut cases = vec![];
    for (group, opcodes) in [("4.1", 3..=7), ("4.2", 11..=15)] {
        for (i, opcode) in opcodes.enumerate() {
            for payload in [&b""[..], b"reserved opcode payload"] {
                let name = format!("{group}.{}", i + 1);
                cases.extend(amid_others(&name, frame(FIN | opcode, payload)));
            }
        }
    }
    run(cases);
}

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
            &[whole.clone()],
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

#[test]
fn group_6_text_in_fragments() {
    let greeting = "Hello-µ@ßöäüàá-UTF-8!!";
    let bytes = greeting.as_bytes();
    run(vec![
        case("6.1.1", &[frame(FIN | TEXT, b"")], &[text("")]),
        case(
            "6.1.2",
            &[
                frame(TEXT, b""),
                frame(CONTINUATION, b""),
                frame(FIN | CONTINUATION, b""),
            ],
            &[text("")],
        ),
        case(
            "6.1.3",
            &[
                frame(TEXT, b""),
                frame(CONTINUATION, b"middle frame payload"),
                frame(FIN | CONTINUATION, b""),
            ],
            &[text("middle frame payload")],
        ),
        case(
            "6.2.1",
            &fragmented(TEXT, bytes, bytes.len()),
            &[text(greeting)],
        ),
        case("6.2.2", &fragmented(TEXT, bytes, 12), &[text(greeting)]),
        case("6.2.3", &fragmented(TEXT, bytes, 1), &[text(greeting)]),
        case(
            "6.2.4",
            &fragmented(TEXT, "κόσμε".as_bytes(), 1),
            &[text("κόσμε")],
        ),
    ]);
}

/// The byte strings of groups 6.5 to 6.23 that are UTF-8, in hexadecimal.
const VALID_UTF8: &[(&str, &[&str])] = &[
    ("6.5", &["cebae1bdb9cf83cebcceb5"]),
    (
        "6.6 prefixes",
        &["ceba", "cebae1bdb9", "cebae1bdb9cf83", "cebae1bdb9cf83cebc"],
    ),
    ("6.7", &["00", "c280", "e0a080", "f0908080"]),
    ("6.9", &["7f", "dfbf", "efbfbf", "f48fbfbf"]),
    ("6.11", &["ed9fbf", "ee8080", "efbfbd", "f48fbfbf"]),
    (
        "6.22 planes 0 and 1",
        &["efbfbe", "efbfbf", "f09fbfbe", "f09fbfbf"],
    ),
    (
        "6.22 planes 2 to 5",
        &["f0afbfbe", "f0bfbfbf", "f18fbfbe", "f19fbfbf"],
    ),
    (
        "6.22 planes 15 and 16",
        &["f3bfbfbe", "f3bfbfbf", "f48fbfbe", "f48fbfbf"],
    ),
    (
        "6.23",
        &[
            "efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf",
        ],
    ),
];

/// Those that are not.
const INVALID_UTF8: &[(&str, &[&str])] = &[
    ("6.3", &["cebae1bdb9cf83cebcceb5eda080656469746564"]),
    ("6.4", &["cebae1bdb9cf83cebcceb5f4908080656469746564"]),
    (
        "6.6 prefixes",
        &[
            "ce",
            "cebae1",
            "cebae1bd",
            "cebae1bdb9cf",
            "cebae1bdb9cf83ce",
        ],
    ),
    (
        "6.8 first of 5 and 6 bytes",
        &["f888808080", "fc8480808080"],
    ),
    (
        "6.10 last of 4 to 6 bytes",
        &["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"],
    ),
    ("6.11.5", &["f4908080"]),
    (
        "6.12 continuations alone",
        &["80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80"],
    ),
    (
        "6.13 starts alone",
        &[
            "c020c120c220",
            "e020e120e220",
            "f020f120f220",
            "f820f920",
            "fc20",
        ],
    ),
    (
        "6.14 last byte missing",
        &["c0", "e080", "f08080", "f8808080", "fc80808080"],
    ),
    (
        "6.14 last byte missing",
        &["df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"],
    ),
    (
        "6.15 the same in a row",
        &["c0e080f08080f8808080fc80808080dfefbff7bfbf"],
    ),
    ("6.16 impossible bytes", &["fe", "ff", "fefeffff"]),
    (
        "6.17 overlong slash",
        &["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"],
    ),
    (
        "6.18 overlong maxima",
        &["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"],
    ),
    (
        "6.19 overlong zero",
        &["c080", "e08080", "f0808080", "f880808080", "fc8080808080"],
    ),
    (
        "6.20 surrogates",
        &[
            "eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf",
        ],
    ),
    (
        "6.21 surrogate pairs",
        &[
            "eda080edb080",
            "edadbfedbfbf",
            "edae80edb080",
            "edafbfedbfbf",
        ],
    ),
];

fn from_hex(hex: &str) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).unwrap() as u8;
    let pair = |pair: &[u8]| digit(pair[0]) << 4 | digit(pair[1]);
    hex.as_bytes().chunks(2).map(pair).collect()
}

/// Each string in one frame and in a fragment a byte, with its name.
fn utf8_cases(table: &[(&str, &[&str])]) -> Vec<(String, Vec<u8>, Vec<Vec<u8>>)> {
    let mut cases = vec![];
    for (group, strings) in table {
        for hex in *strings {
            let bytes = from_hex(hex);
            let whole = vec![frame(FIN | TEXT, &bytes)];
            cases.push((format!("{group} {hex}"), bytes.clone(), whole));
            let pieces = fragmented(TEXT, &bytes, 1);
            cases.push((format!("{group} {hex} in fragments"), bytes, pieces));
        }
    }
    cases
}

#[test]
fn group_6_valid_utf8() {
    let cases = utf8_cases(VALID_UTF8).into_iter();
    run(cases
        .map(|(name, bytes, frames)| case(name, &frames, &[text(str::from_utf8(&bytes).unwrap())]))
        .collect());
}

#[test]
fn group_6_invalid_utf8() {
    let cases = utf8_cases(INVALID_UTF8).into_iter();
    run(cases
        .map(|(name, _, frames)| failing(name, &frames, &[], INVALID_DATA))
        .collect());
}

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
        case("7.1.2", &[close.clone(), close.clone()], &[closed.clone()]),
        case(
            "7.1.3",
            &[close.clone(), frame(FIN | PING, b"")],
            &[closed.clone()],
        ),
        case("7.1.4", &[close.clone(), hello], &[closed.clone()]),
        case(
            "7.1.5",
            &[
                frame(TEXT, b"fragment1"),
                close.clone(),
                frame(FIN | CONTINUATION, b"fragment2"),
            ],
            &[closed.clone()],
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
    let invalid = close_payload(1000, &from_hex("cebae1bdb9cf83cebcceb5eda080656469746564"));
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

#[test]
fn group_9_large_messages_in_one_frame() {
    let mut cases = vec![];
    for (i, len) in [64 << 10, 256 << 10, 1 << 20].into_iter().enumerate() {
        let (stars, bytes) = ("*".repeat(len), vec![0xFE; len]);
        let n = i + 1;
        let wire = frame(FIN | TEXT, stars.as_bytes());
        cases.push(case(format!("9.1.{n}, 9.5"), &[wire], &[text(&stars)]));
        let wire = frame(FIN | BINARY, &bytes);
        cases.push(case(format!("9.2.{n}, 9.6"), &[wire], &[binary(&bytes)]));
    }
    run(cases);
}

#[test]
fn group_9_large_messages_in_fragments() {
    let stars = "*".repeat(256 << 10);
    let mut cases = vec![];
    for (i, size) in [64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10]
        .into_iter()
        .enumerate()
    {
        let n = i + 1;
        let wire = fragmented(TEXT, stars.as_bytes(), size);
        cases.push(case(format!("9.3.{n}"), &wire, &[text(&stars)]));
        let wire = fragmented(BINARY, stars.as_bytes(), size);
        cases.push(case(format!("9.4.{n}"), &wire, &[binary(stars.as_bytes())]));
    }
    run(cases);
}

/// At its full size, since the bound on fragments comes from this case.
#[test]
fn group_9_the_most_divided_message() {
    let stars = "*".repeat(4 << 20);
    let wire = fragmented(TEXT, stars.as_bytes(), 64).concat();
    let (messages, error) = decode(&wire, 997);
    assert_eq!(error, None);
    assert!(messages == [text(&stars)]);
}

#[test]
fn group_10_automatic_fragmentation() {
    let stars = "*".repeat(65_536);
    let wire = fragmented(TEXT, stars.as_bytes(), 1300);
    run(vec![case("10.1.1", &wire, &[text(&stars)])]);
}
