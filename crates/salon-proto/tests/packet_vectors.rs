//! What socket.io-parser makes of odd packets, from `interop/vectors/packets.mjs`.

use salon_proto::packet::{Packet, Reassembly};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Vector {
    frames: Vec<String>,
    #[serde(flatten)]
    outcome: Outcome,
    /// Why salon refuses it all the same.
    stricter: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
enum Outcome {
    Error,
    Nothing,
    Empty {
        nsp: String,
    },
    Packet {
        r#type: u8,
        nsp: String,
        id: Option<Value>,
        /// `None` also where the packet has attachments: those are in other vectors.
        data: Option<String>,
    },
}

fn vectors() -> Vec<Vector> {
    let vectors: Vec<_> = serde_json::from_str(include_str!("vectors/packets.json")).unwrap();
    assert!(vectors.len() > 200);
    vectors
}

fn unhex(hex: &str) -> Vec<u8> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(byte).collect()
}

/// What comes of the last frame, or of the first that is an error.
fn outcome(frames: &[String]) -> Outcome {
    let mut reassembly = Reassembly::new(10);
    let mut last = Outcome::Nothing;
    for frame in frames {
        let decoded = match frame.strip_prefix('x') {
            Some(hex) => reassembly.binary(unhex(hex).into()),
            None => reassembly.text(frame),
        };
        last = match decoded {
            Err(_) => return Outcome::Error,
            Ok(None) => Outcome::Nothing,
            Ok(Some(packet)) => describe(packet, frames.len() > 1),
        };
    }
    last
}

fn describe(packet: Packet<'_>, has_attachments: bool) -> Outcome {
    let nsp = packet.namespace().to_owned();
    let (r#type, id, data) = match packet {
        Packet::Connect { data, .. } => (0, None, data),
        Packet::Disconnect { .. } => (1, None, None),
        Packet::Event(event) => (2, event.ack_id, Some(event.array)),
        Packet::Ack(ack) => (3, Some(ack.id), Some(ack.array)),
        Packet::ConnectError { data, .. } => (4, None, data),
        Packet::Empty { .. } => return Outcome::Empty { nsp },
    };
    let data = data.filter(|_| !has_attachments);
    Outcome::Packet {
        r#type,
        nsp,
        id: id.map(Value::from),
        data: data.map(std::borrow::Cow::into_owned),
    }
}

/// Whether they are the same for JavaScript.
fn agree(ours: &Outcome, nodes: &Outcome) -> bool {
    let (
        Outcome::Packet {
            r#type,
            nsp,
            id,
            data,
        },
        Outcome::Packet {
            r#type: their_type,
            nsp: their_nsp,
            id: their_id,
            data: their_data,
        },
    ) = (ours, nodes)
    else {
        return ours == nodes;
    };
    // Only events and answers have an id; Node reads one of the others, and nobody looks at it.
    let same_id = id == their_id || !matches!(r#type, 2 | 3);
    let same_data = as_javascript(data.as_deref()) == as_javascript(their_data.as_deref());
    r#type == their_type && nsp == their_nsp && same_id && same_data
}

/// The data as `JSON.stringify` would write it: numbers are floats, and some are none.
fn as_javascript(json: Option<&str>) -> Option<Value> {
    fn simplify(value: Value) -> Value {
        match value {
            Value::Number(number) => number.as_f64().into(),
            Value::Array(items) => items.into_iter().map(simplify).collect(),
            Value::Object(entries) => {
                let entries = entries.into_iter();
                entries.map(|(key, value)| (key, simplify(value))).collect()
            }
            other => other,
        }
    }
    // Rust reads no numbers beyond the floats.
    let json = json?.replace("1e999", "null").replace("1e400", "null");
    Some(simplify(serde_json::from_str(&json).unwrap()))
}

#[test]
fn odd_packets_are_taken_as_node_takes_them() {
    let vectors = vectors();
    let usual = vectors.iter().filter(|vector| vector.stricter.is_none());
    let wrong: Vec<_> = usual
        .map(|vector| (&vector.frames, outcome(&vector.frames), &vector.outcome))
        .filter(|(_, ours, nodes)| !agree(ours, nodes))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn some_that_no_client_sends_are_refused() {
    let stricter = vectors().into_iter().filter_map(|vector| {
        let why = vector.stricter?;
        Some((vector.frames, why))
    });
    for (frames, why) in stricter {
        assert_eq!(outcome(&frames), Outcome::Error, "{frames:?}: {why}");
    }
}
