//! Pseudo-random streams of frames, decoded by us and by `tungstenite`.
//!
//! On valid streams both must yield what was encoded. On mutated streams both
//! must yield the same messages and both accept or both refuse, except that:
//!
//! 1. Lengths that are not minimal: we refuse them, as section 5.2 demands
//!    ("the minimal number of bytes MUST be used"); tungstenite lets them through,
//!    also in control frames, where we call every long form too long.
//! 2. Close codes that must not be sent: we refuse the frame; tungstenite yields
//!    a close message of its own making, 1002 "Protocol violation".
//! 3. Close code 1014, in the registry of IANA: tungstenite counts it
//!    among the codes of exception 2, we yield it.
//! 4. Text in fragments: tungstenite refuses the fragment that spoils it, we the
//!    message, so that control frames in between are still seen.

mod oracle;
mod random;
mod script;

use salon_proto::ws::{CloseCode, Decoder, ErrorKind, Message, Role};

use crate::{
    oracle::theirs,
    random::Random,
    script::{Script, close},
};

type Messages = Vec<Message<'static>>;

/// What we make of a stream that arrives in pieces of random sizes.
fn ours(
    role: Role,
    wire: &[u8],
    limit: usize,
    random: &mut Random,
) -> (Messages, Option<ErrorKind>) {
    let mut decoder = Decoder::new(role, limit);
    let mut messages = vec![];
    let mut wire = wire.to_vec();
    let mut rest = wire.as_mut_slice();
    while !rest.is_empty() {
        let most = if random.chance(2) { rest.len() } else { 9 };
        let (mut input, tail) = rest.split_at_mut((random.below(most) + 1).min(rest.len()));
        rest = tail;
        loop {
            match decoder.decode(&mut input) {
                Ok(Some(message)) => messages.push(message.into_owned()),
                Ok(None) => break,
                Err(error) => return (messages, Some(error.kind())),
            }
        }
    }
    (messages, None)
}

/// What tungstenite yields for a close frame whose code it dislikes.
fn violation() -> Message<'static> {
    close(1002, "Protocol violation")
}

/// Asserts that both agree on `wire`, up to the exceptions at the top of this
/// file, and says which of them applied.
fn compare(role: Role, wire: &[u8], limit: usize, random: &mut Random) -> Option<u8> {
    let (mut our_messages, our_error) = ours(role, wire, limit, random);
    let (their_messages, their_error) = theirs(role, wire, limit);
    let mut exception = None;
    let is_long_form = match our_error {
        Some(ErrorKind::NonMinimalLength) => true,
        Some(ErrorKind::ControlTooLong) => their_messages.len() > our_messages.len(),
        _ => false,
    };
    if is_long_form {
        assert!(
            their_messages.starts_with(&our_messages),
            "{role:?} {wire:?}"
        );
        return Some(1);
    }
    if our_error == Some(ErrorKind::InvalidCloseCode) && their_error.is_none() {
        our_messages.push(violation());
        assert_eq!(our_messages, their_messages, "{role:?} {wire:?}");
        return Some(2);
    }
    if let Some(Message::Close(Some(frame))) = our_messages.last_mut() {
        if frame.code == CloseCode::BAD_GATEWAY {
            our_messages.pop();
            our_messages.push(violation());
            exception = Some(3);
        }
    }
    if matches!(their_error, Some(tungstenite::Error::Utf8(_))) && our_messages != their_messages {
        let rest = our_messages.strip_prefix(their_messages.as_slice());
        assert!(
            rest.is_some_and(|r| r.iter().all(is_control)),
            "{role:?} {wire:?}"
        );
        return Some(4);
    }
    assert_eq!(our_messages, their_messages, "{role:?} {wire:?}");
    assert_eq!(
        our_error.is_some(),
        their_error.is_some(),
        "{our_error:?} but {their_error:?} for {role:?} {wire:?}"
    );
    exception
}

fn is_control(message: &Message<'_>) -> bool {
    matches!(
        message,
        Message::Ping(_) | Message::Pong(_) | Message::Close(_)
    )
}

/// Followed by so many zeros every frame that fits is complete, so that verdicts
/// on headers (ours) and on whole frames (theirs) fall in the same place. What
/// comes last is an error wherever a frame begins.
fn with_tail(mut wire: Vec<u8>, limit: usize) -> Vec<u8> {
    wire.resize(wire.len() + limit + 16, 0);
    wire.extend([0xFF; 16]);
    wire
}

#[test]
fn valid_streams() {
    const LIMIT: usize = 1 << 20;
    for seed in 0..6_000 {
        let max_len = if seed % 100 == 0 { 200_000 } else { 400 };
        let Script {
            role,
            mut random,
            frames,
            messages,
            ..
        } = Script::new(seed, max_len);
        let wire = frames.concat();
        assert!(
            ours(role, &wire, LIMIT, &mut random) == (messages.clone(), None),
            "{seed}"
        );
        let (their_messages, error) = theirs(role, &wire, LIMIT);
        assert!(error.is_none() && their_messages == messages, "{seed}");
    }
}

#[test]
fn mutated_streams() {
    const LIMIT: usize = 300;
    let mut exceptions = [0_u32; 5];
    for seed in 0..30_000 {
        let script = Script::new(seed, LIMIT);
        let (role, mut random) = (script.role, Random::new(seed + 7));
        let wire = with_tail(script.mutate(), LIMIT);
        let exception = compare(role, &wire, LIMIT, &mut random).unwrap_or(0);
        exceptions[usize::from(exception)] += 1;
    }
    // Were they common, they would hide what this test is for.
    assert!(exceptions[0] > 27_000, "{exceptions:?}");
}

#[test]
fn random_bytes() {
    const LIMIT: usize = 300;
    let heads = [0x00, 0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A];
    for seed in 0..30_000 {
        let mut random = Random::new(seed + 99);
        let role = if seed % 2 == 0 {
            Role::Server
        } else {
            Role::Client
        };
        let len = random.below(60);
        let mut wire = random.bytes(len);
        if let ([first, second, ..], true) = (wire.as_mut_slice(), random.chance(2)) {
            *first = *random.pick(&heads);
            *second = (*second % 16) | if role == Role::Server { 0x80 } else { 0 };
        }
        compare(role, &with_tail(wire, LIMIT), LIMIT, &mut random);
    }
}

/// Exceptions 1 to 4, each by an example.
#[test]
fn the_exceptions_are_as_described() {
    let compare = |wire: &[u8]| compare(Role::Client, wire, 300, &mut Random::new(1));
    assert_eq!(compare(b"\x81\x7E\x00\x01a"), Some(1));
    assert_eq!(compare(b"\x89\x7E\x00\x01a"), Some(1));
    assert_eq!(compare(b"\x88\x02\x03\xED"), Some(2));
    assert_eq!(compare(b"\x88\x02\x03\xF6"), Some(3));
    assert_eq!(compare(b"\x01\x02\xC3\x28\x89\x00\x80\x00"), Some(4));
    assert_eq!(compare(b"\x81\x01a"), None);
}
