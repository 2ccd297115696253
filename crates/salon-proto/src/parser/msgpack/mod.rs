//! `socket.io-msgpack-parser`: each packet is one binary frame, a map in MessagePack.
//!
//! ```text
//!   {type: 0 to 4, data: …, id: 7, nsp: "/"}        id and data may be absent
//! ```
//!
//! | MessagePack | JSON for handlers |
//! |---|---|
//! | nil, booleans, text | the same; what is not UTF-8 in a text becomes U+FFFD |
//! | numbers | the same in full; whole floats become integers, as in JavaScript; NaN and infinities `null` |
//! | binary, and extension 0 of any length (an `ArrayBuffer`) | an attachment |
//! | extension 0 of 1 byte (`undefined`) | `null` in arrays, nothing in objects |
//! | extension 0 of 8 bytes (a `Date`) | text such as `"1970-01-01T00:00:00.000Z"` |
//! | other extensions | `[type, attachment]` |
//! | keys that are numbers, booleans or nil | their text |
//!
//! That is what JavaScript makes of them, and then `JSON.stringify`. The other way each number
//! takes the least bytes that it can, as JavaScript's library writes it, so all packets are the
//! same as those of Node's server, byte for byte.

mod date;
mod read;
mod token;
mod write;

use super::{Decoder, Frames, Parser, ParserError, RawPacket};
use crate::limits::Limits;

/// The parser `socket.io-msgpack-parser` 3, for clients that use it.
///
/// Its packets are smaller where there are many numbers, and binary data stands inside them
/// instead of following in frames of its own. Handlers see no difference.
///
/// ```
/// use salon_proto::engine::Protocol;
/// use salon_proto::parser::{Codec, MessagePack};
///
/// let packet = Codec::new(MessagePack).event("/", None, "hi", &7)?;
/// assert_eq!(packet.frames(Protocol::V4).collect::<Vec<_>>().concat(), b"\x82\x17\
///     \x83\xa4type\x02\xa4data\x92\xa2hi\x07\xa3nsp\xa1/");
/// # Ok::<(), salon_proto::packet::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessagePack;

impl Parser for MessagePack {
    fn encode(&self, packet: &RawPacket<'_>) -> Result<Frames, ParserError> {
        write::packet(packet).map(Frames::binary)
    }

    fn decoder(&self, limits: &Limits) -> Box<dyn Decoder> {
        Box::new(PacketDecoder {
            max_embedded: limits.max_embedded,
        })
    }
}

struct PacketDecoder {
    max_embedded: usize,
}

impl Decoder for PacketDecoder {
    fn binary(&mut self, data: &[u8]) -> Result<Option<RawPacket<'static>>, ParserError> {
        read::packet(data, self.max_embedded).map(Some)
    }
}
