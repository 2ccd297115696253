//! What a [`Decoder`](super::Decoder) yields.

use std::borrow::Cow;

use super::{CloseFrame, Error, ErrorKind};

/// One complete message, or one control frame.
///
/// Data is borrowed from the input when its whole frame was there, and owned
/// when it had to be put together from pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// A text message, checked to be UTF-8.
    Text(Cow<'a, str>),
    /// A binary message.
    Binary(Cow<'a, [u8]>),
    /// A ping, which asks for a pong with the same payload.
    Ping(ControlPayload<'a>),
    /// A pong, asked for or not.
    Pong(ControlPayload<'a>),
    /// The peer closes the connection; nothing follows.
    Close(Option<CloseFrame>),
}

impl<'a> Message<'a> {
    /// A text message, if `payload` is UTF-8.
    pub(super) fn text(payload: Cow<'a, [u8]>) -> Result<Self, Error> {
        let text = match payload {
            Cow::Borrowed(bytes) => simdutf8::basic::from_utf8(bytes).ok().map(Cow::Borrowed),
            // The standard library checks here: simdutf8 would have to be
            // followed by an unsafe conversion to keep the allocation.
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        };
        Ok(Message::Text(text.ok_or(ErrorKind::InvalidUtf8)?))
    }

    /// Bytes of its text or of its binary data; 0 for a control frame.
    #[must_use]
    pub fn data_len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
            Self::Ping(_) | Self::Pong(_) | Self::Close(_) => 0,
        }
    }

    /// The same message without a borrow, copied where necessary.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        match self {
            Self::Text(text) => Message::Text(Cow::Owned(text.into_owned())),
            Self::Binary(bytes) => Message::Binary(Cow::Owned(bytes.into_owned())),
            Self::Ping(payload) => Message::Ping(payload.into_owned()),
            Self::Pong(payload) => Message::Pong(payload.into_owned()),
            Self::Close(frame) => Message::Close(frame),
        }
    }
}

/// The payload of a ping or pong: at most 125 bytes (RFC 6455 section 5.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlPayload<'a>(Cow<'a, [u8]>);

impl<'a> ControlPayload<'a> {
    /// The most bytes that a control frame carries.
    pub const MAX_LEN: usize = 125;

    /// No payload.
    pub const EMPTY: Self = Self(Cow::Borrowed(&[]));

    /// Takes `payload`, unless it has more than [`MAX_LEN`](Self::MAX_LEN) bytes.
    #[must_use]
    pub fn new(payload: impl Into<Cow<'a, [u8]>>) -> Option<Self> {
        let payload = payload.into();
        (payload.len() <= Self::MAX_LEN).then_some(Self(payload))
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// The same payload without a borrow, copied where necessary.
    #[must_use]
    pub fn into_owned(self) -> ControlPayload<'static> {
        ControlPayload(Cow::Owned(self.0.into_owned()))
    }
}

impl AsRef<[u8]> for ControlPayload<'_> {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_payload_holds_125_bytes() {
        for len in [0, 1, 124, 125] {
            let bytes = vec![9; len];
            assert_eq!(ControlPayload::new(&bytes).unwrap().as_slice(), bytes);
        }
        assert_eq!(ControlPayload::new(vec![9; 126]), None);
    }

    #[test]
    fn text_is_checked_whether_borrowed_or_owned() {
        assert!(Message::text(Cow::Borrowed("κόσμε".as_bytes())).is_ok());
        assert!(Message::text(Cow::Owned("κόσμε".into())).is_ok());
        assert!(Message::text(Cow::Borrowed(b"\xC3")).is_err());
        assert!(Message::text(Cow::Owned(vec![0xC3])).is_err());
    }

    #[test]
    fn owned_messages_are_equal() {
        let message = Message::Text("a".into());
        assert_eq!(message.clone().into_owned(), message);
    }
}
