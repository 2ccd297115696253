//! Groups 1 to 4: framing, pings and pongs, reserved bits and opcodes.

use crate::support::{
    BINARY, CLOSE, Case, FIN, PING, PONG, PROTOCOL_ERROR, TEXT, binary, case, failing, frame, ping,
    pong, run, text,
};

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
