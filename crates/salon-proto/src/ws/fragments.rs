//! A message that arrives in several frames (RFC 6455 section 5.4).

use std::borrow::Cow;

use super::{
    Error, ErrorKind, Message, Opcode, buffer::append_within, deflate::inflate, partial::Frame,
};

/// The most frames that one message may be divided into.
///
/// An empty fragment costs its sender six bytes and us the handling of a frame,
/// so a message that never ends must be bounded by count as well as by size.
/// The most divided honest message known is in the Autobahn test suite (9.3.1
/// and 9.4.1): 4 MiB in fragments of 64 bytes, which is exactly this many.
pub const MAX_FRAGMENTS: u32 = 65_536;

/// The fragments of a message so far, joined.
pub(super) struct Fragments {
    /// `Text` or `Binary`, from the first fragment.
    opcode: Opcode,
    /// Whether the message is compressed, from the first fragment.
    compressed: bool,
    payload: Vec<u8>,
    count: u32,
}

impl Fragments {
    pub(super) fn start(first: Frame<'_>) -> Self {
        Self {
            opcode: first.header.opcode,
            compressed: first.header.compressed,
            payload: first.payload.into_owned(),
            count: 1,
        }
    }

    /// How many bytes of the message have arrived.
    pub(super) fn len(&self) -> usize {
        self.payload.len()
    }

    /// Whether no further fragment is allowed.
    pub(super) fn is_full(&self) -> bool {
        self.count >= MAX_FRAGMENTS
    }

    /// Appends a fragment that is known to fit into `max_message` bytes.
    pub(super) fn append(&mut self, fragment: Cow<'_, [u8]>, max_message: usize) {
        self.count += 1;
        if self.payload.is_empty() {
            self.payload = fragment.into_owned();
        } else {
            append_within(&mut self.payload, &fragment, 0, max_message);
        }
    }

    /// The whole message; decompressed, it has at most `max_message` bytes.
    pub(super) fn finish(self, max_message: usize) -> Result<Message<'static>, Error> {
        let payload = Cow::Owned(self.payload);
        data_message(self.opcode, self.compressed, payload, max_message)
    }

    /// Heap memory held besides this struct, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.payload.capacity()
    }
}

/// The message that a data frame begins with `opcode`; a continuation begins none.
pub(super) fn data_message(
    opcode: Opcode,
    compressed: bool,
    mut payload: Cow<'_, [u8]>,
    max_message: usize,
) -> Result<Message<'_>, Error> {
    if compressed {
        payload = Cow::Owned(inflate(&payload, max_message)?);
    }
    match opcode {
        Opcode::Text => Message::text(payload),
        Opcode::Binary => Ok(Message::Binary(payload)),
        _ => Err(ErrorKind::UnexpectedContinuation.into()),
    }
}
