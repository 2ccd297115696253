//! Checks the placeholders of a packet with attachments, whoever will read them.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::error::{Error, Reason};
use super::first::First;
use super::placeholder::{Key, MARK, usual_placeholder};

/// The brace and the quote before the first key of an object.
const BEFORE_MARK: usize = 2;

/// Checks that each placeholder in an array names an attachment that came.
///
/// # Errors
/// When one does not: a sender that JavaScript would refuse.
///
/// ```
/// use salon_proto::packet::json::check_placeholders;
///
/// let array = r#"["x",{"_placeholder":true,"num":1}]"#;
/// assert!(check_placeholders(array, 2).is_ok());
/// assert!(check_placeholders(array, 1).is_err());
/// ```
pub fn check_placeholders(array: &str, attachments: usize) -> Result<(), Error> {
    if are_usual(array, attachments) {
        return Ok(());
    }
    let mut json = serde_json::Deserializer::from_str(array);
    let seen = Check { attachments }.deserialize(&mut json);
    match seen {
        Ok(Seen::Illegal) => Err(Error::new(Reason::IllegalAttachments {
            count: attachments,
        })),
        Ok(_) => Ok(()),
        Err(source) => Err(Error::reading(None, source)),
    }
}

/// The same for an event that has been scanned: what its first argument is known to be, is not
/// looked at again.
pub(crate) fn check_event(array: &str, first: First, attachments: usize) -> Result<(), Error> {
    match first {
        First::Attachment { number, end } if number < attachments => {
            let rest = array.get(end..).unwrap_or(array);
            match are_usual(rest, attachments) {
                true => Ok(()),
                false => check_placeholders(array, attachments),
            }
        }
        _ => check_placeholders(array, attachments),
    }
}

/// Whether all that could be placeholders are of the usual form, and legal; to see so is far less
/// work than to read the data.
fn are_usual(array: &str, attachments: usize) -> bool {
    let mut bytes = array.bytes().enumerate();
    bytes.all(|(at, byte)| match byte {
        // A key may be written with escapes.
        b'\\' => false,
        b'_' => is_usual(array, at, attachments),
        _ => true,
    })
}

/// Whether what is at this place is no mark of a placeholder, or that of a usual one.
fn is_usual(array: &str, at: usize, attachments: usize) -> bool {
    if !array.get(at..).is_some_and(|text| text.starts_with(MARK)) {
        return true;
    }
    let object = at
        .checked_sub(BEFORE_MARK)
        .and_then(|start| array.get(start..));
    let placeholder = object.and_then(|text| usual_placeholder(text.as_bytes()));
    placeholder.is_some_and(|(number, _)| number < attachments)
}

/// What a value is, as far as placeholders are concerned.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    /// It, or something inside it, is a placeholder of nothing.
    Illegal,
    True,
    /// A number that may stand in a placeholder.
    Number,
    Other,
}

#[derive(Clone, Copy)]
struct Check {
    attachments: usize,
}

impl<'de> DeserializeSeed<'de> for Check {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Check {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let (mut mark, mut number) = (Seen::Other, Seen::Other);
        let mut is_illegal = false;
        while let Some(key) = map.next_key()? {
            let value = map.next_value_seed(self)?;
            is_illegal |= value == Seen::Illegal;
            match key {
                Key::Mark => mark = value,
                Key::Number => number = value,
                Key::Other => {}
            }
        }
        is_illegal |= mark == Seen::True && number != Seen::Number;
        Ok(if is_illegal {
            Seen::Illegal
        } else {
            Seen::Other
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        let mut seen = Seen::Other;
        while let Some(value) = seq.next_element_seed(self)? {
            if value == Seen::Illegal {
                seen = value;
            }
        }
        Ok(seen)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Seen, E> {
        let is_there = usize::try_from(number).is_ok_and(|one| one < self.attachments);
        Ok(if is_there { Seen::Number } else { Seen::Other })
    }

    fn visit_bool<E>(self, value: bool) -> Result<Seen, E> {
        Ok(if value { Seen::True } else { Seen::Other })
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_at_any_depth_must_name_an_attachment() {
        let legal = [
            r#"["x"]"#,
            r#"["x",{"num":1,"_placeholder":true}]"#,
            r#"["x",{"a":[{"_placeholder":true,"num":0}]},7,null,-1,1.5,true]"#,
            r#"["x",{"_placeholder":false,"num":9}]"#,
            r#"["x",{"_placeholder":1,"num":9}]"#,
            r#"["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1},"_placeholder"]"#,
            r#"["x","{\"_placeholder\":true,\"num\":9}"]"#,
        ];
        for array in legal {
            assert!(check_placeholders(array, 2).is_ok(), "{array}");
        }
        let illegal = [
            r#"["x",{"_placeholder":true,"num":2}]"#,
            r#"["x",{"_placeholder":true,"num":-1}]"#,
            r#"["x",{"_placeholder":true,"num":"0"}]"#,
            r#"["x",{"_placeholder":true}]"#,
            r#"["x",{"\u005fplaceholder":true,"num":2}]"#,
            r#"["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":2}]"#,
            r#"["x",{"_placeholder":true,"num":0,"num":2}]"#,
            r#"["x",{"a":[[{"_placeholder":true,"num":5}]]},{"_placeholder":true,"num":0}]"#,
        ];
        for array in illegal {
            assert!(check_placeholders(array, 2).is_err(), "{array}");
        }
    }
}
