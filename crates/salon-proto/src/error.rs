//! What a peer did wrong.

use std::fmt;

/// A peer sent something that the protocol does not allow.
///
/// The peer is always to blame: such an error ends at most that peer's session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolError {
    what: &'static str,
    detail: Option<Box<str>>,
}

impl ProtocolError {
    pub(crate) const fn new(what: &'static str) -> Self {
        Self { what, detail: None }
    }

    pub(crate) fn with_detail(what: &'static str, detail: impl fmt::Display) -> Self {
        Self {
            what,
            detail: Some(detail.to_string().into()),
        }
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.detail {
            Some(detail) => write!(f, "{}: {detail}", self.what),
            None => f.write_str(self.what),
        }
    }
}

impl std::error::Error for ProtocolError {}
