//! The frame header (RFC 6455 section 5.2).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-------+-+-------------+-------------------------------+
//! |F|reser| opcode|M| 7-bit length| 16 or 64 more bits of length, |
//! |I|ved  |       |A| or 126, 127 | if the 7 are 126 or 127       |
//! |N| bits|       |S|             +-------------------------------+
//! | |     |       |K|             | mask key, 32 bits, if M       |
//! +-+-+-+-+-------+-+-------------+-------------------------------+
//! ```

use super::{ControlPayload, Error, ErrorKind, MaskKey, Role};

/// The most bytes that a header has: 2, a 64-bit length and a mask key.
pub const MAX_HEADER_LEN: usize = 14;

const FIN: u8 = 0x80;
const RESERVED_BITS: u8 = 0x70;
/// The first of the reserved bits, RSV1: the message is compressed (RFC 7692 section 6).
const COMPRESSED: u8 = 0x40;
const OPCODE: u8 = 0x0F;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7F;
/// Seven-bit lengths that announce 16 and 64 bits of length.
const LENGTH_16: u8 = 126;
const LENGTH_64: u8 = 127;

/// What a frame is (RFC 6455 section 11.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// The next fragment of a message.
    Continuation = 0x0,
    /// Text, or the first fragment of it.
    Text = 0x1,
    /// Binary data, or the first fragment of it.
    Binary = 0x2,
    /// The end of the connection.
    Close = 0x8,
    /// A ping.
    Ping = 0x9,
    /// A pong.
    Pong = 0xA,
}

impl Opcode {
    /// Whether this is a control frame: short, never fragmented (RFC 6455 section 5.5).
    #[must_use]
    pub const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }

    /// What the frame that begins with this byte is.
    pub(crate) const fn of_frame(first: u8) -> Option<Self> {
        Self::from_bits(first & OPCODE)
    }

    const fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }
}

/// What the peer may send.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// The side that we are.
    pub(super) role: Role,
    /// Whether messages may be compressed.
    pub(super) deflate: bool,
}

/// A header that was received and obeys the rules that need no context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) fin: bool,
    /// Whether the message that begins here is compressed.
    pub(super) compressed: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: Option<MaskKey>,
    pub(super) payload_len: usize,
}

impl Header {
    /// Reads the header at the front of `bytes` and says how long it is, or
    /// `None` if it is incomplete.
    ///
    /// Rules are checked in the order of the bytes, so the verdict on a prefix
    /// never changes when more bytes arrive.
    pub(super) fn parse(bytes: &[u8], rules: Rules) -> Result<Option<(Self, usize)>, Error> {
        let Some((&first, rest)) = bytes.split_first() else {
            return Ok(None);
        };
        let (fin, compressed, opcode) = parse_first(first, rules.deflate)?;
        let Some((&second, rest)) = rest.split_first() else {
            return Ok(None);
        };
        check_second(second, opcode, rules.role)?;
        let Some((payload_len, rest)) = parse_length(second & LENGTH, rest)? else {
            return Ok(None);
        };
        let Some((mask, rest)) = parse_mask(second & MASKED != 0, rest) else {
            return Ok(None);
        };
        let header = Self {
            fin,
            compressed,
            opcode,
            mask,
            payload_len,
        };
        Ok(Some((header, bytes.len() - rest.len())))
    }
}

fn parse_first(byte: u8, deflate: bool) -> Result<(bool, bool, Opcode), Error> {
    let opcode = Opcode::of_frame(byte);
    let begins_message = matches!(opcode, Some(Opcode::Text | Opcode::Binary));
    let compressed = match byte & RESERVED_BITS {
        0 => false,
        COMPRESSED if deflate && begins_message => true,
        _ => return Err(ErrorKind::ReservedBits.into()),
    };
    let fin = byte & FIN != 0;
    let opcode = opcode.ok_or(ErrorKind::ReservedOpcode)?;
    if opcode.is_control() && !fin {
        return Err(ErrorKind::FragmentedControl.into());
    }
    Ok((fin, compressed, opcode))
}

fn check_second(byte: u8, opcode: Opcode, role: Role) -> Result<(), Error> {
    match (role, byte & MASKED != 0) {
        (Role::Server, false) => return Err(ErrorKind::NotMasked.into()),
        (Role::Client, true) => return Err(ErrorKind::Masked.into()),
        (Role::Server, true) | (Role::Client, false) => {}
    }
    if opcode.is_control() && usize::from(byte & LENGTH) > ControlPayload::MAX_LEN {
        return Err(ErrorKind::ControlTooLong.into());
    }
    Ok(())
}

