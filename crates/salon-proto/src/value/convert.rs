//! Values from Rust's own types.

use bytes::Bytes;

use super::Value;

macro_rules! from {
    ($($type:ty => |$given:ident| $value:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($given: $type) -> Self {
                $value
            }
        }
    )*};
}

from! {
    bool => |given| Self::Bool(given);
    u32 => |given| Self::Unsigned(given.into());
    u64 => |given| Self::Unsigned(given);
    i32 => |given| i64::from(given).into();
    i64 => |given| u64::try_from(given).map_or(Self::Signed(given), Self::Unsigned);
    f64 => |given| Self::Float(given);
    &str => |given| Self::String(given.to_owned());
    String => |given| Self::String(given);
    Bytes => |given| Self::Binary(given);
    Vec<Value> => |given| Self::Array(given);
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(given: Option<T>) -> Self {
        given.map_or(Self::Null, Into::into)
    }
}

/// An object.
impl<K: Into<String>, V: Into<Self>> FromIterator<(K, V)> for Value {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        Self::Object(
            entries
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }
}

/// Without binary: placeholders stay what they are.
impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => value.into(),
            Json::Number(number) => number.into(),
            Json::String(text) => text.into(),
            Json::Array(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Json::Object(entries) => entries.into_iter().collect(),
        }
    }
}

impl From<serde_json::Number> for Value {
    fn from(number: serde_json::Number) -> Self {
        let whole = number.as_u64().map(Self::Unsigned);
        let whole = whole.or_else(|| number.as_i64().map(Self::Signed));
        whole.unwrap_or_else(|| number.as_f64().into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_the_value_that_is_read_from_its_text() {
        let json = json!([null, true, 1, -1, 1.5, "x", {"a": [u64::MAX, i64::MIN]}]);
        let read: Value = serde_json::from_str(&json.to_string()).expect("JSON");
        assert_eq!(Value::from(json), read);
    }

    #[test]
    fn options_are_their_content_or_null() {
        assert_eq!(Value::from(Some("x")), Value::String("x".to_owned()));
        assert_eq!(Value::from(None::<bool>), Value::Null);
    }
}
