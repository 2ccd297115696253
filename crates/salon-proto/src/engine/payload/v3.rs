//! The payloads of protocol 3.
//!
//! ```text
//! text:   6:4hello10:b4AQIDBA==          <length>:<packet>…
//!                                        lengths count UTF-16 code units, as JavaScript does
//! bytes:  00 06 ff '4hello' 01 05 ff 04 01 02 03 04
//!                                        <0 text, 1 binary><digits of the length>ff<packet>…
//!                                        a digit is a byte from 0 to 9; lengths count bytes
//! ```
//!
//! A body in bytes answers polls only where a packet has binary data and the client takes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Taken;
use crate::encoded::Encoded;
use crate::engine::Protocol;
use crate::engine::packet::{MESSAGE, Packet};
use crate::error::ProtocolError;

/// Digits of a length. More would be longer than any body.
const MAX_DIGITS: usize = 10;

/// Ends a length in a body in bytes.
const END_OF_LENGTH: u8 = 0xff;

const TEXT: u8 = 0;
const BINARY: u8 = 1;

const BAD_LENGTH: ProtocolError = ProtocolError::new("payload with a malformed length");
const TOO_SHORT: ProtocolError = ProtocolError::new("payload is shorter than it says");

/// The packet of a text that begins at `start`; `None`: only empty ones follow.
pub(super) fn take_text(body: &str, start: usize) -> Result<Option<Taken<'_>>, ProtocolError> {
    if body.is_empty() {
        return Err(ProtocolError::new("empty payload"));
    }
    let mut rest = body.get(start..).unwrap_or_default();
    while !rest.is_empty() {
        let (digits, after) = rest.split_once(':').ok_or(BAD_LENGTH)?;
        let length = parse_length(digits.bytes().map(|digit| digit.wrapping_sub(b'0')))?;
        let packet = utf16_prefix(after, length).ok_or(TOO_SHORT)?;
        rest = after.get(packet.len()..).unwrap_or_default();
        if !packet.is_empty() {
            return Ok(Some(Taken {
                packet: Packet::decode_as(Protocol::V3, packet)?,
                next: position(body.len(), rest.len()),
            }));
        }
    }
    Ok(None)
}

/// The packet of a body in bytes that begins at `start`; `None`: there is none.
pub(super) fn take_bytes(body: &[u8], start: usize) -> Result<Option<Taken<'_>>, ProtocolError> {
    let Some((kind, rest)) = body.get(start..).unwrap_or_default().split_first() else {
        return Ok(None);
    };
    let digits = rest
        .iter()
        .take(MAX_DIGITS + 1)
        .position(|byte| *byte == END_OF_LENGTH)
        .ok_or(BAD_LENGTH)?;
    let length = parse_length(rest.iter().take(digits).copied())?;
    let after = rest.get(digits + 1..).unwrap_or_default();
    let (packet, rest) = after.split_at_checked(length).ok_or(TOO_SHORT)?;
    let packet = match *kind {
        TEXT => {
            let text = std::str::from_utf8(packet);
            let text = text.map_err(|_| ProtocolError::new("payload is not UTF-8"))?;
            Packet::decode_as(Protocol::V3, text)?
        }
        _ => Packet::decode_bytes(packet),
    };
    Ok(Some(Taken {
        packet,
        next: position(body.len(), rest.len()),
    }))
}

fn position(whole: usize, rest: usize) -> Option<usize> {
    (rest > 0).then(|| whole.saturating_sub(rest))
}

fn parse_length(digits: impl ExactSizeIterator<Item = u8>) -> Result<usize, ProtocolError> {
    if digits.len() == 0 || digits.len() > MAX_DIGITS {
        return Err(BAD_LENGTH);
    }
    let length = digits.into_iter().try_fold(0_u64, |sum, digit| {
        (digit <= 9).then(|| sum * 10 + u64::from(digit))
    });
    let length = length.ok_or(BAD_LENGTH)?;
    usize::try_from(length).map_err(|_| BAD_LENGTH)
}

/// The first `length` UTF-16 code units; `None` if there are fewer, or the last is half of a pair.
fn utf16_prefix(text: &str, length: usize) -> Option<&str> {
    let mut left = length;
    let mut end = 0_usize;
    for character in text.chars() {
        if left == 0 {
            break;
        }
        left = left.checked_sub(character.len_utf16())?;
        end = end.saturating_add(character.len_utf8());
    }
    (left == 0).then(|| text.get(..end)).flatten()
}

/// UTF-16 code units of a text: one for each character, and a second for those of four bytes.
fn utf16_len(text: &[u8]) -> usize {
    let units = |byte: &u8| match *byte {
        0x80..=0xbf => 0,
        0xf0.. => 2,
        _ => 1,
    };
    text.iter().map(units).sum()
}

/// Appends a packet to a body of text.
pub(crate) fn append_as_text(packet: &Encoded, body: &mut Vec<u8>) {
    let text = packet.as_text();
    if !text.is_empty() {
        body.extend_from_slice(utf16_len(text).to_string().as_bytes());
        body.push(b':');
        body.extend_from_slice(text);
    }
    for data in packet.attachments() {
        let base64 = STANDARD.encode(data);
        let length = base64.len().saturating_add(2);
        body.extend_from_slice(format!("{length}:b4{base64}").as_bytes());
    }
}

