//! What socket.io-msgpack-parser writes and reads, from `interop/vectors/msgpack.mjs`.

use bytes::Bytes;
use salon_proto::packet::{PacketType, RawPacket};
use serde::Deserialize;
use serde_json::Value;

use super::{decode, encode};

#[derive(Deserialize)]
struct Vectors {
    sent: Vec<Vector>,
    received: Vec<Vector>,
    verdicts: Vec<Verdict>,
}

#[derive(Deserialize)]
struct Vector {
    title: String,
    r#type: u64,
    nsp: String,
    id: Option<u64>,
    data: Option<String>,
    attachments: Vec<String>,
    bytes: String,
}

#[derive(Deserialize)]
struct Verdict {
    bytes: String,
    valid: bool,
}

impl Vector {
    fn packet(&self) -> RawPacket<'_> {
        RawPacket {
            kind: PacketType::from_number(self.r#type).unwrap(),
            namespace: self.nsp.as_str().into(),
            ack_id: self.id,
            data: self.data.as_deref().map(Into::into),
            attachments: self.attachments.iter().map(|hex| unhex(hex)).collect(),
        }
    }

    fn assert_decoded(&self) {
        let (expected, title) = (self.packet(), &self.title);
        let decoded = decode(&unhex(&self.bytes)).unwrap();
        assert_eq!(decoded.kind, expected.kind, "{title}");
        assert_eq!(decoded.namespace, expected.namespace, "{title}");
        assert_eq!(decoded.ack_id, expected.ack_id, "{title}");
        assert_eq!(value(&decoded), value(&expected), "{title}");
        assert_eq!(decoded.attachments, expected.attachments, "{title}");
    }
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors/msgpack.json")).unwrap()
}

fn unhex(hex: &str) -> Bytes {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(byte).collect()
}

fn value(packet: &RawPacket<'_>) -> Option<Value> {
    packet
        .data
        .as_deref()
        .map(|json| serde_json::from_str(json).unwrap())
}

#[test]
fn trap_24_packets_are_the_bytes_of_nodes_server() {
    for vector in vectors().sent {
        let bytes = encode(&vector.packet());
        assert_eq!(bytes, unhex(&vector.bytes), "{}", vector.title);
    }
}

#[test]
fn packets_of_nodes_server_are_read() {
    for vector in vectors().sent {
        vector.assert_decoded();
    }
}

#[test]
fn packets_of_clients_are_read_as_node_reads_them() {
    for vector in vectors().received {
        vector.assert_decoded();
    }
}

#[test]
fn what_node_refuses_is_refused() {
    for verdict in vectors().verdicts {
        let decoded = decode(&unhex(&verdict.bytes));
        let is_valid = decoded.is_ok_and(|raw| raw.check().is_ok());
        assert_eq!(is_valid, verdict.valid, "{}", verdict.bytes);
    }
}
