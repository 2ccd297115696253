//! Compression of single messages: permessage-deflate (RFC 7692).
//!
//! In both directions no message refers to an earlier one ("no context takeover"): we insist on
//! that when we negotiate. So a connection keeps nothing, one compressor and one decompressor
//! serve all that a thread does, and a message for many is compressed once.
//!
//! ```
//! use salon_proto::ws::{Decoder, Deflate, Message, Role};
//!
//! let offer = "permessage-deflate; client_max_window_bits";
//! let accepted = Deflate::new().accept(offer)?.expect("it was offered");
//! assert_eq!(
//!     accepted.response,
//!     "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
//! );
//!
//! // "Hello", compressed and not masked (RFC 7692 section 7.2.3.1).
//! let mut wire = *b"\xC1\x07\xF2\x48\xCD\xC9\xC9\x07\x00";
//! let mut decoder = Decoder::new(Role::Client, 1_000).with_deflate();
//! let message = decoder.decode(&mut wire.as_mut_slice())?;
//! assert_eq!(message, Some(Message::Text("Hello".into())));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compress;
mod inflate;
mod negotiate;
mod offer;

pub use compress::Deflater;
pub(super) use inflate::inflate;
pub use negotiate::Accepted;

/// What every sender leaves out at the end of a message (RFC 7692 section 7.2.1): the end of an
/// empty block that is not compressed.
const TAIL: [u8; 4] = [0x00, 0x00, 0xFF, 0xFF];

/// The window of DEFLATE itself, which is also the largest: 32 KiB, as a power of two.
const MAX_WINDOW_BITS: u8 = 15;

/// The smallest window that can be negotiated: 256 bytes.
const MIN_WINDOW_BITS: u8 = 8;

/// Messages from this size on are compressed, as in Node. Below it little is gained.
const THRESHOLD: usize = 1_024;

/// What zlib takes when it is not told otherwise.
const LEVEL: u8 = 6;

/// How messages on WebSocket are compressed, by a server or a client.
///
/// ```
/// use salon_proto::ws::Deflate;
///
/// let deflate = Deflate::new().threshold(4_096).level(1);
/// # let _ = deflate;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Deflate {
    threshold: usize,
    level: u8,
    window_bits: u8,
}

impl Deflate {
    /// The defaults: from 1,024 bytes on, level 6, the largest window.
    pub const fn new() -> Self {
        Self {
            threshold: THRESHOLD,
            level: LEVEL,
            window_bits: MAX_WINDOW_BITS,
        }
    }

    /// Bytes of the smallest message that is compressed. Default: 1,024. Attachments count for
    /// themselves.
    pub const fn threshold(mut self, bytes: usize) -> Self {
        self.threshold = bytes;
        self
    }

    /// From 1, the fastest, to 9, the smallest result; others count as the nearest of these.
    /// Default: 6.
    pub fn level(mut self, level: u8) -> Self {
        self.level = level.clamp(1, 9);
        self
    }

    /// The memory that clients need to decompress, as a power of two: from 8, which is 256 bytes,
    /// to 15, which is 32 KiB; others count as the nearest of these. Default: 15.
    ///
    /// A smaller one compresses less. A client may demand a smaller one than this; it gets
    /// messages of up to that many bytes compressed and longer ones as they are.
    pub fn server_max_window_bits(mut self, bits: u8) -> Self {
        self.window_bits = bits.clamp(MIN_WINDOW_BITS, MAX_WINDOW_BITS);
        self
    }
}

impl Default for Deflate {
    fn default() -> Self {
        Self::new()
    }
}
