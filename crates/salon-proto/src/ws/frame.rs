//! Whole frames to send.
//!
//! `mask` is `None` on a server and a fresh, unpredictable key for each frame on
//! a client (RFC 6455 section 5.3); randomness is the caller's business.

use std::mem;

use bytes::Bytes;

use crate::spare;

use super::{
    CloseCode, ControlPayload, Deflater, EncodedHeader, MaskKey, Opcode, apply_mask, encode_header,
};

/// The most bytes of a reason: a control frame less the two bytes of the code.
const MAX_REASON_LEN: usize = ControlPayload::MAX_LEN - 2;

/// Bytes that [`frame_behind_room`] needs before a payload: the largest header without a mask has
/// 2 bytes and a 64-bit length.
pub(crate) const HEADER_ROOM: usize = 10;

/// A frame in the buffer that its payload was written to.
#[derive(Clone, Debug, Default)]
pub(crate) struct BuiltFrame {
    buffer: Vec<u8>,
    /// Where in the buffer the frame begins, and where its payload.
    start: usize,
    payload_start: usize,
}

impl BuiltFrame {
    /// The frame that begins at `start` of the buffer, and its payload at `payload_start`.
    pub(crate) const fn new(buffer: Vec<u8>, start: usize, payload_start: usize) -> Self {
        Self {
            buffer,
            start,
            payload_start,
        }
    }

    /// A frame whose payload is of no interest.
    pub(crate) fn without_payload(buffer: Vec<u8>) -> Self {
        let end = buffer.len();
        Self::new(buffer, 0, end)
    }

    /// The same, with a payload that is of no interest any more.
    pub(crate) fn into_whole(mut self) -> Self {
        self.payload_start = self.buffer.len();
        self
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.buffer.get(self.start..).unwrap_or_default()
    }

    pub(crate) fn payload(&self) -> &[u8] {
        self.buffer.get(self.payload_start..).unwrap_or_default()
    }
}

impl Drop for BuiltFrame {
    fn drop(&mut self) {
        spare::keep(mem::take(&mut self.buffer));
    }
}

/// A server's frame without a copy: `buffer` has [`HEADER_ROOM`] unused bytes, then the payload.
pub(crate) fn frame_behind_room(
    opcode: Opcode,
    compressed: bool,
    mut buffer: Vec<u8>,
) -> BuiltFrame {
    let start = put_header(opcode, compressed, &mut buffer);
    BuiltFrame::new(buffer, start, HEADER_ROOM)
}

/// Puts the header before the payload, into the last of the [`HEADER_ROOM`] unused bytes that
/// `buffer` begins with, and says where it begins.
pub(crate) fn put_header(opcode: Opcode, compressed: bool, buffer: &mut [u8]) -> usize {
    let length = buffer.len().saturating_sub(HEADER_ROOM);
    let header = match compressed {
        true => encode_header(opcode, length, None).compressed(),
        false => encode_header(opcode, length, None),
    };
    let header = header.as_slice();
    let start = HEADER_ROOM.saturating_sub(header.len());
    if let Some(room) = buffer.get_mut(start..HEADER_ROOM) {
        room.copy_from_slice(header);
    }
    start
}

/// A text message in one frame.
#[must_use]
pub fn text_frame(text: &str, mask: Option<MaskKey>) -> Bytes {
    encode_frame(Opcode::Text, &[text.as_bytes()], mask)
}

/// A binary message in one frame.
#[must_use]
pub fn binary_frame(payload: &[u8], mask: Option<MaskKey>) -> Bytes {
    encode_frame(Opcode::Binary, &[payload], mask)
}

/// A ping (RFC 6455 section 5.5.2).
#[must_use]
pub fn ping_frame(payload: &ControlPayload<'_>, mask: Option<MaskKey>) -> Bytes {
    encode_frame(Opcode::Ping, &[payload.as_slice()], mask)
}

/// A pong, which repeats the payload of its ping (RFC 6455 section 5.5.3).
#[must_use]
pub fn pong_frame(payload: &ControlPayload<'_>, mask: Option<MaskKey>) -> Bytes {
    encode_frame(Opcode::Pong, &[payload.as_slice()], mask)
}

/// A close frame (RFC 6455 section 5.5.1). A reason of more than 123 bytes is
/// cut at the last character that fits.
#[must_use]
pub fn close_frame(code: CloseCode, reason: &str, mask: Option<MaskKey>) -> Bytes {
    let code = code.get().to_be_bytes();
    let reason = truncate(reason, MAX_REASON_LEN);
    encode_frame(Opcode::Close, &[&code, reason.as_bytes()], mask)
}