/// The length of the payload and what follows it, or `None` if it is incomplete.
fn parse_length(seven_bits: u8, bytes: &[u8]) -> Result<Option<(usize, &[u8])>, Error> {
    match seven_bits {
        LENGTH_16 => match bytes.split_first_chunk() {
            Some((length, rest)) => Ok(Some((parse_length_16(*length)?, rest))),
            None => Ok(None),
        },
        LENGTH_64 => match bytes.split_first_chunk() {
            Some((length, rest)) => Ok(Some((parse_length_64(*length)?, rest))),
            None => Ok(None),
        },
        length => Ok(Some((usize::from(length), bytes))),
    }
}

fn parse_length_16(bytes: [u8; 2]) -> Result<usize, Error> {
    let length = u16::from_be_bytes(bytes);
    if length < u16::from(LENGTH_16) {
        return Err(ErrorKind::NonMinimalLength.into());
    }
    Ok(usize::from(length))
}

fn parse_length_64(bytes: [u8; 8]) -> Result<usize, Error> {
    let length = u64::from_be_bytes(bytes);
    if length > i64::MAX.unsigned_abs() {
        return Err(ErrorKind::InvalidLength.into());
    }
    if length <= u64::from(u16::MAX) {
        return Err(ErrorKind::NonMinimalLength.into());
    }
    usize::try_from(length).map_err(|_| ErrorKind::MessageTooBig.into())
}

/// The mask key, if there is one, and what follows it.
fn parse_mask(masked: bool, bytes: &[u8]) -> Option<(Option<MaskKey>, &[u8])> {
    if !masked {
        return Some((None, bytes));
    }
    let (key, rest) = bytes.split_first_chunk()?;
    Some((Some(*key), rest))
}

/// How long the header is of a frame that [`encode_header`] began, without a mask.
pub(crate) fn header_len(frame: &[u8]) -> usize {
    match frame.get(1) {
        Some(&LENGTH_64) => 10,
        Some(&LENGTH_16) => 4,
        _ => 2,
    }
}

/// A header that is ready to be sent: at most [`MAX_HEADER_LEN`] bytes, inline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncodedHeader {
    bytes: [u8; MAX_HEADER_LEN],
    len: u8,
}

impl EncodedHeader {
    const EMPTY: Self = Self {
        bytes: [0; MAX_HEADER_LEN],
        len: 0,
    };

    /// The bytes to send before the payload.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The same header for a payload that is compressed.
    pub(crate) fn compressed(mut self) -> Self {
        if let Some(first) = self.bytes.first_mut() {
            *first |= COMPRESSED;
        }
        self
    }

    /// The same with one byte of the payload behind it, which a server's header has room for.
    pub(crate) fn followed_by(self, byte: u8) -> Self {
        self.with([byte])
    }

    /// Appends a part of the header; parts never sum up to more than [`MAX_HEADER_LEN`].
    #[inline]
    fn with<const N: usize>(mut self, part: [u8; N]) -> Self {
        let room = self.bytes.get_mut(usize::from(self.len)..);
        if let Some(slot) = room.and_then(<[u8]>::first_chunk_mut) {
            *slot = part;
            self.len += N as u8;
        }
        self
    }
}

