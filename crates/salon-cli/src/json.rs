//! Values as text for people and programs, without anything that a terminal would obey.

use std::fmt::Write as _;

use salon_client::Value;

use crate::escape::quote;
use crate::value::{BINARY, encode};

/// How many bytes of binary data people are shown.
const SHOWN_BYTES: usize = 16;

/// How binary data is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    /// `{"$binary":"AQID"}`: JSON for programs, and what may be typed.
    Base64,
    /// `<3 bytes: 01 02 03>`, for people.
    Described,
}

/// Writes the value.
pub(crate) fn text(value: &Value, binary: Binary) -> String {
    let mut out = String::new();
    push(&mut out, value, binary);
    out
}

/// Writes the values as one JSON array.
pub(crate) fn array(values: &[Value]) -> String {
    let mut out = String::new();
    push_list(&mut out, values, Binary::Base64);
    out
}

fn push(out: &mut String, value: &Value, binary: Binary) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Unsigned(number) => push_number(out, *number),
        Value::Signed(number) => push_number(out, *number),
        Value::Float(number) => push_number(out, *number),
        Value::String(text) => out.push_str(&quote(text)),
        Value::Binary(bytes) => push_bytes(out, bytes, binary),
        Value::Array(items) => push_list(out, items, binary),
        Value::Object(entries) => push_object(out, entries, binary),
    }
}

/// As JSON has it, so what is not finite is null.
fn push_number(out: &mut String, number: impl Into<serde_json::Value>) {
    let _ = write!(out, "{}", number.into());
}

fn push_list(out: &mut String, items: &[Value], binary: Binary) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        push(out, item, binary);
    }
    out.push(']');
}

fn push_object(out: &mut String, entries: &[(String, Value)], binary: Binary) {
    out.push('{');
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&quote(key));
        out.push(':');
        push(out, value, binary);
    }
    out.push('}');
}

fn push_bytes(out: &mut String, bytes: &[u8], binary: Binary) {
    match binary {
        Binary::Base64 => {
            let _ = write!(out, r#"{{"{BINARY}":"{}"}}"#, encode(bytes));
        }
        Binary::Described => push_description(out, bytes),
    }
}

fn push_description(out: &mut String, bytes: &[u8]) {
    let unit = if bytes.len() == 1 { "byte" } else { "bytes" };
    let _ = write!(out, "<{} {unit}", bytes.len());
    for (index, byte) in bytes.iter().take(SHOWN_BYTES).enumerate() {
        let before = if index == 0 { ":" } else { "" };
        let _ = write!(out, "{before} {byte:02x}");
    }
    if bytes.len() > SHOWN_BYTES {
        out.push('…');
    }
    out.push('>');
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::value;

    #[test]
    fn json_is_written_compactly() {
        let json = r#"{"a":[1,2.5,null,true],"b":{"c":"x"}}"#;
        let value = value::from_json(json).unwrap();
        assert_eq!(text(&value, Binary::Base64), json);
    }

    #[test]
    fn binary_is_base64_for_programs_and_comes_back() {
        let value = Value::Array(vec![Value::Binary(Bytes::from_static(b"\x01\x02"))]);
        let json = text(&value, Binary::Base64);
        assert_eq!(json, r#"[{"$binary":"AQI="}]"#);
        assert_eq!(value::from_json(&json).unwrap(), value);
    }

    #[test]
    fn binary_is_described_for_people() {
        let shown = |bytes: &'static [u8]| {
            let value = Value::Binary(Bytes::from_static(bytes));
            text(&value, Binary::Described)
        };
        assert_eq!(shown(b""), "<0 bytes>");
        assert_eq!(shown(b"\x1b"), "<1 byte: 1b>");
        assert_eq!(shown(&[0; 17]), format!("<17 bytes:{}…>", " 00".repeat(16)));
    }

    #[test]
    fn keys_and_strings_cannot_control_the_terminal() {
        let value = Value::Object(vec![(
            "\u{1b}c".to_owned(),
            Value::String("\u{9b}2J".to_owned()),
        )]);
        let shown = text(&value, Binary::Base64);
        assert_eq!(shown, r#"{"\u001bc":"\u009b2J"}"#);
        assert_eq!(value::from_json(&shown).unwrap(), value);
    }
}
