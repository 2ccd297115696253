//! Reads the text of a packet.

use std::borrow::Cow;

use crate::error::ProtocolError;
use crate::packet::{PacketType, ROOT, RawPacket};

/// Reads a packet's text, whose data is not checked yet, and how many binary messages must follow
/// before it is complete.
#[inline]
pub(super) fn decode(
    text: &str,
    max_attachments: usize,
) -> Result<(RawPacket<'_>, usize), ProtocolError> {
    let (kind, rest) = take_type(text)?;
    let (attachments, rest) = match kind {
        b'5' | b'6' => take_attachments(rest, max_attachments)?,
        _ => (0, rest),
    };
    let (namespace, rest) = take_namespace(rest);
    let (ack_id, rest) = take_ack_id(rest)?;
    let packet = RawPacket {
        kind: match kind {
            b'0' => PacketType::Connect,
            b'1' => PacketType::Disconnect,
            b'4' => PacketType::ConnectError,
            b'2' | b'5' => PacketType::Event,
            _ => PacketType::Ack,
        },
        namespace: Cow::Borrowed(namespace),
        ack_id,
        data: (!rest.is_empty()).then_some(Cow::Borrowed(rest)),
        attachments: Vec::new(),
    };
    Ok((packet, attachments))
}

fn take_type(text: &str) -> Result<(u8, &str), ProtocolError> {
    match text.as_bytes().first() {
        Some(kind @ b'0'..=b'6') => Ok((*kind, text.get(1..).unwrap_or_default())),
        _ => Err(unknown_type(text)),
    }
}

#[cold]
fn unknown_type(text: &str) -> ProtocolError {
    match text.chars().next() {
        Some(kind) => ProtocolError::with_detail("unknown packet type", kind.escape_default()),
        None => ProtocolError::new("empty packet"),
    }
}

fn take_attachments(rest: &str, max: usize) -> Result<(usize, &str), ProtocolError> {
    const ILLEGAL: ProtocolError = ProtocolError::new("illegal attachments");
    let (digits, rest) = take_digits(rest);
    let rest = rest.strip_prefix('-').ok_or(ILLEGAL)?;
    match digits.parse() {
        Ok(0) => Err(ILLEGAL),
        Ok(count) if count <= max => Ok((count, rest)),
        _ if digits.is_empty() => Err(ILLEGAL),
        _ => Err(ProtocolError::new("too many attachments")),
    }
}

/// The comma may be missing where the namespace ends the packet.
fn take_namespace(rest: &str) -> (&str, &str) {
    match rest.as_bytes().first() {
        Some(b'/') => rest.split_once(',').unwrap_or((rest, "")),
        _ => (ROOT, rest),
    }
}

fn take_ack_id(rest: &str) -> Result<(Option<u64>, &str), ProtocolError> {
    let mut id = None;
    for (index, byte) in rest.bytes().enumerate() {
        if !byte.is_ascii_digit() {
            return Ok((id, rest.get(index..).unwrap_or_default()));
        }
        id = Some(append_digit(id.unwrap_or_default(), byte)?);
    }
    Ok((id, ""))
}

fn append_digit(number: u64, digit: u8) -> Result<u64, ProtocolError> {
    let tenfold = number.checked_mul(10);
    let appended = tenfold.and_then(|one| one.checked_add((digit - b'0').into()));
    appended.ok_or(ProtocolError::new("illegal ack id"))
}

/// The digits that some text begins with, and what follows them.
fn take_digits(text: &str) -> (&str, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit);
    text.split_at_checked(digits.count()).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::json::scan_event;
    use crate::packet::{Event, Packet};

    fn packet(text: &str) -> Packet<'_> {
        read(text).unwrap()
    }

    fn read(text: &str) -> Result<Packet<'_>, ProtocolError> {
        decode(text, 10)?.0.check()
    }

    fn plain_event<'a>(namespace: &'a str, name: &'a str, array: &'a str) -> Event<'a> {
        Event {
            namespace: namespace.into(),
            name: name.into(),
            ack_id: None,
            array: array.into(),
            first: scan_event(array).unwrap().first,
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
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn attachments_are_counted_up_to_the_limit() {
        for count in [1, 10] {
            let text = format!("5{count}-[\"x\"]");
            assert_eq!(decode(&text, 10).unwrap().1, count);
        }
    }
}
