//! Decompression of what arrives.

use std::cell::RefCell;

use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use super::TAIL;
use crate::ws::{Error, ErrorKind};

thread_local! {
    /// The decompressor of all connections that this thread serves: some 10 KiB, since the
    /// message itself is its window.
    static STATE: RefCell<Option<Box<DecompressorOxide>>> = const { RefCell::new(None) };
}

/// The message is never at its end for the decompressor, which knows nothing of our `TAIL`; and
/// a reference to what is before the message is an error.
const FLAGS: u32 = inflate_flags::TINFL_FLAG_HAS_MORE_INPUT
    | inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;

/// Decompresses a whole message (RFC 7692 section 7.2.2).
///
/// As zlib does with the `ws` package, this takes what is cut off as it is, and ignores what
/// follows a block that is marked as the last.
///
/// # Errors
/// When the data is not DEFLATE, or would have more than `limit` bytes. No more than these are
/// ever decompressed.
pub(in crate::ws) fn inflate(compressed: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    STATE.with_borrow_mut(|slot| {
        let state = slot.get_or_insert_default();
        state.init();
        let mut message = Growing::new(compressed.len(), limit);
        let is_finished = message.inflate(state, compressed)?;
        if !is_finished {
            message.inflate(state, &TAIL)?;
        }
        message.finish()
    })
}

/// A message that grows with what really comes out.
struct Growing {
    buffer: Vec<u8>,
    length: usize,
    limit: usize,
}

impl Growing {
    /// Three times the compressed size is a usual result.
    fn new(compressed: usize, limit: usize) -> Self {
        let mut growing = Self {
            buffer: Vec::new(),
            length: 0,
            limit,
        };
        growing.grow_to(compressed.saturating_mul(3));
        growing
    }

    /// Takes all of `input`; whether it contained the end of the DEFLATE stream.
    fn inflate(&mut self, state: &mut DecompressorOxide, mut input: &[u8]) -> Result<bool, Error> {
        loop {
            let (status, read, written) =
                decompress(state, input, &mut self.buffer, self.length, FLAGS);
            input = input.get(read..).unwrap_or_default();
            self.length += written;
            match status {
                TINFLStatus::Done => return Ok(true),
                TINFLStatus::NeedsMoreInput => return Ok(false),
                TINFLStatus::HasMoreOutput if self.length <= self.limit => {
                    self.grow_to(self.buffer.len().saturating_mul(2));
                }
                TINFLStatus::HasMoreOutput => return Err(ErrorKind::MessageTooBig.into()),
                _ => return Err(ErrorKind::InvalidDeflate.into()),
            }
        }
    }

    /// One byte beyond the limit shows that there is more than that.
    fn grow_to(&mut self, length: usize) {
        let length = length.max(64).min(self.limit.saturating_add(1));
        let added = length.saturating_sub(self.buffer.len());
        self.buffer.reserve_exact(added);
        self.buffer.resize(length, 0);
    }

    fn finish(mut self) -> Result<Vec<u8>, Error> {
        if self.length > self.limit {
            return Err(ErrorKind::MessageTooBig.into());
        }
        self.buffer.truncate(self.length);
        Ok(self.buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inflated(compressed: &[u8]) -> Result<Vec<u8>, ErrorKind> {
        inflate(compressed, 1_000).map_err(Error::kind)
    }

    /// RFC 7692 section 7.2.3.
    #[test]
    fn the_examples_of_the_specification() {
        for compressed in [
            // One block.
            &b"\xF2\x48\xCD\xC9\xC9\x07\x00"[..],
            // A block that is not compressed.
            b"\x00\x05\x00\xFA\xFF\x48\x65\x6C\x6C\x6F\x00",
            // A block that is marked as the last.
            b"\xF3\x48\xCD\xC9\xC9\x07\x00\x00",
            // Two blocks.
            b"\xF2\x48\x05\x00\x00\x00\xFF\xFF\xCA\xC9\xC9\x07\x00",
            // The tail was not left out.
            b"\xF2\x48\xCD\xC9\xC9\x07\x00\x00\x00\xFF\xFF",
        ] {
            assert_eq!(inflated(compressed).unwrap(), b"Hello");
        }
    }

    #[test]
    fn nothing_can_be_written_in_several_ways() {
        for compressed in [&b""[..], b"\x00", b"\x02\x00"] {
            assert_eq!(inflated(compressed).unwrap(), b"");
        }
    }

    /// What `ws` makes of these is written in interop/vectors/deflate.mjs.
    #[test]
    fn what_is_no_deflate_is_refused() {
        for compressed in [
            // A block type that does not exist.
            &b"\xFF\xFF\xFF\xFF"[..],
            // A reference to before the message.
            b"\x03\x02\x00",
        ] {
            assert_eq!(inflated(compressed), Err(ErrorKind::InvalidDeflate));
        }
    }

    #[test]
    fn a_message_may_have_the_limit_but_not_more() {
        // 1,000 times `x`, and once more.
        let exactly = b"\xAA\xA8\x18\x05\xA3\x60\x14\x0C\x77\x00\x00";
        let inflated = inflate(exactly, 1_000).unwrap();
        assert_eq!(inflated.len(), 1_000);
        assert!(inflated.capacity() <= 1_001);
        let kind = inflate(exactly, 999).map_err(Error::kind);
        assert_eq!(kind, Err(ErrorKind::MessageTooBig));
        assert_eq!(
            inflate(exactly, 0).map_err(Error::kind),
            Err(ErrorKind::MessageTooBig)
        );
    }

    #[test]
    fn a_bomb_takes_no_more_memory_than_the_limit() {
        // A block that says: 258 times the last byte, and that for ever.
        let bomb = [
            &b"\xED\xC1\x01\x01\x00\x00\x00\x80\x90\xFE\xAF\xEE\x08\x0A"[..],
            &[0; 5_000],
        ];
        let bomb = bomb.concat();
        let mut message = Growing::new(bomb.len(), 10_000);
        let refused = message.inflate(&mut DecompressorOxide::new(), &bomb);
        assert_eq!(refused.map_err(Error::kind), Err(ErrorKind::MessageTooBig));
        assert_eq!(message.buffer.capacity(), 10_001);
    }

    #[test]
    fn a_message_leaves_nothing_to_the_next() {
        // Cut off; the tail is read as data.
        assert_eq!(inflated(b"\xF2\x48\xCD").unwrap(), b"Heh");
        assert_eq!(inflated(b"\xF2\x48\xCD\xC9\xC9\x07\x00").unwrap(), b"Hello");
        assert!(inflated(b"\xFF\xFF").is_err());
        assert_eq!(inflated(b"\xF2\x48\xCD\xC9\xC9\x07\x00").unwrap(), b"Hello");
    }
}
