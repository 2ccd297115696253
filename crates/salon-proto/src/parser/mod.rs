//! Socket.IO packets in another form than that of [`packet`](crate::packet).
//!
//! Client and server may agree on a parser of their own: JavaScript's option `parser`. It turns
//! each packet into frames of Engine.IO and back, and all else stays as it is. Between a parser
//! and the rest stands the [`RawPacket`]: JSON text with placeholders, and the binary data that
//! they stand for; so handlers do not know which parser their data came by.
//!
//! The built-in form is not behind [`Parser`], so it costs nothing that there are others.

mod codec;
mod frames;
#[cfg(feature = "msgpack")]
mod msgpack;

use std::fmt;

pub use codec::{Codec, Incoming};
pub use frames::Frames;
#[cfg(feature = "msgpack")]
pub use msgpack::MessagePack;

use crate::limits::Limits;
pub use crate::packet::{PacketType, RawPacket};

/// Turns packets into frames and back.
///
/// One parser serves a whole server; each session has a [`Decoder`] of its own. Here is one that
/// writes a packet as one JSON text, as the custom parser in Socket.IO's documentation does:
///
/// ```
/// use std::borrow::Cow;
/// use salon_proto::Limits;
/// use salon_proto::parser::{Decoder, Frames, PacketType, Parser, ParserError, RawPacket};
/// use serde::{Deserialize, Serialize};
/// use serde_json::value::RawValue;
///
/// #[derive(Serialize, Deserialize)]
/// struct Json<'a> {
///     r#type: u8,
///     nsp: Cow<'a, str>,
///     #[serde(borrow, skip_serializing_if = "Option::is_none")]
///     data: Option<&'a RawValue>,
///     #[serde(skip_serializing_if = "Option::is_none")]
///     id: Option<u64>,
/// }
///
/// struct JsonParser;
///
/// impl Parser for JsonParser {
///     fn encode(&self, packet: &RawPacket<'_>) -> Result<Frames, ParserError> {
///         if !packet.attachments.is_empty() {
///             return Err(ParserError::new("JSON has no form for binary data"));
///         }
///         let data = packet.data.as_deref().map(serde_json::from_str);
///         let json = Json {
///             r#type: packet.kind.number(),
///             nsp: Cow::Borrowed(&packet.namespace),
///             data: data.transpose().map_err(ParserError::new)?,
///             id: packet.ack_id,
///         };
///         serde_json::to_string(&json).map(Frames::text).map_err(ParserError::new)
///     }
///
///     fn decoder(&self, _: &Limits) -> Box<dyn Decoder> {
///         Box::new(Self)
///     }
/// }
///
/// impl Decoder for JsonParser {
///     fn text<'a>(&mut self, text: &'a str) -> Result<Option<RawPacket<'a>>, ParserError> {
///         let json: Json<'a> = serde_json::from_str(text).map_err(ParserError::new)?;
///         let kind = PacketType::from_number(json.r#type.into());
///         Ok(Some(RawPacket {
///             kind: kind.ok_or_else(|| ParserError::new("invalid packet type"))?,
///             namespace: json.nsp,
///             ack_id: json.id,
///             data: json.data.map(|json| json.get().into()),
///             attachments: Vec::new(),
///         }))
///     }
/// }
/// ```
///
/// What a decoder returns is checked again, as if it had come in the built-in form, so it need
/// not look at names and shapes. A parser that panics is treated as one that fails.
pub trait Parser: Send + Sync + 'static {
    /// Writes a packet. A broadcast does it once, whatever the number of its recipients.
    ///
    /// # Errors
    /// When this parser has no form for the packet. An event is then not sent, and whoever
    /// emitted it is told; a session whose CONNECT cannot be answered is closed.
    fn encode(&self, packet: &RawPacket<'_>) -> Result<Frames, ParserError>;

    /// A decoder for one session. It should keep to `limits` where it collects anything; one
    /// frame has `max_payload` bytes at most.
    fn decoder(&self, limits: &Limits) -> Box<dyn Decoder>;
}

/// Reads the packets of one session, frame by frame.
///
/// A session whose decoder fails is closed.
pub trait Decoder: Send {
    /// Takes a text frame; returns the packet that it completes, if it does.
    ///
    /// # Errors
    /// When the frame has no meaning. So it is with all texts, unless this is implemented.
    fn text<'a>(&mut self, text: &'a str) -> Result<Option<RawPacket<'a>>, ParserError> {
        let _ = text;
        Err(ParserError::new("text where binary data was due"))
    }

    /// Takes a binary frame; returns the packet that it completes, if it does.
    ///
    /// # Errors
    /// When the frame has no meaning. So it is with all binary frames, unless this is
    /// implemented.
    fn binary(&mut self, data: &[u8]) -> Result<Option<RawPacket<'static>>, ParserError> {
        let _ = data;
        Err(ParserError::new("binary data where text was due"))
    }
}

/// Why a parser could not write or read a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParserError(Box<str>);

impl ParserError {
    /// An error with this text, for the log.
    pub fn new(what: impl fmt::Display) -> Self {
        Self(what.to_string().into())
    }
}

impl fmt::Display for ParserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ParserError {}
