//! One Engine.IO packet: a digit, then data.
//!
//! A binary WebSocket frame is always a message and needs no decoding; everything
//! else arrives as text.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::engine::Protocol;
use crate::error::ProtocolError;

/// Browsers pad; some clients of other families do not, or use the alphabet of URLs. Node
/// reads all of them.
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);
const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// A decoded Engine.IO packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// `0`: the handshake, from the server.
    Open(&'a str),
    /// `1`: the other side ends the session.
    Close,
    /// `2`: from the server, or `2probe` from an upgrade candidate.
    Ping(&'a str),
    /// `3`: the answer to a ping, with the ping's data.
    Pong(&'a str),
    /// `4`: text for the layer above.
    Message(&'a str),
    /// `b`, in protocol 3 `b4`: binary data for the layer above, in base64 where only text can
    /// travel.
    Binary(Vec<u8>),
    /// `5`: the client has switched to the candidate.
    Upgrade,
    /// `6`: nothing; it releases a held poll.
    Noop,
}

impl<'a> Packet<'a> {
    /// Decodes one text frame, or one piece of a payload.
    ///
    /// # Errors
    /// When the text is empty, its first character is no known type, or base64 is
    /// expected and something else follows.
    ///
    /// ```
    /// use salon_proto::engine::Packet;
    ///
    /// assert_eq!(Packet::decode("4hello"), Ok(Packet::Message("hello")));
    /// assert_eq!(Packet::decode("bAQI="), Ok(Packet::Binary(vec![1, 2])));
    /// assert!(Packet::decode("").is_err());
    /// ```
    #[inline]
    pub fn decode(text: &'a str) -> Result<Self, ProtocolError> {
        let data = text.get(1..).unwrap_or_default();
        match text.as_bytes().first() {
            Some(b'0') => Ok(Self::Open(data)),
            Some(b'1') => Ok(Self::Close),
            Some(b'2') => Ok(Self::Ping(data)),
            Some(b'3') => Ok(Self::Pong(data)),
            Some(b'4') => Ok(Self::Message(data)),
            Some(b'5') => Ok(Self::Upgrade),
            Some(b'6') => Ok(Self::Noop),
            Some(b'b') => decode_base64(data).map(Self::Binary),
            _ => Err(unknown_type(text)),
        }
    }

    /// The same for a given generation of the protocol.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    ///
    /// ```
    /// use salon_proto::engine::{Packet, Protocol};
    ///
    /// let packet = Packet::decode_as(Protocol::V3, "b4AQI=");
    /// assert_eq!(packet, Ok(Packet::Binary(vec![1, 2])));
    /// ```
    #[inline]
    pub fn decode_as(protocol: Protocol, text: &'a str) -> Result<Self, ProtocolError> {
        match protocol {
            Protocol::V3 if text.starts_with('b') => decode_typed_base64(text),
            _ => Self::decode(text),
        }
    }

    /// Decodes one binary frame of protocol 3, or one binary piece of a payload: a byte for the
    /// type, then data. Only a message has data; a type that nobody knows means nothing.
    #[must_use]
    pub fn decode_bytes(bytes: &[u8]) -> Self {
        match bytes.split_first() {
            Some((&MESSAGE, data)) => Self::Binary(data.to_vec()),
            Some((&kind, _)) => Self::without_data(kind),
            None => Self::Noop,
        }
    }

    pub(crate) const fn without_data(kind: u8) -> Self {
        match kind {
            0 => Self::Open(""),
            1 => Self::Close,
            2 => Self::Ping(""),
            3 => Self::Pong(""),
            5 => Self::Upgrade,
            _ => Self::Noop,
        }
    }
}

/// The type of a message in a binary packet of protocol 3.
pub(crate) const MESSAGE: u8 = 4;

fn decode_typed_base64(text: &str) -> Result<Packet<'static>, ProtocolError> {
    let mut rest = text.chars();
    rest.next();
    match rest.next().and_then(|kind| kind.to_digit(10)) {
        Some(4) => decode_base64(rest.as_str()).map(Packet::Binary),
        Some(kind) => Ok(Packet::without_data(u8::try_from(kind).unwrap_or(u8::MAX))),
        None => Err(ProtocolError::new("binary packet without a type")),
    }
}

fn decode_base64(data: &str) -> Result<Vec<u8>, ProtocolError> {
    STANDARD
        .decode(data)
        .or_else(|error| URL_SAFE.decode(data).map_err(|_| error))
        .map_err(|error| ProtocolError::with_detail("binary packet is not base64", error))
}

#[cold]
fn unknown_type(text: &str) -> ProtocolError {
    match text.chars().next() {
        Some(kind) => {
            ProtocolError::with_detail("unknown Engine.IO packet type", kind.escape_default())
        }
        None => ProtocolError::new("empty Engine.IO packet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_read() {
        let cases = [
            ("0{}", Packet::Open("{}")),
            ("1", Packet::Close),
            ("2", Packet::Ping("")),
            ("2probe", Packet::Ping("probe")),
            ("3probe", Packet::Pong("probe")),
            ("4", Packet::Message("")),
            ("4€", Packet::Message("€")),
            ("5", Packet::Upgrade),
            ("6", Packet::Noop),
            ("b", Packet::Binary(vec![])),
            ("bAQIDBA==", Packet::Binary(vec![1, 2, 3, 4])),
            ("bAQIDBA", Packet::Binary(vec![1, 2, 3, 4])),
            ("b_-8", Packet::Binary(vec![0xff, 0xef])),
        ];
        for (text, packet) in cases {
            assert_eq!(Packet::decode(text), Ok(packet), "{text}");
        }
    }

    #[test]
    fn protocol_3_gives_binary_data_a_type() {
        let decode = |text| Packet::decode_as(Protocol::V3, text);
        assert_eq!(decode("b4AQI="), Ok(Packet::Binary(vec![1, 2])));
        assert_eq!(decode("b4"), Ok(Packet::Binary(vec![])));
        assert_eq!(decode("b2cHJvYmU="), Ok(Packet::Ping("")));
        assert_eq!(decode("4b"), Ok(Packet::Message("b")));
        for text in ["b", "bAQI=", "b4$", "bé", ""] {
            assert!(decode(text).is_err(), "{text}");
        }
        assert_eq!(
            Packet::decode_bytes(b"\x04ab"),
            Packet::Binary(b"ab".to_vec())
        );
        assert_eq!(Packet::decode_bytes(b"\x02x"), Packet::Ping(""));
        assert_eq!(Packet::decode_bytes(b"\x01"), Packet::Close);
        for bytes in [&b""[..], b"4a", b"\xff"] {
            assert_eq!(Packet::decode_bytes(bytes), Packet::Noop);
        }
    }

    #[test]
    fn malformed_packets_are_errors_and_never_panics() {
        for text in ["", "7", "abc", "é", "b$", "bé", "\u{1e}", "-1"] {
            assert!(Packet::decode(text).is_err(), "{text:?}");
        }
    }
}
