//! What chooses between the built-in form of packets and a parser.

use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use super::{Decoder, Frames, PacketType, Parser, ParserError, RawPacket};
use crate::encoded::Encoded;
use crate::error::ProtocolError;
use crate::id::{RecoveryId, SocketId};
use crate::limits::Limits;
use crate::packet::{self, EncodeError, Packet, Reassembly, Tail, json};

/// Writes all packets of a server. The default is the built-in form; clones are cheap.
///
/// Its methods are those of [`packet`], and fail also where the parser does.
#[derive(Clone, Default)]
pub struct Codec(Option<Arc<dyn Parser>>);

impl Codec {
    /// Writes and reads packets with a parser.
    pub fn new(parser: impl Parser) -> Self {
        Self(Some(Arc::new(parser)))
    }

    /// What reads the packets of one session.
    #[must_use]
    pub fn incoming(&self, limits: &Limits) -> Incoming {
        Incoming(match &self.0 {
            None => Reader::BuiltIn(Reassembly::new(limits.max_attachments)),
            Some(parser) => Reader::Parser(parser.decoder(limits)),
        })
    }

    /// As [`packet::event`].
    ///
    /// # Errors
    /// As there, or when the parser cannot write it.
    pub fn event<T: Serialize + ?Sized>(
        &self,
        namespace: &str,
        ack_id: Option<u64>,
        name: &str,
        args: &T,
    ) -> Result<Encoded, EncodeError> {
        self.event_with(namespace, ack_id, name, args, None)
    }

    /// The same, with an argument of our own after the others.
    ///
    /// # Errors
    /// As [`event`](Self::event).
    ///
    /// ```
    /// use salon_proto::packet::Tail;
    /// use salon_proto::parser::Codec;
    ///
    /// let tail = Some(Tail::Offset(&"1f"));
    /// let packet = Codec::default().event_with("/", None, "add", &(1, 2), tail)?;
    /// assert_eq!(packet.as_text(), br#"42["add",1,2,"1f"]"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn event_with<T: Serialize + ?Sized>(
        &self,
        namespace: &str,
        ack_id: Option<u64>,
        name: &str,
        args: &T,
        tail: Option<Tail<'_>>,
    ) -> Result<Encoded, EncodeError> {
        let Some(parser) = &self.0 else {
            return packet::event_with(namespace, ack_id, name, args, tail);
        };
        packet::check_name(name)?;
        let raw = with_array(PacketType::Event, namespace, ack_id, |out, attachments| {
            packet::write_event(out, name, args, tail, attachments)
        });
        encode(&**parser, &raw?)
    }

    /// As [`packet::ack`].
    ///
    /// # Errors
    /// As there, or when the parser cannot write it.
    pub fn ack<T: Serialize + ?Sized>(
        &self,
        namespace: &str,
        id: u64,
        values: &T,
    ) -> Result<Encoded, EncodeError> {
        let Some(parser) = &self.0 else {
            return packet::ack(namespace, id, values);
        };
        let raw = with_array(PacketType::Ack, namespace, Some(id), |out, attachments| {
            json::write_args(out, values, attachments)
        });
        encode(&**parser, &raw?)
    }

    /// As [`packet::ack_array`].
    ///
    /// # Errors
    /// When the parser cannot write it.
    pub fn ack_array(
        &self,
        namespace: &str,
        id: u64,
        array: &str,
        attachments: &[Bytes],
    ) -> Result<Encoded, EncodeError> {
        let Some(parser) = &self.0 else {
            return packet::ack_array(namespace, id, array, attachments);
        };
        let raw = RawPacket {
            ack_id: Some(id),
            attachments: attachments.to_vec(),
            ..plain(PacketType::Ack, namespace, Some(array.to_owned()))
        };
        encode(&**parser, &raw)
    }

    /// As [`packet::connect`].
    ///
    /// # Errors
    /// When the parser cannot write it.
    pub fn connect(
        &self,
        namespace: &str,
        id: &SocketId,
        recovery: Option<&RecoveryId>,
    ) -> Result<Encoded, EncodeError> {
        let Some(parser) = &self.0 else {
            return Ok(packet::connect(namespace, id, recovery));
        };
        let data = packet::connect_data(id, recovery);
        let raw = plain(PacketType::Connect, namespace, Some(data));
        encode(&**parser, &raw)
    }

    /// As [`packet::join`].
    ///
    /// # Errors
    /// When the parser cannot write it.
    pub fn join(&self, namespace: &str, auth: Option<&str>) -> Result<Encoded, EncodeError> {
        let Some(parser) = &self.0 else {
            return Ok(packet::join(namespace, auth));
        };
        let data = auth.map(str::to_owned);
        encode(&**parser, &plain(PacketType::Connect, namespace, data))
    }

    /// The server's consent to a connection of Socket.IO protocol 4, whose client knows its id.
    ///
    /// # Errors
    /// When the parser cannot write it.
    pub fn connect_v4(&self, namespace: &str) -> Result<Encoded, EncodeError> {
        match &self.0 {
            None => Ok(packet::connect_v4(namespace)),
            Some(parser) => encode(&**parser, &plain(PacketType::Connect, namespace, None)),
        }
    }

    /// The server's refusal of a connection of Socket.IO protocol 4. `data` is JSON.
    ///
    /// # Errors
    /// When the parser cannot write it.
    pub fn error_v4(
        &self,
        namespace: &str,
        data: &serde_json::Value,
    ) -> Result<Encoded, EncodeError> {
        let Some(parser) = &self.0 else {
            return Ok(packet::error_v4(namespace, data));
        };
        let raw = plain(PacketType::ConnectError, namespace, Some(data.to_string()));
        encode(&**parser, &raw)
    }

    /// As [`packet::connect_error`].
    ///
    /// # Errors
    /// When the parser cannot write it.
    pub fn connect_error(
        &self,
        namespace: &str,
        message: &str,
        data: Option<&serde_json::Value>,
    ) -> Result<Encoded, EncodeError> {
        let Some(parser) = &self.0 else {
            return Ok(packet::connect_error(namespace, message, data));
        };
        let data = packet::connect_error_data(message, data);
        let raw = plain(PacketType::ConnectError, namespace, Some(data));
        encode(&**parser, &raw)
    }

    /// As [`packet::disconnect`].
    ///
    /// # Errors
    /// When the parser cannot write it.
    pub fn disconnect(&self, namespace: &str) -> Result<Encoded, EncodeError> {
        let Some(parser) = &self.0 else {
            return Ok(packet::disconnect(namespace));
        };
        encode(&**parser, &plain(PacketType::Disconnect, namespace, None))
    }
}

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            None => "Codec(built-in)",
            Some(_) => "Codec(parser)",
        })
    }
}

