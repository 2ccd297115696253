//! Data as the lines of the contract have it: bytes are `{"$bin": "base64"}`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use salon_client::{AllArgs, Value};
use serde_json::{Value as Json, json};

const BYTES: &str = "$bin";

/// What a line has, for salon.
pub(crate) fn from_line(args: Vec<Json>) -> AllArgs<Value> {
    AllArgs(args.into_iter().map(from_json).collect())
}

/// What salon has, for a line.
pub(crate) fn to_line(AllArgs(args): AllArgs<Value>) -> Json {
    args.into_iter().map(to_json).collect()
}

fn from_json(json: Json) -> Value {
    match json {
        Json::Array(items) => Value::Array(items.into_iter().map(from_json).collect()),
        Json::Object(entries) => match entries.get(BYTES).and_then(Json::as_str) {
            Some(base64) => {
                let bytes = STANDARD.decode(base64).expect("the tests send base64");
                Value::Binary(bytes.into())
            }
            None => entries
                .into_iter()
                .map(|(key, value)| (key, from_json(value)))
                .collect(),
        },
        plain => plain.into(),
    }
}

fn to_json(value: Value) -> Json {
    match value {
        Value::Binary(bytes) => json!({ BYTES: STANDARD.encode(bytes) }),
        Value::Array(items) => items.into_iter().map(to_json).collect(),
        Value::Object(entries) => entries
            .into_iter()
            .map(|(key, value)| (key, to_json(value)))
            .collect(),
        plain => json!(plain),
    }
}
