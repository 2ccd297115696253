//! Data of any shape, for code that cannot know the types of what it gets or sends.

mod convert;
mod de;
mod ser;

use bytes::Bytes;

/// One argument of an event or an answer, whatever its type is: JSON, and binary at any depth.
///
/// It is what `any` is to a JavaScript handler. Where the type is known, a type of your own is
/// safer and faster; `serde_json::Value` does for data without binary.
///
/// Objects keep the order of their keys, and a key that came twice is there twice. A number is
/// [`Unsigned`](Self::Unsigned) when it is whole and not negative, [`Signed`](Self::Signed) when it
/// is whole and negative, and else a [`Float`](Self::Float); what JSON cannot write (infinity and
/// what is not a number) arrives as null unless the parser is MessagePack. Received binary is a copy
/// of its own.
///
/// ```
/// use bytes::Bytes;
/// use salon_proto::Value;
/// use salon_proto::packet::json;
///
/// let file = Bytes::from_static(b"\x01\x02");
/// let sent = Value::from_iter([("name", Value::from("a.png")), ("file", file.clone().into())]);
/// assert_eq!(sent.get("file").and_then(Value::as_bytes), Some(&file));
///
/// let (mut text, mut attachments) = (Vec::new(), Vec::new());
/// json::write_args(&mut text, &sent, &mut attachments)?;
/// assert_eq!(text, br#"[{"name":"a.png","file":{"_placeholder":true,"num":0}}]"#);
/// assert_eq!(attachments, [file]);
/// # Ok::<(), json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// JavaScript's `null`, and `undefined` in an array.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number from zero on.
    Unsigned(u64),
    /// A whole number below zero.
    Signed(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    String(String),
    /// A `Buffer`, `ArrayBuffer`, typed array or `Blob`.
    Binary(Bytes),
    /// Values in their order.
    Array(Vec<Self>),
    /// Keys with their values, in the order of the sender.
    Object(Vec<(String, Self)>),
}

impl Value {
    /// The value of a key, if this is an object that has it; the last, if there are several, as in
    /// JavaScript.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(entries) = self else {
            return None;
        };
        let mut from_last = entries.iter().rev();
        from_last.find_map(|(name, value)| (name == key).then_some(value))
    }

    /// The text, if this is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes, if this is binary.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Binary(bytes) => Some(bytes),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_equal_keys_counts() {
        let object = Value::from_iter([("a", 1_u64), ("b", 2), ("a", 3)]);
        assert_eq!(object.get("a"), Some(&Value::Unsigned(3)));
        assert_eq!(object.get("c"), None);
        assert_eq!(Value::Null.get("a"), None);
    }

    #[test]
    fn text_and_bytes_are_told_apart() {
        let (text, bytes) = (Value::from("x"), Value::from(Bytes::from_static(b"x")));
        assert_eq!((text.as_str(), text.as_bytes()), (Some("x"), None));
        assert_eq!(bytes.as_str(), None);
        assert_eq!(bytes.as_bytes().map(AsRef::as_ref), Some(&b"x"[..]));
    }
}
