//! The frames that a parser makes of a packet.

use bytes::Bytes;

use crate::encoded::Encoded;

/// The frames of one packet: a text, or binary data, or a text and the binary data after it.
///
/// ```
/// use salon_proto::parser::Frames;
///
/// let lone = Frames::binary(b"\x82\xa4type".as_slice());
/// let header_and_data = Frames::text("a picture").and_binary(b"\xff\xd8".as_slice());
/// # assert_ne!(lone, header_and_data);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames {
    text: Option<String>,
    binary: Vec<Bytes>,
}

impl Frames {
    /// A text frame. It must not contain the character U+001E, which separates packets in
    /// long-polling; JSON never does.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: Some(text.into()),
            binary: Vec::new(),
        }
    }

    /// A binary frame.
    pub fn binary(data: impl Into<Bytes>) -> Self {
        Self {
            text: None,
            binary: vec![data.into()],
        }
    }

    /// Adds a binary frame after the others.
    #[must_use]
    pub fn and_binary(mut self, data: impl Into<Bytes>) -> Self {
        self.binary.push(data.into());
        self
    }

    /// The text frame, if there is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The binary frames, in order.
    #[must_use]
    pub fn as_binary(&self) -> &[Bytes] {
        &self.binary
    }

    pub(super) fn into_encoded(self) -> Encoded {
        let Self { text, binary } = self;
        let Some(text) = text else {
            return Encoded::binary(binary);
        };
        let message = |out: &mut Vec<u8>| {
            out.push(b'4');
            out.extend_from_slice(text.as_bytes());
        };
        Encoded::with_attachments(message, binary)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Protocol;

    #[test]
    fn a_text_is_a_message_and_binary_data_stands_for_itself() {
        let wire = |frames: Frames| {
            frames
                .into_encoded()
                .frames(Protocol::V4)
                .collect::<Vec<_>>()
                .concat()
        };
        assert_eq!(wire(Frames::text("ab")), b"\x81\x034ab");
        assert_eq!(wire(Frames::binary(&b"\x04"[..])), b"\x82\x01\x04");
        let both = Frames::text("").and_binary(&b"\x01"[..]);
        assert_eq!(wire(both), b"\x81\x014\x82\x01\x01");
    }
}