/// Appends a packet to a body in bytes.
pub(crate) fn append_as_bytes(packet: &Encoded, body: &mut Vec<u8>) {
    let text = packet.as_text();
    if !text.is_empty() {
        append_head(TEXT, text.len(), body);
        body.extend_from_slice(text);
    }
    for data in packet.attachments() {
        append_head(BINARY, data.len().saturating_add(1), body);
        body.push(MESSAGE);
        body.extend_from_slice(data);
    }
}

fn append_head(kind: u8, length: usize, body: &mut Vec<u8>) {
    body.push(kind);
    let digits = length.to_string();
    body.extend(digits.bytes().map(|digit| digit.wrapping_sub(b'0')));
    body.push(END_OF_LENGTH);
}

#[cfg(test)]
mod tests {
    use super::super::{Encoding, Payload, PayloadDecoder};
    use super::*;

    /// Each packet as its debug text, since a packet borrows from its payload.
    fn read(mut payload: Payload) -> Vec<String> {
        let mut packets = Vec::new();
        while let Some(packet) = payload.next_packet() {
            packets.push(packet.map_or_else(|_| "error".into(), |one| format!("{one:?}")));
        }
        assert!(payload.is_finished());
        packets
    }

    fn decode(body: impl AsRef<[u8]>, encoding: Encoding) -> Vec<String> {
        let mut decoder = PayloadDecoder::new(1_000);
        decoder.push(body.as_ref()).unwrap();
        read(decoder.finish(encoding).unwrap())
    }

    fn text(body: &str) -> Vec<String> {
        decode(body, Encoding::Text(Protocol::V3))
    }

    fn bytes(body: &[u8]) -> Vec<String> {
        decode(body, Encoding::Bytes)
    }

    #[test]
    fn lengths_of_text_count_utf_16_code_units() {
        let packets = text("2:4é2:4€4:4a😀1:2");
        let expected = [
            r#"Message("é")"#,
            r#"Message("€")"#,
            r#"Message("a😀")"#,
            r#"Ping("")"#,
        ];
        assert_eq!(packets, expected);
        assert_eq!(text("2:4😀"), ["error"], "half of a pair");
        assert_eq!(text("3:4é"), ["error"], "three bytes, but two units");
    }

    #[test]
    fn base64_has_a_type() {
        let packets = text("6:4hello10:b4AQIDBA==");
        assert_eq!(packets, [r#"Message("hello")"#, "Binary([1, 2, 3, 4])"]);
    }

    #[test]
    fn malformed_text_is_an_error_and_the_last() {
        for body in [
            "",
            "abc",
            ":4a",
            "x:4a",
            "-1:4a",
            "3:4a",
            "2:4a2",
            "1e0:4",
            "99999999999:4",
            "2:4a2:xx1:2",
        ] {
            let packets = text(body);
            assert_eq!(packets.last().map(String::as_str), Some("error"), "{body}");
            assert!(packets.len() <= 2, "{body}");
        }
    }

    #[test]
    fn empty_packets_are_skipped() {
        assert!(text("0:").is_empty());
        assert_eq!(text("0:1:20:0:1:60:"), [r#"Ping("")"#, "Noop"]);
    }

    #[test]
    fn bytes_hold_text_and_data() {
        let body =
            b"\x00\x06\xff4hello\x01\x05\xff\x04\x01\x02\x03\x04\x00\x01\x00\xff4\xc3\xa9ABCDEFG";
        let packets = bytes(body);
        let expected = [
            r#"Message("hello")"#,
            "Binary([1, 2, 3, 4])",
            r#"Message("éABCDEFG")"#,
        ];
        assert_eq!(packets, expected);
        assert!(bytes(b"").is_empty());
    }

    #[test]
    fn malformed_bytes_are_an_error() {
        for body in [
            &b"\x00"[..],
            b"\x00\x01",
            b"\x00\xff4",
            b"\x00\x02\xff4",
            b"\x00\x0a\xff4",
            b"\x00\x01\xff9",
            b"\x00\x02\xff4\xff",
            b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\xff4",
        ] {
            assert_eq!(bytes(body), ["error"], "{body:?}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let fill = |out: &mut Vec<u8>| out.extend_from_slice("451-[é😀]".as_bytes());
        let data = bytes::Bytes::from_static(b"\x00\x1e\xff");
        let packet = Encoded::with_attachments(fill, vec![data]);
        let expected = [r#"Message("51-[é😀]")"#, "Binary([0, 30, 255])"];
        let mut body = Vec::new();
        append_as_text(&packet, &mut body);
        append_as_text(&packet, &mut body);
        assert_eq!(
            decode(&body, Encoding::Text(Protocol::V3)),
            expected.repeat(2)
        );
        body.clear();
        append_as_bytes(&packet, &mut body);
        append_as_bytes(&packet, &mut body);
        assert_eq!(decode(&body, Encoding::Bytes), expected.repeat(2));
    }

    #[test]
    fn random_bytes_never_panic() {
        let mut seed = 1_u32;
        for _ in 0..20_000 {
            let mut body = Vec::new();
            for _ in 0..12 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let alphabet = b"0124:b\xff\x00\x01\x04\xc3\xa9";
                body.push(alphabet[(seed >> 24) as usize % alphabet.len()]);
            }
            bytes(&body);
            if let Ok(body) = std::str::from_utf8(&body) {
                text(body);
            }
        }
    }
}
