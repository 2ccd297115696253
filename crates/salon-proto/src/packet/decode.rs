//! Reads the text of a packet.

use std::borrow::Cow;

use crate::error::ProtocolError;
use crate::packet::{Packet, PacketType, ROOT, RawPacket};

/// A packet's text, and how many binary messages must follow before it is complete.
pub(super) struct Decoded<'a> {
    pub(super) packet: Packet<'a>,
    pub(super) attachments: usize,
}

/// Decodes a packet's text.
pub(super) fn decode(text: &str, max_attachments: usize) -> Result<Decoded<'_>, ProtocolError> {
    let mut rest = text;
    let kind = take_type(&mut rest)?;
    let attachments = match kind {
        '5' | '6' => take_attachments(&mut rest, max_attachments)?,
        _ => 0,
    };
    let packet = RawPacket {
        kind: match kind {
            '0' => PacketType::Connect,
            '1' => PacketType::Disconnect,
            '4' => PacketType::ConnectError,
            '2' | '5' => PacketType::Event,
            _ => PacketType::Ack,
        },
        namespace: Cow::Borrowed(take_namespace(&mut rest)),
        ack_id: take_ack_id(&mut rest)?,
        data: (!rest.is_empty()).then_some(Cow::Borrowed(rest)),
        attachments: Vec::new(),
    };
    Ok(Decoded {
        packet: packet.check()?,
        attachments,
    })
}

fn take_type(rest: &mut &str) -> Result<char, ProtocolError> {
    let mut characters = rest.chars();
    let kind = characters.next();
    *rest = characters.as_str();
    match kind {
        Some(kind @ '0'..='6') => Ok(kind),
        Some(other) => Err(ProtocolError::with_detail(
            "unknown packet type",
            other.escape_default(),
        )),
        None => Err(ProtocolError::new("empty packet")),
    }
}

fn take_attachments(rest: &mut &str, max: usize) -> Result<usize, ProtocolError> {
    const ILLEGAL: ProtocolError = ProtocolError::new("illegal attachments");
    let (digits, after) = rest.split_once('-').ok_or(ILLEGAL)?;
    *rest = after;
    if digits.is_empty() || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return Err(ILLEGAL);
    }
    match digits.parse() {
        Ok(0) => Err(ILLEGAL),
        Ok(count) if count <= max => Ok(count),
        _ => Err(ProtocolError::new("too many attachments")),
    }
}

/// The comma may be missing where the namespace ends the packet.
fn take_namespace<'a>(rest: &mut &'a str) -> &'a str {
    if !rest.starts_with('/') {
        return ROOT;
    }
    let (namespace, after) = rest.split_once(',').unwrap_or((rest, ""));
    *rest = after;
    namespace
}

fn take_ack_id(rest: &mut &str) -> Result<Option<u64>, ProtocolError> {
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = rest.strip_suffix(after).unwrap_or_default();
    *rest = after;
    if digits.is_empty() {
        return Ok(None);
    }
    let id = digits.parse();
    id.map(Some)
        .map_err(|error| ProtocolError::with_detail("illegal ack id", error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Event;

    fn packet(text: &str) -> Packet<'_> {
        decode(text, 10).unwrap().packet
    }

    fn plain_event<'a>(namespace: &'a str, name: &'a str, array: &'a str) -> Event<'a> {
        Event {
            namespace: namespace.into(),
            name: name.into(),
            ack_id: None,
            array: array.into(),
            attachments: vec![],
        }
    }

    #[test]
    fn events_are_read_with_and_without_namespace_and_id() {
        let event = plain_event("/", "hello", r#"["hello",1]"#);
        assert_eq!(packet(r#"2["hello",1]"#), Packet::Event(event.clone()));
        let with_id = Event {
            ack_id: Some(12),
            ..event
        };
        assert_eq!(packet(r#"212["hello",1]"#), Packet::Event(with_id));
        let elsewhere = Event {
            ack_id: Some(0),
            ..plain_event("/admin", "x", r#"["x"]"#)
        };
        assert_eq!(packet(r#"2/admin,0["x"]"#), Packet::Event(elsewhere));
    }

    #[test]
    fn names_may_be_numbers_or_have_escapes() {
        let numbered = plain_event("/", "1", r#"[1,"x"]"#);
        assert_eq!(packet(r#"2[1,"x"]"#), Packet::Event(numbered));
        let escaped = plain_event("/", "a\"b", r#"["a\"b"]"#);
        assert_eq!(packet(r#"2["a\"b"]"#), Packet::Event(escaped));
    }

    #[test]
    fn a_namespace_may_end_the_packet_without_a_comma() {
        let namespace = Cow::Borrowed("/admin");
        let disconnect = Packet::Disconnect { namespace };
        assert_eq!(packet("1/admin"), disconnect.clone());
        assert_eq!(packet("1/admin,"), disconnect);
    }

    #[test]
    fn events_and_answers_without_a_payload_mean_nothing() {
        for (text, namespace) in [
            ("2", "/"),
            ("21", "/"),
            ("2/admin,", "/admin"),
            ("31", "/"),
            ("3", "/"),
            ("3[1]", "/"),
        ] {
            let namespace = namespace.into();
            assert_eq!(packet(text), Packet::Empty { namespace }, "{text}");
        }
    }

    #[test]
    fn malformed_packets_are_refused() {
        for text in [
            "",
            "7",
            "a",
            "é",
            "-1",
            "0[]",
            "0\"x\"",
            "0{",
            "0{}x",
            "1{}",
            "1/a,[]",
            "2{}",
            "2[]",
            "2[null]",
            "2[{}]",
            "2[true]",
            "2[\"x\"",
            "2[\"x\"]]",
            "2[\"x\",]",
            "2\"x\"",
            "31{}",
            "31[",
            "4[]",
            "4true",
            "5[\"x\"]",
            "5-[\"x\"]",
            "5a-[\"x\"]",
            "50-[\"x\"]",
            "51.5-[\"x\"]",
            "5+1-[\"x\"]",
            "511-[\"x\"]",
            "599999999999999999999999-[\"x\"]",
            "299999999999999999999999[\"x\"]",
            "2[\"connect\"]",
            "2[\"disconnecting\"]",
        ] {
            assert!(decode(text, 10).is_err(), "{text}");
        }
    }

    #[test]
    fn attachments_are_counted_up_to_the_limit() {
        for count in [1, 10] {
            let text = format!("5{count}-[\"x\"]");
            assert_eq!(decode(&text, 10).unwrap().attachments, count);
        }
    }
}
