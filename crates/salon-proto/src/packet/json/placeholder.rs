//! Reading placeholders, `{"_placeholder":true,"num":0}`.
//!
//! Where the type asks for bytes, this is plain: [`BytesVisitor`]. But for `#[serde(flatten)]`,
//! untagged and internally tagged types, serde first buffers "any value" and asks for bytes only
//! when it reads from that buffer, and nobody tells us. So a placeholder that is about to be
//! buffered is put there as bytes. If the type cannot be read then, because it wanted the object
//! (a `serde_json::Value`, say), [`read_args`](super::read_args) starts again without this.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Error, Expected, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde_json::Value;

use super::binary::{Attached, WithAttachments};

pub(crate) const MARK: &str = "_placeholder";
pub(crate) const NUMBER: &str = "num";

/// How a placeholder begins as all encoders write it; its number and a brace follow.
pub(super) const PLACEHOLDER: &str = r#"{"_placeholder":true,"num":"#;

/// More digits than any number of an attachment has.
const TOO_MANY_DIGITS: usize = 10;

/// The number in text that begins with such a placeholder, and what follows it; `None`: it begins
/// with something else, which may be a placeholder in another form.
pub(super) fn usual_placeholder(json: &[u8]) -> Option<(usize, &[u8])> {
    let rest = json.strip_prefix(PLACEHOLDER.as_bytes())?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
    let (digits, rest) = rest.split_at_checked(digits.count())?;
    let rest = rest.strip_prefix(b"}")?;
    match digits {
        // It is no number, or not one of JSON.
        [] | [b'0', _, ..] => None,
        _ if digits.len() >= TOO_MANY_DIGITS => None,
        _ => Some((digits.iter().fold(0, append_digit), rest)),
    }
}

fn append_digit(number: usize, digit: &u8) -> usize {
    number * 10 + usize::from(digit - b'0')
}

/// The keys that make an object a placeholder.
#[derive(Deserialize)]
#[serde(field_identifier)]
pub(super) enum Key {
    #[serde(rename = "_placeholder")]
    Mark,
    #[serde(rename = "num")]
    Number,
    #[serde(other)]
    Other,
}

/// Gives an attachment to a visitor that asked for bytes.
///
/// A string and an array of numbers are passed on as serde_json does when there are no attachments.
pub(super) struct BytesVisitor<'a, V> {
    pub(super) visitor: V,
    pub(super) attached: &'a Attached<'a>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for BytesVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    /// Like JavaScript, takes the keys in any order and ignores others.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<V::Value, A::Error> {
        let (mut marked, mut number) = (false, None);
        while let Some(key) = map.next_key()? {
            match key {
                Key::Mark => marked = map.next_value::<Value>()? == Value::Bool(true),
                Key::Number => number = map.next_value::<Value>()?.as_u64(),
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if !marked {
            return Err(A::Error::invalid_type(Unexpected::Map, &self.visitor));
        }
        self.visitor.visit_bytes(self.attached.get(number)?)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_seq(seq)
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<V::Value, E> {
        self.visitor.visit_borrowed_bytes(value.as_bytes())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<V::Value, E> {
        self.visitor.visit_bytes(value.as_bytes())
    }
}

/// Whether this is the visitor with which serde buffers.
///
/// Its type is private to serde, and the method by which it could be told apart is hidden. What it
/// says it expects is the one public trait it has. Should serde ever say it differently, a test
/// fails, and buffered binary is an error of the wrong type until this is mended.
pub(super) fn is_buffering<'de>(visitor: &impl Visitor<'de>) -> bool {
    let mut rest = StripPrefix("any value");
    let expected: &dyn Expected = visitor;
    write!(rest, "{expected}").is_ok() && rest.0.is_empty()
}

/// Accepts exactly the text it holds.
struct StripPrefix(&'static str);

impl fmt::Write for StripPrefix {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(text).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// Reads as much of an object as is needed to know whether it is a placeholder.
pub(super) fn look_ahead<'de, A: MapAccess<'de>>(mut map: A) -> Result<LookedAhead<A>, A::Error> {
    let mut entries = VecDeque::new();
    while let Some(key) = map.next_key::<String>()? {
        if entries.len() == 2 || !matches!(&*key, MARK | NUMBER) {
            return Ok(LookedAhead {
                entries,
                next_key: Some(key),
                value: None,
                rest: map,
            });
        }
        entries.push_back((key, map.next_value()?));
    }
    Ok(LookedAhead {
        entries,
        next_key: None,
        value: None,
        rest: map,
    })
}

/// An object of which the first entries have been read, as plain JSON. Binary inside an ordinary
/// object's `num` is therefore not found; nobody else begins an object with `_placeholder`.
pub(super) struct LookedAhead<A> {
    entries: VecDeque<(String, Value)>,
    /// The key after these; its value is still in `rest`.
    next_key: Option<String>,
    /// The value that belongs to the entry whose key has been given away.
    value: Option<Value>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> LookedAhead<A> {
    /// Gives the visitor the attachment, or the object if it is not exactly a placeholder.
    pub(super) fn visit<V>(self, visitor: V, attached: &Attached<'_>) -> Result<V::Value, A::Error>
    where
        V: Visitor<'de>,
    {
        if let Some(number) = self.placeholder() {
            attached.set_buffered();
            return visitor.visit_bytes(attached.get(Some(number))?);
        }
        let Self {
            entries,
            next_key,
            value,
            rest,
        } = self;
        let rest = WithAttachments::new(rest, attached);
        visitor.visit_map(LookedAhead {
            entries,
            next_key,
            value,
            rest,
        })
    }

    fn placeholder(&self) -> Option<u64> {
        let get = |name| {
            self.entries
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value)
        };
        let exact = self.next_key.is_none() && get(MARK) == Some(&Value::Bool(true));
        get(NUMBER).and_then(Value::as_u64).filter(|_| exact)
    }
}

/// Gives the entries that have been read, then the rest.
impl<'de, A: MapAccess<'de>> MapAccess<'de> for LookedAhead<A> {
    type Error = A::Error;

    fn next_key_seed<K>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error>
    where
        K: DeserializeSeed<'de>,
    {
        let key = match self.entries.pop_front() {
            Some((key, value)) => {
                self.value = Some(value);
                Some(key)
            }
            None => self.next_key.take(),
        };
        let Some(key) = key else {
            return self.rest.next_key_seed(seed);
        };
        let key: StringDeserializer<A::Error> = key.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(value).map_err(A::Error::custom),
            None => self.rest.next_value_seed(seed),
        }
    }
}
