//! Groups 9 and 10: large messages, of the smaller sizes, and automatic fragmentation.

use crate::support::{BINARY, FIN, TEXT, binary, case, decode, fragmented, frame, run, text};

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