/// A close frame without a code, as answer to one.
#[must_use]
pub fn empty_close_frame(mask: Option<MaskKey>) -> Bytes {
    encode_frame(Opcode::Close, &[], mask)
}

/// The longest prefix of `text` that has at most `max_len` bytes.
fn truncate(text: &str, max_len: usize) -> &str {
    let longest = max_len.min(text.len());
    (0..=longest)
        .rev()
        .find_map(|len| text.get(..len))
        .unwrap_or_default()
}

/// One frame with the concatenation of `parts` as its payload.
fn encode_frame(opcode: Opcode, parts: &[&[u8]], mask: Option<MaskKey>) -> Bytes {
    let payload_len = parts.iter().map(|part| part.len()).sum();
    let header = encode_header(opcode, payload_len, mask);
    // Exactly as much as is needed: more would cost each frame that waits another allocation.
    let mut frame = Vec::with_capacity(header.as_slice().len().saturating_add(payload_len));
    append_parts(&mut frame, &header, parts, mask);
    frame.into()
}

/// Appends a frame to others that wait to be written, so that one write takes them all. Control
/// frames must not exceed [`ControlPayload::MAX_LEN`].
///
/// ```
/// use salon_proto::ws::{Opcode, append_frame, text_frame};
///
/// let key = Some([1, 2, 3, 4]);
/// let mut wire = Vec::new();
/// append_frame(&mut wire, Opcode::Text, b"a", key);
/// append_frame(&mut wire, Opcode::Text, b"b", key);
/// assert_eq!(wire, [text_frame("a", key), text_frame("b", key)].concat());
/// ```
pub fn append_frame(wire: &mut Vec<u8>, opcode: Opcode, payload: &[u8], mask: Option<MaskKey>) {
    let header = encode_header(opcode, payload.len(), mask);
    wire.reserve(header.as_slice().len().saturating_add(payload.len()));
    append_parts(wire, &header, &[payload], mask);
}

/// Appends the frame of a message, compressed if that was agreed on and makes it smaller.
pub fn append_message(
    wire: &mut Vec<u8>,
    opcode: Opcode,
    payload: &[u8],
    mask: Option<MaskKey>,
    deflater: Option<&Deflater>,
) {
    let Some(compressed) = deflater.and_then(|deflater| deflater.compress(payload, 0)) else {
        return append_frame(wire, opcode, payload, mask);
    };
    let header = encode_header(opcode, compressed.len(), mask).compressed();
    append_parts(wire, &header, &[&compressed], mask);
}

fn append_parts(
    wire: &mut Vec<u8>,
    header: &EncodedHeader,
    parts: &[&[u8]],
    mask: Option<MaskKey>,
) {
    wire.extend_from_slice(header.as_slice());
    let start = wire.len();
    for part in parts {
        wire.extend_from_slice(part);
    }
    if let (Some(key), Some(payload)) = (mask, wire.get_mut(start..)) {
        apply_mask(payload, key, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_section_5_7() {
        let key = Some([0x37, 0xFA, 0x21, 0x3D]);
        let hello = ControlPayload::new(b"Hello".as_slice()).unwrap();
        assert_eq!(text_frame("Hello", None), &b"\x81\x05Hello"[..]);
        assert_eq!(
            text_frame("Hello", key),
            &b"\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58"[..]
        );
        assert_eq!(ping_frame(&hello, None), &b"\x89\x05Hello"[..]);
        assert_eq!(
            pong_frame(&hello, key),
            &b"\x8A\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58"[..]
        );
        assert!(binary_frame(&[0; 256], None).starts_with(b"\x82\x7E\x01\x00"));
        assert!(binary_frame(&[0; 65_536], None).starts_with(b"\x82\x7F\0\0\0\0\0\x01\0\0"));
    }

    #[test]
    fn close_frames() {
        assert_eq!(empty_close_frame(None), &b"\x88\x00"[..]);
        assert_eq!(
            empty_close_frame(Some([1; 4])),
            &b"\x88\x80\x01\x01\x01\x01"[..]
        );
        assert_eq!(
            close_frame(CloseCode::NORMAL, "bye", None),
            &b"\x88\x05\x03\xE8bye"[..]
        );
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        for (reason, kept) in [("x".repeat(200), 123), ("é".repeat(100), 122)] {
            let frame = close_frame(CloseCode::NORMAL, &reason, None);
            assert_eq!(frame.len(), 2 + 2 + kept);
            assert!(std::str::from_utf8(&frame[4..]).is_ok());
        }
    }
}
