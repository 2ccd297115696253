//! Data as JSON in which `{"$binary":"AQID"}` stands for binary, in base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use salon_client::Value;

/// The only key of an object that stands for binary.
pub(crate) const BINARY: &str = "$binary";

/// Reads JSON, or says what is wrong with it.
pub(crate) fn from_json(text: &str) -> Result<Value, String> {
    let value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
    with_binary(value)
}

/// Puts bytes in the place of each object that stands for them.
fn with_binary(value: Value) -> Result<Value, String> {
    match value {
        Value::Array(items) => {
            let items: Result<_, _> = items.into_iter().map(with_binary).collect();
            Ok(Value::Array(items?))
        }
        Value::Object(entries) => match &entries[..] {
            [(key, Value::String(base64))] if key == BINARY => decode(base64),
            _ => entries
                .into_iter()
                .map(|(key, value)| Ok((key, with_binary(value)?)))
                .collect(),
        },
        plain => Ok(plain),
    }
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn an_object_with_the_one_key_is_binary_at_any_depth() {
        let value = from_json(r#"[{"a":{"$binary":"AQID"}}]"#).unwrap();
        let bytes = Bytes::from_static(&[1, 2, 3]);
        assert_eq!(value, Value::Array(vec![Value::from_iter([("a", bytes)])]));
    }

    #[test]
    fn other_objects_stay_objects() {
        for text in [
            r#"{"$binary":1}"#,
            r#"{"$binary":"AQID","b":1}"#,
            r#"{"binary":"AQID"}"#,
        ] {
            let value = from_json(text).unwrap();
            assert!(matches!(value, Value::Object(_)), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let sentence = from_json("{1}").unwrap_err();
        assert!(sentence.starts_with("it is not JSON: "), "{sentence}");
        let sentence = from_json(r#"{"$binary":"?"}"#).unwrap_err();
        assert!(sentence.contains("is not base64"), "{sentence}");
    }
}
