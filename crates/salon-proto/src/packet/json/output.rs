//! Where arguments are written to.

use std::io;

use crate::spare;

/// Room for what closes brackets and quotes behind a long string: without it the buffer, just made
/// to fit, would double for a byte.
const ROOM_BEHIND: usize = 64;

/// A vector that grows once for a long string.
pub(super) struct Output<'a>(&'a mut Vec<u8>);

impl<'a> Output<'a> {
    pub(super) const fn new(out: &'a mut Vec<u8>) -> Self {
        Self(out)
    }

    #[cold]
    fn grow(&mut self, by: usize) {
        let needed = self.0.len().saturating_add(by).saturating_add(ROOM_BEHIND);
        spare::grow(self.0, needed);
    }
}

impl io::Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes).map(|()| bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.0.capacity() - self.0.len() < bytes.len() {
            self.grow(bytes.len());
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
