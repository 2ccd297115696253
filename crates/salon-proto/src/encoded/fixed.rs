//! The packets that are always the same.

use crate::ws::BuiltFrame;

/// A packet that needs no memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fixed {
    Ping,
    Pong,
    Close,
    Noop,
    ProbePong,
}

/// Bytes of their WebSocket headers.
const HEADER: usize = 2;

impl Fixed {
    pub(super) const fn frame(self) -> &'static [u8] {
        match self {
            Self::Ping => b"\x81\x012",
            Self::Pong => b"\x81\x013",
            Self::Close => b"\x81\x011",
            Self::Noop => b"\x81\x016",
            Self::ProbePong => b"\x81\x063probe",
        }
    }

    pub(super) fn text(self) -> &'static [u8] {
        self.frame().get(HEADER..).unwrap_or_default()
    }
}

impl From<Fixed> for BuiltFrame {
    fn from(fixed: Fixed) -> Self {
        Self::new(fixed.frame().to_vec(), 0, HEADER)
    }
}
