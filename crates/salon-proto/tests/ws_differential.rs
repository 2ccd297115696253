//! Pseudo-random streams of frames, decoded by us and by `tungstenite`.
//!
//! On valid streams both must yield what was encoded. On mutated streams both
//! must yield the same messages and both accept or both refuse, except that:
//!
//! 1. Lengths that are not minimal: we refuse them, as section 5.2 demands
//!    ("the minimal number of bytes MUST be used"); tungstenite lets them through.
//! 2. Close codes that must not be sent: we refuse the frame; tungstenite yields
//!    a close message of its own making, 1002 "Protocol violation".
//! 3. Close code 1014, in the registry of IANA since 2016: tungstenite counts it
//!    among the codes of exception 2, we yield it.
//! 4. Text in fragments: tungstenite refuses the fragment that spoils it, we the
//!    message, so that control frames in between are still seen.

#![allow(missing_docs)]

use std::io::{self, Read, Write};

use salon_proto::ws::{
    CloseCode, CloseFrame, ControlPayload, Decoder, ErrorKind, Message, Opcode, Role, apply_mask,
    encode_header,
};
use tungstenite::protocol::{self as peer, WebSocketConfig};

type Messages = Vec<Message<'static>>;

/// Marsaglia's xorshift: the streams are the same in every run.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 11) as usize % bound
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.byte()).collect()
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// A length, often at one of the borders of the header's forms.
    fn len(&mut self, max: usize) -> usize {
        let borders = [0, 1, 2, 7, 8, 9, 124, 125, 126, 127, 65_535, 65_536];
        let len = match self.below(3) {
            0 => *self.pick(&borders),
            1 => self.below(20),
            _ => self.below(max + 1),
        };
        len.min(max)
    }

    fn text(&mut self, max: usize) -> String {
        let alphabet = [
            'a',
            'Z',
            '\0',
            'é',
            'µ',
            'κ',
            '한',
            '\u{FFFD}',
            '\u{10FFFF}',
            '😀',
        ];
        let len = self.len(max);
        let mut text = String::new();
        while text.len() + 4 <= len {
            text.push(*self.pick(&alphabet));
        }
        text
    }
}

/// Frames that obey all rules and the messages that they carry.
struct Script {
    role: Role,
    random: Random,
    frames: Vec<Vec<u8>>,
    messages: Messages,
    max_len: usize,
}

impl Script {
    fn new(seed: u64, max_len: usize) -> Self {
        let mut script = Self {
            role: if seed % 2 == 0 {
                Role::Server
            } else {
                Role::Client
            },
            random: Random::new(seed + 1),
            frames: vec![],
            messages: vec![],
            max_len,
        };
        for _ in 0..=script.random.below(8) {
            script.push_message();
        }
        if script.random.chance(3) {
            script.push_close();
        }
        script
    }

    fn push_message(&mut self) {
        match self.random.below(5) {
            0 => self.push_control(),
            1 | 2 => {
                let text = self.random.text(self.max_len);
                self.push_data(Opcode::Text, text.as_bytes());
                self.messages.push(Message::Text(text.into()));
            }
            _ => {
                let len = self.random.len(self.max_len);
                let payload = self.random.bytes(len);
                self.push_data(Opcode::Binary, &payload);
                self.messages.push(Message::Binary(payload.into()));
            }
        }
    }

    /// One message in one or several frames, with control frames in between.
    fn push_data(&mut self, opcode: Opcode, mut payload: &[u8]) {
        let mut opcode = opcode;
        while self.random.chance(2) {
            let (piece, rest) = payload.split_at(self.random.below(payload.len() + 1));
            self.push_frame(false, opcode, piece);
            (opcode, payload) = (Opcode::Continuation, rest);
            if self.random.chance(3) {
                self.push_control();
            }
        }
        self.push_frame(true, opcode, payload);
    }

    fn push_control(&mut self) {
        let len = self.random.len(ControlPayload::MAX_LEN);
        let bytes = self.random.bytes(len);
        let payload = ControlPayload::new(&bytes).unwrap();
        if self.random.chance(2) {
            self.push_frame(true, Opcode::Ping, &bytes);
            self.messages.push(Message::Ping(payload));
        } else {
            self.push_frame(true, Opcode::Pong, &bytes);
            self.messages.push(Message::Pong(payload));
        }
    }

    fn push_close(&mut self) {
        if self.random.chance(3) {
            self.push_frame(true, Opcode::Close, b"");
            return self.messages.push(Message::Close(None));
        }
        let code = *self
            .random
            .pick(&[1000, 1001, 1007, 1011, 1013, 3000, 4999]);
        let reason = self.random.text(123);
        let payload = [&u16::to_be_bytes(code), reason.as_bytes()].concat();
        self.push_frame(true, Opcode::Close, &payload);
        self.messages.push(close(code, &reason));
    }

