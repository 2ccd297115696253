//! The data of events: JSON of any shape, and binary.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Number;

/// The only key of an object that stands for binary: `{"$binary":"AQID"}`, in base64.
pub(crate) const BINARY: &str = "$binary";

/// One argument of an event or an answer. Objects keep the order of their keys.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    Binary(Bytes),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

/// What arrives. Serde buffers an untagged type, and only so does a placeholder of binary data
/// become bytes for a type that takes anything.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum Received {
    Value(Value),
}

impl Received {
    pub(crate) fn into_values(received: Vec<Self>) -> Vec<Value> {
        let values = received.into_iter().map(|Self::Value(value)| value);
        values.collect()
    }
}

impl Value {
    /// Reads JSON in which `{"$binary":"…"}` stands for binary, or says what is wrong with it.
    pub(crate) fn from_json(text: &str) -> Result<Self, String> {
        let value: Self =
            serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        value.with_binary()
    }

    /// What serde_json has read.
    pub(crate) fn from_serde(value: &serde_json::Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }

    /// Puts bytes in the place of each object that stands for them.
    fn with_binary(self) -> Result<Self, String> {
        Ok(match self {
            Self::List(items) => Self::List(
                items
                    .into_iter()
                    .map(Self::with_binary)
                    .collect::<Result<_, _>>()?,
            ),
            Self::Object(entries) => match <[_; 1]>::try_from(entries) {
                Ok([(key, Self::Text(base64))]) if key == BINARY => decode(&base64)?,
                Ok(entry) => Self::Object(entries_with_binary(Vec::from(entry))?),
                Err(entries) => Self::Object(entries_with_binary(entries)?),
            },
            other => other,
        })
    }
}

fn entries_with_binary(entries: Vec<(String, Value)>) -> Result<Vec<(String, Value)>, String> {
    entries
        .into_iter()
        .map(|(key, value)| Ok((key, value.with_binary()?)))
        .collect()
}

fn decode(base64: &str) -> Result<Value, String> {
    match STANDARD.decode(base64) {
        Ok(bytes) => Ok(Value::Binary(bytes.into())),
        Err(error) => Err(format!("the text of \"{BINARY}\" is not base64: {error}")),
    }
}

/// In base64, as it stands in an object with the key [`BINARY`].
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Binary(bytes) => serializer.serialize_bytes(bytes),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(entries) => {
                let mut object = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    object.serialize_entry(key, value)?;
                }
                object.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON or binary")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    /// What JSON cannot write, such as infinity, becomes null there.
    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Value, E> {
        Ok(Value::Binary(Bytes::copy_from_slice(bytes)))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Binary(bytes.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_of_every_kind_is_read_and_written_in_its_order() {
        let text = r#"{"b":[null,true,-1,18446744073709551615,1.5,"x"],"a":{}}"#;
        let value = Value::from_json(text).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), text);
    }

    #[test]
    fn an_object_with_the_one_key_is_binary_at_any_depth() {
        let value = Value::from_json(r#"[{"a":{"$binary":"AQID"}}]"#).unwrap();
        let bytes = Value::Binary(Bytes::from_static(&[1, 2, 3]));
        let object = Value::Object(vec![("a".to_owned(), bytes)]);
        assert_eq!(value, Value::List(vec![object]));
    }

    #[test]
    fn other_objects_stay_objects() {
        for text in [
            r#"{"$binary":1}"#,
            r#"{"$binary":"AQID","b":1}"#,
            r#"{"binary":"AQID"}"#,
        ] {
            let value = Value::from_json(text).unwrap();
            assert!(matches!(value, Value::Object(_)), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let sentence = Value::from_json("{1}").unwrap_err();
        assert!(sentence.starts_with("it is not JSON: "), "{sentence}");
        let sentence = Value::from_json(r#"{"$binary":"?"}"#).unwrap_err();
        assert!(sentence.contains("is not base64"), "{sentence}");
    }

    #[test]
    fn buffered_bytes_are_binary() {
        use serde::de::value::{BytesDeserializer, Error};
        let bytes = BytesDeserializer::<Error>::new(b"hi");
        let Received::Value(value) = Received::deserialize(bytes).unwrap();
        assert_eq!(value, Value::Binary(Bytes::from_static(b"hi")));
    }
}
