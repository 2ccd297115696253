//! A packet before its data has been looked at.

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::IgnoredAny;

use crate::error::ProtocolError;
use crate::packet::{Ack, Event, Packet, is_reserved, json};

/// The type of a packet. Each parser writes it in its way, mostly by its [number](Self::number).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PacketType {
    /// The client joins a namespace, or the server confirms it.
    Connect,
    /// One side leaves a namespace.
    Disconnect,
    /// An event.
    Event,
    /// The answer to an event.
    Ack,
    /// The server refuses a connection.
    ConnectError,
}

impl PacketType {
    const ALL: [Self; 5] = [
        Self::Connect,
        Self::Disconnect,
        Self::Event,
        Self::Ack,
        Self::ConnectError,
    ];

    /// Its number in the protocol, from 0 to 4.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The type of this number; `None` above 4.
    ///
    /// ```
    /// use salon_proto::packet::PacketType;
    ///
    /// assert_eq!(PacketType::from_number(2), Some(PacketType::Event));
    /// assert_eq!(PacketType::from_number(5), None);
    /// ```
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        let index = usize::try_from(number).ok()?;
        Self::ALL.get(index).copied()
    }
}

/// A packet as parsers read and write it: what it holds is not checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawPacket<'a> {
    /// Its type.
    pub kind: PacketType,
    /// The namespace it belongs to, such as `/`.
    pub namespace: Cow<'a, str>,
    /// The id that an event asks to be answered with, or that an answer has.
    pub ack_id: Option<u64>,
    /// JSON: an array for events, which begins with the name, and for answers; an object for
    /// the packets about connections, where it may be absent.
    pub data: Option<Cow<'a, str>>,
    /// The binary data of an event or an answer. Placeholders stand for it in `data`:
    /// `{"_placeholder":true,"num":0}` for the first, and so on.
    pub attachments: Vec<Bytes>,
}

impl<'a> RawPacket<'a> {
    /// Checks the data as Socket.IO's own parser does.
    ///
    /// # Errors
    /// When the data is not JSON or not of the shape that the type demands, or when the event's
    /// name is [reserved](super::RESERVED_EVENTS).
    // Inlined with what is usual, so that the packet is made where it is wanted and not moved there.
    #[inline(always)]
    pub fn check(self) -> Result<Packet<'a>, ProtocolError> {
        match self.kind {
            PacketType::Connect => self.connect(),
            PacketType::Disconnect => self.disconnect(),
            PacketType::Event => self.event(),
            PacketType::Ack => self.ack(),
            PacketType::ConnectError => self.connect_error(),
        }
    }

    #[inline(never)]
    fn connect(self) -> Result<Packet<'a>, ProtocolError> {
        Ok(Packet::Connect {
            data: valid(self.data, &['{'])?,
            namespace: self.namespace,
        })
    }

    #[inline(never)]
    fn connect_error(self) -> Result<Packet<'a>, ProtocolError> {
        Ok(Packet::ConnectError {
            data: valid(self.data, &['{', '"'])?,
            namespace: self.namespace,
        })
    }

    #[inline(never)]
    fn disconnect(self) -> Result<Packet<'a>, ProtocolError> {
        let namespace = self.namespace;
        match self.data {
            None => Ok(Packet::Disconnect { namespace }),
            Some(_) => Err(INVALID_PAYLOAD),
        }
    }

    #[inline(always)]
    fn event(self) -> Result<Packet<'a>, ProtocolError> {
        let namespace = self.namespace;
        let Some(array) = self.data else {
            return Ok(Packet::Empty { namespace });
        };
        let (name, first) = match &array {
            Cow::Borrowed(array) => name_and_first(array)?,
            Cow::Owned(array) => {
                let (name, first) = name_and_first(array)?;
                (Cow::Owned(name.into_owned()), first)
            }
        };
        Ok(Packet::Event(Event {
            namespace,
            name,
            ack_id: self.ack_id,
            array,
            first,
            attachments: self.attachments,
        }))
    }

    #[inline(always)]
    fn ack(self) -> Result<Packet<'a>, ProtocolError> {
        let namespace = self.namespace;
        let Some(array) = self.data else {
            return Ok(Packet::Empty { namespace });
        };
        json::scan_args(&array).map_err(invalid_payload)?;
        let Some(id) = self.ack_id else {
            return Ok(Packet::Empty { namespace });
        };
        Ok(Packet::Ack(Ack {
            namespace,
            id,
            array,
            attachments: self.attachments,
        }))
    }
}

/// The name of an event that a peer may send, and what its first argument is.
#[inline]
fn name_and_first(array: &str) -> Result<(Cow<'_, str>, json::First), ProtocolError> {
    let scanned = json::scan_event(array).map_err(invalid_payload)?;
    if !scanned.name_is_number && is_reserved(&scanned.name) {
        return Err(ProtocolError::with_detail("reserved event", scanned.name));
    }
    Ok((scanned.name, scanned.first))
}

/// The data, if it is JSON and begins as it must.
fn valid<'a>(
    data: Option<Cow<'a, str>>,
    first: &[char],
) -> Result<Option<Cow<'a, str>>, ProtocolError> {
    if let Some(json) = &data {
        if !json.trim_start().starts_with(first) {
            return Err(INVALID_PAYLOAD);
        }
        json::read_value::<IgnoredAny>(json).map_err(invalid_payload)?;
    }
    Ok(data)
}

const INVALID_PAYLOAD: ProtocolError = ProtocolError::new("invalid payload");

fn invalid_payload(error: json::Error) -> ProtocolError {
    ProtocolError::with_detail("invalid payload", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_types_belong_together() {
        for kind in PacketType::ALL {
            assert_eq!(PacketType::from_number(kind.number().into()), Some(kind));
        }
        for number in [5, 256, u64::MAX] {
            assert_eq!(PacketType::from_number(number), None);
        }
    }

    #[test]
    fn data_that_is_owned_is_checked_like_borrowed_data() {
        let raw = |data: String| RawPacket {
            kind: PacketType::Event,
            namespace: "/".into(),
            ack_id: None,
            data: Some(data.into()),
            attachments: vec![Bytes::from_static(b"x")],
        };
        let Ok(Packet::Event(event)) = raw(r#"["a\"b",1]"#.into()).check() else {
            panic!("not an event");
        };
        assert_eq!((&*event.name, event.attachments.len()), ("a\"b", 1));
        assert!(raw(r#"["disconnect"]"#.into()).check().is_err());
        assert!(raw("[{}]".into()).check().is_err());
    }
}
