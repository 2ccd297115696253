//! Cases, the frames they are made of, and how they are run.

use salon_proto::ws::{ControlPayload, Decoder, Message, Role};
pub(crate) use salon_testkit::client_frame as frame;

const LIMIT: usize = 16 << 20;

pub(crate) const FIN: u8 = 0x80;
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

pub(crate) const PROTOCOL_ERROR: Option<u16> = Some(1002);
pub(crate) const INVALID_DATA: Option<u16> = Some(1007);

pub(crate) type Messages = Vec<Message<'static>>;

pub(crate) struct Case {
    name: String,
    wire: Vec<u8>,
    messages: Messages,
    /// The close code of the error that ends the connection, if one does.
    error: Option<u16>,
}

pub(crate) fn case(
    name: impl Into<String>,
    frames: &[Vec<u8>],
    messages: &[Message<'static>],
) -> Case {
    Case {
        name: name.into(),
        wire: frames.concat(),
        messages: messages.to_vec(),
        error: None,
    }
}

pub(crate) fn failing(
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

/// `payload` as one message in frames of `size` bytes.
pub(crate) fn fragmented(opcode: u8, payload: &[u8], size: usize) -> Vec<Vec<u8>> {
    let count = payload.len().div_ceil(size);
    let fragment = |(i, piece)| {
        let opcode = if i == 0 { opcode } else { CONTINUATION };
        let fin = if i + 1 == count { FIN } else { 0 };
        frame(fin | opcode, piece)
    };
    payload.chunks(size).enumerate().map(fragment).collect()
}

pub(crate) fn text(text: &str) -> Message<'static> {
    Message::Text(text.to_owned().into())
}

pub(crate) fn binary(payload: &[u8]) -> Message<'static> {
    Message::Binary(payload.to_vec().into())
}

pub(crate) fn ping(payload: &[u8]) -> Message<'static> {
    Message::Ping(ControlPayload::new(payload.to_vec()).unwrap())
}

pub(crate) fn pong(payload: &[u8]) -> Message<'static> {
    Message::Pong(ControlPayload::new(payload.to_vec()).unwrap())
}

/// What came out of a stream, a code and a reason standing for a close frame.
pub(crate) fn decode(wire: &[u8], chop: usize) -> (Messages, Option<u16>) {
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
pub(crate) fn run(cases: Vec<Case>) {
    for case in cases {
        for chop in [usize::MAX, 997, 1] {
            let (messages, error) = decode(&case.wire, chop);
            let name = &case.name;
            assert_eq!(error, case.error, "{name} in pieces of {chop}");
            assert!(messages == case.messages, "{name} in pieces of {chop}");
        }
    }
}
