//! Frames, and what a decoder makes of them.

use salon_proto::ws::{Decoder, Deflate, Deflater, Message, Role};
pub(crate) use salon_testkit::client_frame as frame;

pub(crate) const FIN: u8 = 0x80;
pub(crate) const RSV1: u8 = 0x40;
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const PING: u8 = 9;

pub(crate) type Messages = Vec<Message<'static>>;

/// A compressed message in frames of `size` bytes.
pub(crate) fn fragmented(opcode: u8, payload: &[u8], size: usize) -> Vec<u8> {
    let count = payload.len().div_ceil(size);
    let fragment = |(i, piece)| {
        let opcode = if i == 0 { RSV1 | opcode } else { CONTINUATION };
        let fin = if i + 1 == count { FIN } else { 0 };
        frame(fin | opcode, piece)
    };
    payload
        .chunks(size)
        .enumerate()
        .flat_map(fragment)
        .collect()
}

/// As a client compresses, by a library of its own.
pub(crate) fn deflated(data: &[u8]) -> Vec<u8> {
    use miniz_oxide::deflate::core::CompressorOxide;
    use miniz_oxide::{DataFormat, MZFlush, deflate::stream::deflate};

    let mut state = CompressorOxide::default();
    state.set_format_and_level(DataFormat::Raw, 6);
    let mut out = vec![0; data.len() + 1_000];
    let result = deflate(&mut state, data, &mut out, MZFlush::Sync);
    assert_eq!(result.bytes_consumed, data.len());
    out.truncate(result.bytes_written - 4);
    out
}

/// What comes out of a server's decoder, and the close code if it refuses something.
pub(crate) fn decode<'a>(
    pieces: impl IntoIterator<Item = &'a [u8]>,
    limit: usize,
) -> (Messages, Option<u16>) {
    let mut decoder = Decoder::new(Role::Server, limit).with_deflate();
    let mut messages = vec![];
    for piece in pieces {
        let mut piece = piece.to_vec();
        let mut input = piece.as_mut_slice();
        loop {
            match decoder.decode(&mut input) {
                Ok(Some(message)) => messages.push(message.into_owned()),
                Ok(None) => break,
                Err(error) => return (messages, Some(error.close_code().get())),
            }
        }
    }
    assert_eq!(decoder.buffered(), 0, "between messages it holds nothing");
    (messages, None)
}

/// What was agreed with a client that offers these parameters.
pub(crate) fn agreed(deflate: Deflate, parameters: &str) -> Deflater {
    let header = format!("permessage-deflate{parameters}");
    deflate.accept(&header).unwrap().unwrap().deflater
}
