//! What is kept of a frame that has not arrived entirely.

use std::{borrow::Cow, mem};

use super::{
    Error,
    buffer::append_within,
    header::{Header, MAX_HEADER_LEN, Rules},
    mask::apply_mask,
};

/// The largest payload whose buffer is allocated at once, in bytes. Above it
/// the buffer grows with what arrives, so that headers cost a peer more than
/// they cost us.
const EXACT_UP_TO: usize = 64 * 1024;

/// One frame, unmasked.
pub(super) struct Frame<'a> {
    pub(super) header: Header,
    pub(super) payload: Cow<'a, [u8]>,
}

/// The first bytes of a header that was cut off.
#[derive(Default)]
pub(super) struct PartialHeader {
    bytes: [u8; MAX_HEADER_LEN],
    len: u8,
}

impl PartialHeader {
    /// Takes a header from the front of `input`, or all of it if that is not enough.
    pub(super) fn read(
        &mut self,
        input: &mut &mut [u8],
        rules: Rules,
    ) -> Result<Option<Header>, Error> {
        if self.len == 0 {
            if let Some((header, len)) = Header::parse(input, rules)? {
                take_front(input, len);
                return Ok(Some(header));
            }
        }
        self.read_bytewise(input, rules)
    }

    /// At most 14 rounds, and only where a read ended inside of a header.
    fn read_bytewise(
        &mut self,
        input: &mut &mut [u8],
        rules: Rules,
    ) -> Result<Option<Header>, Error> {
        while let Some(&mut [byte]) = take_front(input, 1) {
            self.push(byte);
            if let Some((header, _)) = Header::parse(self.as_slice(), rules)? {
                self.len = 0;
                return Ok(Some(header));
            }
        }
        Ok(None)
    }

    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(usize::from(self.len)) {
            *slot = byte;
            self.len += 1;
        }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// A frame whose header is known and whose payload is incomplete.
pub(super) struct PartialFrame {
    header: Header,
    payload: Vec<u8>,
}

impl PartialFrame {
    pub(super) const fn new(header: Header) -> Self {
        Self {
            header,
            payload: Vec::new(),
        }
    }

    /// Takes what belongs to this frame from the front of `input`; yields the
    /// frame, and keeps nothing of it, once it is complete.
    pub(super) fn read(&mut self, input: &mut &mut [u8]) -> Option<Frame<'static>> {
        let total = self.header.payload_len;
        let held = self.payload.len();
        let missing = total.saturating_sub(held);
        let piece = take_front(input, missing.min(input.len()))?;
        unmask(piece, &self.header, held);
        append_within(&mut self.payload, piece, EXACT_UP_TO, total);
        (self.payload.len() == total).then(|| Frame {
            header: self.header,
            payload: Cow::Owned(mem::take(&mut self.payload)),
        })
    }

    /// Heap memory held, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.payload.capacity()
    }
}

/// Takes a frame whose payload is entirely at the front of `input`, or nothing.
pub(super) fn read_whole<'a>(header: Header, input: &mut &'a mut [u8]) -> Option<Frame<'a>> {
    let payload = take_front(input, header.payload_len)?;
    unmask(payload, &header, 0);
    Some(Frame {
        header,
        payload: Cow::Borrowed(payload),
    })
}

fn unmask(piece: &mut [u8], header: &Header, offset: usize) {
    if let Some(key) = header.mask {
        apply_mask(piece, key, offset);
    }
}

/// Splits `len` bytes off, or nothing if there are fewer.
fn take_front<'a>(input: &mut &'a mut [u8], len: usize) -> Option<&'a mut [u8]> {
    if len > input.len() {
        return None;
    }
    let (front, rest) = mem::take(input).split_at_mut_checked(len)?;
    *input = rest;
    Some(front)
}
