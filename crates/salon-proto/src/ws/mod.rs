//! WebSocket framing (RFC 6455), without I/O.
//!
//! Bytes that arrived go into a [`Decoder`], messages come out; what must be
//! sent is built by [`encode_header`], [`text_frame`] and their neighbours.
//! Of the extensions [`Deflate`] knows compression; all other reserved bits are errors.
//!
//! ```
//! use salon_proto::ws::{Decoder, Message, Role, text_frame};
//!
//! let mut wire = text_frame("hello", Some([1, 2, 3, 4])).to_vec();
//! let mut input = wire.as_mut_slice();
//! let mut decoder = Decoder::new(Role::Server, 1_000_000);
//!
//! assert_eq!(decoder.decode(&mut input), Ok(Some(Message::Text("hello".into()))));
//! assert_eq!(decoder.decode(&mut input), Ok(None));
//! ```

mod accept;
mod buffer;
mod close;
mod decoder;
mod deflate;
mod error;
mod extensions;
mod fragments;
mod frame;
mod header;
mod mask;
mod message;
mod partial;

pub use accept::{accept_key, is_valid_key};
pub use close::{CloseCode, CloseFrame};
pub use decoder::Decoder;
pub use deflate::{Accepted, Deflate, Deflater};
pub use error::{Error, ErrorKind};
pub use extensions::InvalidExtensions;
pub use fragments::MAX_FRAGMENTS;
pub(crate) use frame::{BuiltFrame, HEADER_ROOM, frame_behind_room, put_header};
pub use frame::{
    append_frame, append_message, binary_frame, close_frame, empty_close_frame, ping_frame,
    pong_frame, text_frame,
};
pub(crate) use header::header_len;
pub use header::{EncodedHeader, MAX_HEADER_LEN, Opcode, encode_header};
pub use mask::{MaskKey, apply_mask};
pub use message::{ControlPayload, Message};

/// The side that we are, which decides who masks (RFC 6455 section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// We accepted the connection: frames from the peer must be masked, ours must not.
    Server,
    /// We opened the connection: our frames must be masked, the peer's must not.
    Client,
}
