//! A short text and its WebSocket header, in memory of just their size.

use std::sync::Arc;

use crate::ws::{BuiltFrame, header_len};

/// The frame of a text that no attachments follow: what nearly all packets are.
#[derive(Clone, Debug)]
pub(super) struct Short(Arc<[u8]>);

impl Short {
    /// Longer frames are not worth the copy.
    pub(super) const LONGEST: usize = 4 * 1024;

    pub(super) fn copy(frame: &[u8]) -> Self {
        Self(frame.into())
    }

    pub(super) fn frame(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn text(&self) -> &[u8] {
        self.0.get(header_len(&self.0)..).unwrap_or_default()
    }
}

impl From<Short> for BuiltFrame {
    fn from(short: Short) -> Self {
        Self::new(short.frame().to_vec(), 0, header_len(short.frame()))
    }
}
