//! Packets that are meant to do harm.

use std::collections::HashMap;

use bytes::Bytes;
use salon_proto::Limits;
use salon_proto::packet::json;
use salon_proto::parser::{MessagePack, Parser};

use super::{decode, decoder, encode, event_with};

/// Arrays in one another, `levels` of them.
fn nested(levels: usize) -> Vec<u8> {
    let mut deep = vec![0x91; levels];
    deep.push(0xc0);
    deep
}

/// Like JSON: 127 levels, the array of arguments included.
#[test]
fn nesting_has_an_end() {
    let deepest = decode(&event_with(&[&nested(126)])).unwrap();
    assert!(deepest.check().is_ok());
    for levels in [127, 1_000, 1_000_000] {
        assert!(decode(&event_with(&[&nested(levels)])).is_err(), "{levels}");
    }
    let mut maps = b"\x81\xa1k".repeat(200_000);
    maps.push(0xc0);
    assert!(decode(&event_with(&[&maps])).is_err());
}

#[test]
fn a_deep_map_in_another_field_is_passed() {
    let mut packet = event_with(&[]);
    packet[0] += 1;
    packet.extend_from_slice(b"\xa1z");
    packet.extend(nested(1_000_000));
    assert!(decode(&packet).is_ok());
}

/// Were they believed, these would ask for 4 GiB each.
#[test]
fn announced_lengths_are_not_believed() {
    for head in [
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff",
    ] {
        assert!(decode(&event_with(&[head])).is_err(), "{head:x?}");
        assert!(decode(&head[..]).is_err(), "{head:x?}");
    }
}

#[test]
fn binary_values_are_counted() {
    let mut limits = Limits::default();
    limits.max_embedded = 2;
    let mut decoder = MessagePack.decoder(&limits);
    let empty = b"\xc4\x00".as_slice();
    assert!(decoder.binary(&event_with(&[empty, empty])).is_ok());
    for too_many in [[empty, empty, empty], [empty, empty, b"\xd4\x05\x00"]] {
        assert!(decoder.binary(&event_with(&too_many)).is_err());
    }
    let mut unknown = event_with(&[]);
    unknown[0] += 1;
    unknown.extend_from_slice(b"\xa1z\x93\xc4\x00\xc4\x00\xc4\x00");
    assert!(
        decoder.binary(&unknown).is_ok(),
        "it is passed, and not kept"
    );
}

/// A byte becomes six characters at most, as `false` and control characters do.
#[test]
fn the_text_is_bounded_by_the_bytes() {
    let values = 100_000_u32;
    let mut array = vec![0xdd];
    array.extend_from_slice(&values.to_be_bytes());
    array.resize(array.len() + values as usize, 0xc2);
    let mut text = vec![0xdb];
    text.extend_from_slice(&values.to_be_bytes());
    text.resize(text.len() + values as usize, 0x01);
    for data in [array, text] {
        let packet = decode(&event_with(&[&data])).unwrap();
        assert!(packet.data.unwrap().len() <= 6 * data.len() + 16);
    }
}

#[test]
fn keys_must_be_text_or_nearly() {
    for key in [
        &b"\x90"[..],
        b"\x80",
        b"\xc4\x00",
        b"\xd4\x05\x00",
        b"\xd7\0\0\0\0\0\0\0\0\0",
    ] {
        let map = [b"\x81", key, b"\xc0"].concat();
        assert!(decode(&event_with(&[&map])).is_err(), "{key:x?}");
    }
}

/// Node's parser lets these through: its server then calls the application's own handlers of
/// `disconnect`, say, for an event of the client.
#[test]
fn events_are_checked_like_those_in_json() {
    for array in [
        &b"\x91\xaadisconnect"[..],
        b"\x91\xabnewListener",
        b"\x90",
        b"\x91\xc0",
        b"\x91\x80",
        b"\x91\xc4\x01a",
    ] {
        let packet = [&b"\x83\xa4type\x02\xa3nsp\xa1/\xa4data"[..], array].concat();
        assert!(decode(&packet).unwrap().check().is_err(), "{array:x?}");
    }
}

#[test]
fn ids_are_not_negative() {
    let packet = b"\x84\xa4type\x02\xa3nsp\xa1/\xa4data\x91\xa1x\xa2id\xff";
    assert!(decode(packet).is_err());
}

#[test]
fn text_is_no_packet() {
    assert!(decoder().text("2[\"x\"]").is_err());
}

/// Auth data stays JSON, where lists of numbers can be read as bytes.
#[test]
fn binary_auth_becomes_numbers() {
    let packet = decode(b"\x83\xa4type\x00\xa3nsp\xa1/\xa4data\x81\xa1k\xc4\x02\x01\xff").unwrap();
    assert_eq!(packet.data.as_deref(), Some(r#"{"k":[1,255]}"#));
    let auth: HashMap<String, Bytes> = json::read_value(packet.data.as_deref().unwrap()).unwrap();
    assert_eq!(auth["k"], [1, 255][..]);
    assert!(packet.attachments.is_empty());
    assert!(packet.check().is_ok());
}

#[test]
fn dates_that_are_none_become_null() {
    let packet = decode(&event_with(&[b"\xd7\x00\x7f\xff\xff\xff\xff\xff\xff\xff"])).unwrap();
    assert_eq!(packet.data.as_deref(), Some(r#"["x",null]"#));
}

/// Beyond JavaScript's integers; Node writes garbage for the floats.
#[test]
fn large_numbers_are_exact() {
    let array = format!(
        r#"["x",{},{},18446744073709551616,-9223372036854775809]"#,
        u64::MAX,
        i64::MIN
    );
    let packet = decode(&event_with(&[])).unwrap();
    let packet = salon_proto::packet::RawPacket {
        data: Some(array.into()),
        ..packet
    };
    let bytes = encode(&packet);
    let expected: &[u8] = b"\x95\xa1x\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xd3\x80\0\0\0\0\0\0\0\
        \xcb\x43\xf0\0\0\0\0\0\0\xd3\x80\0\0\0\0\0\0\0";
    assert!(
        bytes.windows(expected.len()).any(|part| part == expected),
        "{bytes:x?}"
    );
    let again = decode(&bytes).unwrap();
    let start = format!(r#"["x",{},{},"#, u64::MAX, i64::MIN);
    assert!(again.data.unwrap().starts_with(&start));
}
