//! Why a peer's bytes were refused.

use std::fmt;

use super::CloseCode;

/// A violation by the peer, after which the connection must be failed
/// (RFC 6455 section 7.1.7): send a close frame with [`close_code`], then
/// drop the connection.
///
/// [`close_code`]: Error::close_code
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Error {
    kind: ErrorKind,
}

impl Error {
    /// What the peer did.
    #[must_use]
    pub const fn kind(self) -> ErrorKind {
        self.kind
    }

    /// The status code that tells the peer (RFC 6455 section 7.4.1): 1007 for
    /// text that is not UTF-8 and for data that cannot be decompressed, 1009 for a message beyond a limit, 1002 for all else.
    #[must_use]
    pub const fn close_code(self) -> CloseCode {
        match self.kind {
            ErrorKind::InvalidUtf8 | ErrorKind::InvalidDeflate => CloseCode::INVALID_DATA,
            ErrorKind::MessageTooBig | ErrorKind::TooManyFragments => CloseCode::TOO_BIG,
            _ => CloseCode::PROTOCOL_ERROR,
        }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for Error {}

/// What a peer did wrong; the sections are those of RFC 6455.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A reserved bit is set that no extension gives a meaning here (5.2; RFC 7692
    /// section 6.1).
    ReservedBits,
    /// An opcode that has no meaning yet: 3 to 7 or 11 to 15 (5.2).
    ReservedOpcode,
    /// A control frame without the FIN bit (5.4).
    FragmentedControl,
    /// A control frame whose payload exceeds 125 bytes (5.5).
    ControlTooLong,
    /// A client sent a frame without a mask (5.1).
    NotMasked,
    /// A server sent a frame with a mask (5.1).
    Masked,
    /// A length written in more bytes than it needs (5.2).
    NonMinimalLength,
    /// A 64-bit length whose highest bit is set (5.2).
    InvalidLength,
    /// A continuation frame, but no message was begun (5.4).
    UnexpectedContinuation,
    /// A new text or binary frame amid a fragmented message (5.4).
    ExpectedContinuation,
    /// Text or the reason of a close frame that is not UTF-8 (8.1).
    InvalidUtf8,
    /// A compressed message that cannot be decompressed (RFC 7692 section 7.2.2).
    InvalidDeflate,
    /// A close frame whose payload is a single byte, where a code has two (5.5.1).
    InvalidClosePayload,
    /// A close frame with a code that must not be sent (7.4).
    InvalidCloseCode,
    /// A message longer than our limit (10.4).
    MessageTooBig,
    /// A message in more than [`MAX_FRAGMENTS`](super::MAX_FRAGMENTS) fragments (10.4).
    TooManyFragments,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReservedBits => "reserved bits are set",
            Self::ReservedOpcode => "reserved opcode",
            Self::FragmentedControl => "fragmented control frame",
            Self::ControlTooLong => "control frame of more than 125 bytes",
            Self::NotMasked => "frame from a client is not masked",
            Self::Masked => "frame from a server is masked",
            Self::NonMinimalLength => "payload length is not written minimally",
            Self::InvalidLength => "payload length has its highest bit set",
            Self::UnexpectedContinuation => "continuation frame without a message",
            Self::ExpectedContinuation => "new message inside a fragmented one",
            Self::InvalidUtf8 => "text is not valid UTF-8",
            Self::InvalidDeflate => "compressed data is invalid",
            Self::InvalidClosePayload => "close frame with a payload of one byte",
            Self::InvalidCloseCode => "close code that must not be sent",
            Self::MessageTooBig => "message exceeds the size limit",
            Self::TooManyFragments => "message has too many fragments",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_close_code() {
        for (kind, code) in [
            (ErrorKind::ReservedBits, CloseCode::PROTOCOL_ERROR),
            (ErrorKind::InvalidCloseCode, CloseCode::PROTOCOL_ERROR),
            (ErrorKind::InvalidUtf8, CloseCode::INVALID_DATA),
            (ErrorKind::InvalidDeflate, CloseCode::INVALID_DATA),
            (ErrorKind::MessageTooBig, CloseCode::TOO_BIG),
            (ErrorKind::TooManyFragments, CloseCode::TOO_BIG),
        ] {
            assert_eq!(Error::from(kind).close_code(), code, "{kind}");
        }
    }
}