    fn push_frame(&mut self, fin: bool, opcode: Opcode, payload: &[u8]) {
        let key = self.random.next().to_le_bytes();
        let key = (self.role == Role::Server).then_some([key[0], key[1], key[2], key[3]]);
        let mut frame = encode_header(opcode, payload.len(), key)
            .as_slice()
            .to_vec();
        if !fin {
            frame[0] &= 0x7F;
        }
        let start = frame.len();
        frame.extend(payload);
        if let Some(key) = key {
            apply_mask(&mut frame[start..], key, 0);
        }
        self.frames.push(frame);
    }

    /// Damages one to three places, and says what the stream is now.
    fn mutate(mut self) -> Vec<u8> {
        for _ in 0..=self.random.below(3) {
            let at = self.random.below(self.frames.len());
            match self.random.below(6) {
                0 => drop(self.frames.remove(at)),
                1 => self.frames.insert(at, self.frames[at].clone()),
                2 => self.frames[at..].reverse(),
                3 => self.mutate_head(at),
                _ => self.mutate_byte(at),
            }
            if self.frames.is_empty() {
                break;
            }
        }
        self.frames.concat()
    }

    /// Changes one of the two bytes that hold nearly all rules.
    fn mutate_head(&mut self, at: usize) {
        let bit = 1 << self.random.below(8);
        let byte = self.random.below(2);
        if let Some(byte) = self.frames[at].get_mut(byte) {
            *byte ^= bit;
        }
    }

    fn mutate_byte(&mut self, at: usize) {
        let byte = self.random.byte();
        let frame = &mut self.frames[at];
        let position = self.random.below(frame.len() + 1);
        match self.random.below(3) {
            0 => frame.insert(position, byte),
            1 => frame.truncate(position),
            _ => frame
                .iter_mut()
                .skip(position)
                .take(1)
                .for_each(|b| *b = byte),
        }
    }
}

fn close(code: u16, reason: &str) -> Message<'static> {
    Message::Close(CloseCode::new(code).map(|code| CloseFrame {
        code,
        reason: reason.into(),
    }))
}

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

/// A stream that was received in full, and swallows what is sent.
struct Received<'a>(&'a [u8]);

impl Read for Received<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Received<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What tungstenite makes of it; the end of the stream is no error.
fn theirs(role: Role, wire: &[u8], limit: usize) -> (Messages, Option<tungstenite::Error>) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(limit))
        .max_frame_size(Some(limit));
    let role = match role {
        Role::Server => peer::Role::Server,
        Role::Client => peer::Role::Client,
    };
    let mut socket = peer::WebSocket::from_raw_socket(Received(wire), role, Some(config));
    let mut messages = vec![];
    loop {
        match socket.read() {
            Ok(message) => messages.push(translate(message)),
            Err(error) => return (messages, Some(error).filter(|e| !is_end_of_stream(e))),
        }
        if let Some(Message::Close(_)) = messages.last() {
            return (messages, None);
        }
    }
}

fn is_end_of_stream(error: &tungstenite::Error) -> bool {
    use tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    matches!(
        error,
        tungstenite::Error::Protocol(ResetWithoutClosingHandshake)
    )
}

fn translate(message: tungstenite::Message) -> Message<'static> {
    match message {
        tungstenite::Message::Text(text) => Message::Text(text.as_str().to_owned().into()),
        tungstenite::Message::Binary(data) => Message::Binary(data.to_vec().into()),
        tungstenite::Message::Ping(data) => Message::Ping(ControlPayload::new(&data).unwrap()),
        tungstenite::Message::Pong(data) => Message::Pong(ControlPayload::new(&data).unwrap()),
        tungstenite::Message::Close(None) => Message::Close(None),
        tungstenite::Message::Close(Some(frame)) => close(frame.code.into(), &frame.reason),
        tungstenite::Message::Frame(_) => panic!("never read"),
    }
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
    if our_error == Some(ErrorKind::NonMinimalLength) {
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
            *second = *second % 16 | if role == Role::Server { 0x80 } else { 0 };
        }
        compare(role, &with_tail(wire, LIMIT), LIMIT, &mut random);
    }
}

/// Exceptions 1 to 4, each by an example.
#[test]
fn the_exceptions_are_as_described() {
    let compare = |wire: &[u8]| compare(Role::Client, wire, 300, &mut Random::new(1));
    assert_eq!(compare(b"\x81\x7E\x00\x01a"), Some(1));
    assert_eq!(compare(b"\x88\x02\x03\xED"), Some(2));
    assert_eq!(compare(b"\x88\x02\x03\xF6"), Some(3));
    assert_eq!(compare(b"\x01\x02\xC3\x28\x89\x00\x80\x00"), Some(4));
    assert_eq!(compare(b"\x81\x01a"), None);
}
