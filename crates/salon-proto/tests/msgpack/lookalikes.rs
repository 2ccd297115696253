//! Maps that look like placeholders and are none.

use bytes::Bytes;
use salon_proto::Value;
use salon_proto::packet::json::{ErrorKind, read_args};
use salon_proto::packet::{Event, Packet};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{array, codec, decode, event_with, frame};

/// What a handler would make of the bytes if they were taken for a placeholder.
const SECRET: &[u8] = b"\xc4\x02AB";

fn event(packet: &[u8]) -> Event<'static> {
    match decode(packet).unwrap().check() {
        Ok(Packet::Event(event)) => event,
        other => panic!("not an event: {other:?}"),
    }
}

fn lookalikes() -> [Vec<u8>; 4] {
    [
        b"\x82\xac_placeholder\xc3\xa3num\x00".to_vec(),
        b"\x82\xa3num\x00\xac_placeholder\xc3".to_vec(),
        b"\x82\xac_placeholder\xc3\xa3num\xcf\0\0\0\0\0\0\0\0".to_vec(),
        b"\x82\xa3num\xcb\0\0\0\0\0\0\0\0\xac_placeholder\xc3".to_vec(),
    ]
}

#[test]
fn a_map_of_the_client_never_stands_for_an_attachment() {
    for lookalike in lookalikes() {
        for packet in [
            event_with(&[&lookalike, SECRET]),
            event_with(&[SECRET, &lookalike]),
            event_with(&[&array(&[&lookalike]), &array(&[SECRET])]),
        ] {
            let event = event(&packet);
            let (first, second): (Value, Value) =
                read_args(&event.array, 1, &event.attachments).unwrap();
            let text = format!("{first:?} {second:?}");
            assert_eq!(
                text.matches("Binary").count(),
                1,
                "{text} of {}",
                event.array
            );
            assert_eq!(text.matches("_placeholder").count(), 1, "{text}");
        }
    }
}

#[test]
fn a_handler_that_wants_bytes_gets_none_of_it() {
    for lookalike in lookalikes() {
        let event = event(&event_with(&[&lookalike, SECRET]));
        let read: Result<(Bytes, Bytes), _> = read_args(&event.array, 1, &event.attachments);
        assert_eq!(read.unwrap_err().kind(), ErrorKind::IllegalAttachments);
    }
}

#[test]
fn without_binary_data_it_is_as_it_was_sent() {
    for lookalike in lookalikes() {
        let event = event(&event_with(&[&lookalike]));
        let value: Json = read_args(&event.array, 1, &event.attachments).unwrap();
        assert_eq!(value, json!({"_placeholder": true, "num": 0}));
    }
}

/// Only the two keys together make the map odd: each may be there by itself.
#[test]
fn numbers_of_other_maps_stay_integers() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Page {
        num: u32,
        r#of: u32,
    }
    let page = b"\x82\xa3num\x07\xa2of\x09";
    let event = event(&event_with(&[page, SECRET]));
    let (page, data): (Page, Bytes) = read_args(&event.array, 1, &event.attachments).unwrap();
    assert_eq!((page.num, page.r#of, &data[..]), (7, 9, &b"AB"[..]));
}

/// An echo gives the client back what it sent, byte for byte, in either order.
#[test]
fn it_goes_back_as_it_came() {
    let lookalike = &lookalikes()[0];
    for arguments in [[lookalike.as_slice(), SECRET], [SECRET, lookalike]] {
        let event = event(&event_with(&arguments));
        let args: (Value, Value) = read_args(&event.array, 1, &event.attachments).unwrap();
        let echo = codec().event("/", None, "x", &args).unwrap();
        let expected = [b"\x93\xa1x", arguments[0], arguments[1]].concat();
        let data = frame(&echo);
        let contains = data.windows(expected.len()).any(|part| part == expected);
        assert!(contains, "{data:x?}");
    }
}
