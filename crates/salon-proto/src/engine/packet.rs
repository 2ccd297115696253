//! One Engine.IO packet: a digit, then data.
//!
//! A binary WebSocket frame is always a message and needs no decoding; everything
//! else arrives as text.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

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
    /// `b`: binary data for the layer above, in base64 where only text can travel.
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
    pub fn decode(text: &'a str) -> Result<Self, ProtocolError> {
        let mut rest = text.chars();
        let kind = rest.next();
        let data = rest.as_str();
        match kind {
            Some('0') => Ok(Self::Open(data)),
            Some('1') => Ok(Self::Close),
            Some('2') => Ok(Self::Ping(data)),
            Some('3') => Ok(Self::Pong(data)),
            Some('4') => Ok(Self::Message(data)),
            Some('5') => Ok(Self::Upgrade),
            Some('6') => Ok(Self::Noop),
            Some('b') => decode_base64(data).map(Self::Binary),
            Some(other) => Err(unknown_type(other)),
            None => Err(ProtocolError::new("empty Engine.IO packet")),
        }
    }
}

fn decode_base64(data: &str) -> Result<Vec<u8>, ProtocolError> {
    STANDARD
        .decode(data)
        .or_else(|error| URL_SAFE.decode(data).map_err(|_| error))
        .map_err(|error| ProtocolError::with_detail("binary packet is not base64", error))
}

fn unknown_type(kind: char) -> ProtocolError {
    ProtocolError::with_detail("unknown Engine.IO packet type", kind.escape_default())
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
    fn malformed_packets_are_errors_and_never_panics() {
        for text in ["", "7", "abc", "é", "b$", "bé", "\u{1e}", "-1"] {
            assert!(Packet::decode(text).is_err(), "{text:?}");
        }
    }
}