impl AsRef<[u8]> for EncodedHeader {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

/// The header of an unfragmented frame, with the length in its minimal form.
///
/// `payload_len` is in bytes. A client passes the `mask` that it applies to the
/// payload, a server `None` (RFC 6455 section 5.1). Control frames must not
/// exceed [`ControlPayload::MAX_LEN`]; [`ping_frame`](super::ping_frame) and its
/// neighbours see to that.
#[must_use]
#[inline]
pub fn encode_header(opcode: Opcode, payload_len: usize, mask: Option<MaskKey>) -> EncodedHeader {
    let masked = if mask.is_some() { MASKED } else { 0 };
    let header = EncodedHeader::EMPTY.with([FIN | opcode as u8]);
    let header = match (u8::try_from(payload_len), u16::try_from(payload_len)) {
        (Ok(len), _) if len < LENGTH_16 => header.with([masked | len]),
        (_, Ok(len)) => header.with([masked | LENGTH_16]).with(len.to_be_bytes()),
        _ => header
            .with([masked | LENGTH_64])
            .with((payload_len as u64).to_be_bytes()),
    };
    match mask {
        Some(key) => header.with(key),
        None => header,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: MaskKey = [1, 2, 3, 4];

    fn parse(bytes: &[u8], role: Role) -> Result<Option<(Header, usize)>, ErrorKind> {
        let rules = Rules {
            role,
            deflate: false,
        };
        Header::parse(bytes, rules).map_err(Error::kind)
    }

    fn parse_first_byte(first: u8, deflate: bool) -> Result<bool, ErrorKind> {
        let first = parse_first(first, deflate).map_err(Error::kind);
        first.map(|(_, compressed, _)| compressed)
    }

    #[test]
    fn lengths_are_minimal() {
        for (len, expected) in [
            (0, &[0x82, 0][..]),
            (125, &[0x82, 125]),
            (126, &[0x82, 126, 0, 126]),
            (255, &[0x82, 126, 0, 255]),
            (65_535, &[0x82, 126, 255, 255]),
            (65_536, &[0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] {
            let header = encode_header(Opcode::Binary, len, None);
            assert_eq!(header.as_slice(), expected);
        }
    }

    #[test]
    fn what_is_encoded_is_parsed() {
        for (role, mask) in [(Role::Server, Some(KEY)), (Role::Client, None)] {
            for payload_len in [0, 1, 125, 126, 65_535, 65_536, 1 << 40] {
                let encoded = encode_header(Opcode::Text, payload_len, mask);
                let header = Header {
                    fin: true,
                    compressed: false,
                    opcode: Opcode::Text,
                    mask,
                    payload_len,
                };
                let bytes = encoded.as_slice();
                assert_eq!(parse(bytes, role), Ok(Some((header, bytes.len()))));
                for end in 0..bytes.len() {
                    assert_eq!(parse(&bytes[..end], role), Ok(None));
                }
            }
        }
    }

    #[test]
    fn the_longest_header_fills_its_array() {
        let header = encode_header(Opcode::Text, 1 << 40, Some(KEY));
        assert_eq!(header.as_slice().len(), MAX_HEADER_LEN);
        assert!(header.as_slice().ends_with(&KEY));
    }

    #[test]
    fn every_pair_of_first_bytes_has_one_verdict() {
        for first in 0..=255_u8 {
            let opcode = Opcode::from_bits(first & OPCODE);
            let expected = match opcode {
                _ if first & RESERVED_BITS != 0 => Err(ErrorKind::ReservedBits),
                None => Err(ErrorKind::ReservedOpcode),
                Some(o) if o.is_control() && first & FIN == 0 => Err(ErrorKind::FragmentedControl),
                Some(_) => Ok(()),
            };
            assert_eq!(parse(&[first], Role::Server).map(drop), expected);
        }
    }

    #[test]
    fn only_the_first_frame_of_a_message_says_that_it_is_compressed() {
        for first in 0..=255_u8 {
            let is_data = matches!(first & OPCODE, 1 | 2);
            let is_plain = first & RESERVED_BITS == 0;
            let expected = match first & RESERVED_BITS {
                COMPRESSED if is_data => Ok(true),
                _ if is_plain => parse_first_byte(first, false),
                _ => Err(ErrorKind::ReservedBits),
            };
            assert_eq!(parse_first_byte(first, true), expected, "{first:#x}");
        }
    }

    #[test]
    fn a_compressed_header_differs_in_one_bit() {
        let header = encode_header(Opcode::Text, 300, None);
        let compressed = header.compressed();
        assert_eq!(compressed.as_slice()[0], header.as_slice()[0] | 0x40);
        assert_eq!(compressed.as_slice()[1..], header.as_slice()[1..]);
    }

    #[test]
    fn rules_about_the_second_byte_and_the_length() {
        use ErrorKind::*;
        use Role::*;
        for (role, bytes, kind) in [
            (Server, &[0x81, 0x00][..], NotMasked),
            (Client, &[0x81, 0x80], Masked),
            (Client, &[0x89, 126], ControlTooLong),
            (Client, &[0x88, 127], ControlTooLong),
            (Client, &[0x82, 126, 0, 125], NonMinimalLength),
            (
                Client,
                &[0x82, 127, 0, 0, 0, 0, 0, 0, 255, 255],
                NonMinimalLength,
            ),
            (
                Client,
                &[0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0],
                InvalidLength,
            ),
        ] {
            assert_eq!(parse(bytes, role), Err(kind), "{bytes:?}");
        }
    }
}
