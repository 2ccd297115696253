//! Close frames: their codes and reasons (RFC 6455 sections 5.5.1 and 7.4).

use std::fmt;

use super::{Error, ErrorKind};

/// A status code that may travel in a close frame (RFC 6455 section 7.4).
///
/// The codes that only exist inside an API (1005 "no code", 1006 "no close
/// frame", 1015 "TLS failed") and the unassigned ones cannot be made.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CloseCode(u16);

impl CloseCode {
    /// 1000: the purpose of the connection is fulfilled.
    pub const NORMAL: Self = Self(1000);
    /// 1001: a server goes down, or a browser leaves the page.
    pub const GOING_AWAY: Self = Self(1001);
    /// 1002: the peer broke the protocol.
    pub const PROTOCOL_ERROR: Self = Self(1002);
    /// 1003: a type of data that the endpoint cannot accept.
    pub const UNSUPPORTED_DATA: Self = Self(1003);
    /// 1007: data that does not fit its type, such as text that is not UTF-8.
    pub const INVALID_DATA: Self = Self(1007);
    /// 1008: a message that violates the endpoint's policy.
    pub const POLICY_VIOLATION: Self = Self(1008);
    /// 1009: a message beyond what the endpoint will process.
    pub const TOO_BIG: Self = Self(1009);
    /// 1010: the server did not negotiate an extension that the client needs.
    pub const MISSING_EXTENSION: Self = Self(1010);
    /// 1011: an unexpected condition on the server.
    pub const INTERNAL_ERROR: Self = Self(1011);
    /// 1012: the service restarts (IANA registry).
    pub const SERVICE_RESTART: Self = Self(1012);
    /// 1013: try again later (IANA registry).
    pub const TRY_AGAIN_LATER: Self = Self(1013);
    /// 1014: the server is a gateway and had a bad answer (IANA registry).
    pub const BAD_GATEWAY: Self = Self(1014);

    /// The code with this number, or `None` if it must not be sent: allowed are
    /// 1000 to 1003, 1007 to 1014, 3000 to 3999 (registered) and 4000 to 4999 (private).
    #[must_use]
    pub const fn new(code: u16) -> Option<Self> {
        match code {
            1000..=1003 | 1007..=1014 | 3000..=4999 => Some(Self(code)),
            _ => None,
        }
    }

    /// The number of this code.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl From<CloseCode> for u16 {
    fn from(code: CloseCode) -> Self {
        code.0
    }
}

impl fmt::Debug for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CloseCode({})", self.0)
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a peer said when it closed the connection (RFC 6455 section 5.5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloseFrame {
    /// Why it closed.
    pub code: CloseCode,
    /// A text for developers, at most 123 bytes, often empty.
    pub reason: Box<str>,
}

impl CloseFrame {
    /// Reads the payload of a close frame; an empty one has neither code nor reason.
    ///
    /// # Errors
    /// `InvalidClosePayload` for a single byte, `InvalidCloseCode`, and
    /// `InvalidUtf8` for the reason.
    pub(super) fn parse(payload: &[u8]) -> Result<Option<Self>, Error> {
        if payload.is_empty() {
            return Ok(None);
        }
        let (code, reason) = payload
            .split_first_chunk()
            .ok_or(ErrorKind::InvalidClosePayload)?;
        let code = CloseCode::new(u16::from_be_bytes(*code)).ok_or(ErrorKind::InvalidCloseCode)?;
        let reason = simdutf8::basic::from_utf8(reason).map_err(|_| ErrorKind::InvalidUtf8)?;
        Ok(Some(Self {
            code,
            reason: reason.into(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(payload: &[u8]) -> Result<Option<(u16, String)>, ErrorKind> {
        CloseFrame::parse(payload)
            .map(|frame| frame.map(|f| (f.code.get(), f.reason.into())))
            .map_err(Error::kind)
    }

    #[test]
    fn the_ranges_of_section_7_4_2() {
        let allowed: Vec<u16> = (0..=u16::MAX)
            .filter(|&code| CloseCode::new(code).is_some())
            .collect();
        let expected: Vec<u16> = (1000..=1003)
            .chain(1007..=1014)
            .chain(3000..=4999)
            .collect();
        assert_eq!(allowed, expected);
    }

    #[test]
    fn payloads() {
        assert_eq!(parse(b""), Ok(None));
        assert_eq!(parse(b"\x03"), Err(ErrorKind::InvalidClosePayload));
        assert_eq!(parse(b"\x03\xE8"), Ok(Some((1000, String::new()))));
        assert_eq!(parse(b"\x03\xE8bye"), Ok(Some((1000, "bye".into()))));
        assert_eq!(parse(b"\x03\xED"), Err(ErrorKind::InvalidCloseCode));
        assert_eq!(parse(b"\x03\xE8\xFF"), Err(ErrorKind::InvalidUtf8));
    }
}
