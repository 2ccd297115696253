//! What socket.io-parser writes and reads, from `interop/vectors/json_args.mjs`.

mod json_data;

use bytes::Bytes;
use json_data::Many;
use salon_proto::Value;
use salon_proto::packet::json::{read_args, scan_args, scan_event, write_args, write_event};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    title: String,
    event: bool,
    sent: Option<Vec<Value>>,
    text: String,
    attachments: Vec<Value>,
    received: Vec<Value>,
}

impl Vector {
    fn all() -> Vec<Self> {
        let vectors: Vec<Self> =
            serde_json::from_str(include_str!("vectors/json_args.json")).unwrap();
        assert!(vectors.len() > 20);
        vectors
    }

    fn attachments(&self) -> Vec<Bytes> {
        self.attachments
            .iter()
            .map(|data| bytes_of(data).expect("binary"))
            .collect()
    }
}

/// The bytes of `{"$bytes":"<hex>"}`.
fn bytes_of(data: &Value) -> Option<Bytes> {
    let Value::Object(entries) = data else {
        return None;
    };
    let [(key, Value::String(hex))] = &entries[..] else {
        return None;
    };
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    (key == "$bytes").then(|| hex.as_bytes().chunks(2).map(byte).collect())
}

fn with_bytes(data: &Value) -> Value {
    if let Some(bytes) = bytes_of(data) {
        return Value::Binary(bytes);
    }
    match data {
        Value::Array(items) => Value::Array(items.iter().map(with_bytes).collect()),
        Value::Object(entries) => Value::Object(
            entries
                .iter()
                .map(|(k, v)| (k.clone(), with_bytes(v)))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[test]
fn arguments_are_read_as_javascript_reads_them() {
    for vector in Vector::all() {
        let attachments = vector.attachments();
        let skip = usize::from(vector.event);
        for (index, expected) in vector.received.iter().enumerate().skip(skip) {
            let data: Value = read_args(&vector.text, index, &attachments).unwrap();
            assert_eq!(
                data,
                with_bytes(expected),
                "{}, element {index}",
                vector.title
            );
        }
    }
}

#[test]
fn names_and_lengths_are_scanned_as_javascript_sees_them() {
    for vector in Vector::all() {
        if !vector.event {
            assert_eq!(scan_args(&vector.text).unwrap(), vector.received.len());
            continue;
        }
        let scanned = scan_event(&vector.text).unwrap();
        assert_eq!(scanned.len + 1, vector.received.len(), "{}", vector.title);
        match &vector.received[0] {
            Value::String(name) => {
                assert_eq!((&*scanned.name, false), (&**name, scanned.name_is_number));
            }
            Value::Unsigned(name) => {
                assert_eq!(
                    (&*scanned.name, true),
                    (&*name.to_string(), scanned.name_is_number)
                );
            }
            other => panic!("{other:?} as a name"),
        }
    }
}

#[test]
fn arguments_are_written_as_javascript_writes_them() {
    for vector in Vector::all() {
        let Some(sent) = &vector.sent else { continue };
        let sent: Vec<Value> = sent.iter().map(with_bytes).collect();
        let (mut text, mut attachments) = (Vec::new(), Vec::new());
        match (vector.event, &sent[..]) {
            (true, [Value::String(name), args @ ..]) => {
                write_event(&mut text, name, &Many(args), &mut attachments).unwrap();
            }
            (_, args) => write_args(&mut text, &Many(args), &mut attachments).unwrap(),
        }
        assert_eq!(
            String::from_utf8(text).unwrap(),
            vector.text,
            "{}",
            vector.title
        );
        assert_eq!(attachments, vector.attachments(), "{}", vector.title);
    }
}
