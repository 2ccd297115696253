//! What travels over plain Engine.IO.

use bytes::Bytes;
use salon_proto::Encoded;

/// A message, in either direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Binary data.
    Binary(Bytes),
}

impl Message {
    pub(super) fn encode(self) -> Encoded {
        match self {
            Self::Text(text) => Encoded::text(|out| {
                out.push(b'4');
                out.extend_from_slice(text.as_bytes());
            }),
            Self::Binary(data) => Encoded::binary(vec![data]),
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Message {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Bytes> for Message {
    fn from(data: Bytes) -> Self {
        Self::Binary(data)
    }
}

impl From<Vec<u8>> for Message {
    fn from(data: Vec<u8>) -> Self {
        Self::Binary(data.into())
    }
}