fn plain(kind: PacketType, namespace: &str, data: Option<String>) -> RawPacket<'_> {
    RawPacket {
        kind,
        namespace: namespace.into(),
        ack_id: None,
        data: data.map(Cow::Owned),
        attachments: Vec::new(),
    }
}

fn with_array(
    kind: PacketType,
    namespace: &str,
    ack_id: Option<u64>,
    write_array: impl FnOnce(&mut Vec<u8>, &mut Vec<Bytes>) -> Result<(), json::Error>,
) -> Result<RawPacket<'_>, EncodeError> {
    let (mut array, mut attachments) = (Vec::new(), Vec::new());
    write_array(&mut array, &mut attachments).map_err(EncodeError::Json)?;
    // It is UTF-8, since serde_json wrote it; but only `unsafe` could take that on trust.
    let array = String::from_utf8(array).map_err(ParserError::new);
    Ok(RawPacket {
        ack_id,
        attachments,
        ..plain(kind, namespace, Some(array.map_err(EncodeError::Parser)?))
    })
}

fn encode(parser: &dyn Parser, packet: &RawPacket<'_>) -> Result<Encoded, EncodeError> {
    let frames = without_panic(|| parser.encode(packet));
    frames
        .map(Frames::into_encoded)
        .map_err(EncodeError::Parser)
}

/// Reads the packets of one session.
pub struct Incoming(Reader);

enum Reader {
    BuiltIn(Reassembly),
    Parser(Box<dyn Decoder>),
}

impl Incoming {
    /// Takes a text frame; returns the packet that it completes, if it does.
    ///
    /// # Errors
    /// When the peer broke the protocol. Nothing more can then be read.
    pub fn text<'a>(&mut self, text: &'a str) -> Result<Option<Packet<'a>>, ProtocolError> {
        match &mut self.0 {
            Reader::BuiltIn(reassembly) => reassembly.text(text),
            Reader::Parser(decoder) => check(without_panic(|| decoder.text(text))),
        }
    }

    /// Takes a binary frame; returns the packet that it completes, if it does.
    ///
    /// # Errors
    /// When the peer broke the protocol. Nothing more can then be read.
    pub fn binary(
        &mut self,
        data: Cow<'_, [u8]>,
    ) -> Result<Option<Packet<'static>>, ProtocolError> {
        match &mut self.0 {
            Reader::BuiltIn(reassembly) => reassembly.binary(data),
            Reader::Parser(decoder) => check(without_panic(|| decoder.binary(&data))),
        }
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").finish_non_exhaustive()
    }
}

fn check(
    decoded: Result<Option<RawPacket<'_>>, ParserError>,
) -> Result<Option<Packet<'_>>, ProtocolError> {
    match decoded {
        Ok(Some(raw)) => raw.check().map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(ProtocolError::with_detail("the parser refuses it", error)),
    }
}

/// A parser is code of the application; its panic must not be the end of a session's task.
fn without_panic<T>(call: impl FnOnce() -> Result<T, ParserError>) -> Result<T, ParserError> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(ParserError::new("the parser panicked")))
}
