//! What is sent, and what comes back, of servers of any make.

use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The data of a message.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    Text(Box<str>),
    Binary(Bytes),
}

/// A text that begins with a number, by which it is known when it comes back.
pub(crate) fn numbered(number: u64, payload: &str) -> String {
    format!("#{number}#{payload}")
}

/// The number of such a text, if there is one.
pub(crate) fn number_in(text: &str) -> Option<u64> {
    let (number, _) = text.strip_prefix('#')?.split_once('#')?;
    number.parse().ok()
}

/// An argument of any kind, of which only such a number matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbered(pub(crate) Option<u64>);

impl<'de> Deserialize<'de> for Numbered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

const NONE: Numbered = Numbered(None);

impl<'de> Visitor<'de> for Reader {
    type Value = Numbered;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Numbered, E> {
        Ok(Numbered(number_in(text)))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Numbered, E> {
        Ok(NONE)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Numbered, E> {
        Ok(NONE)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Numbered, E> {
        Ok(NONE)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Numbered, E> {
        Ok(NONE)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Numbered, E> {
        Ok(NONE)
    }

    fn visit_unit<E>(self) -> Result<Numbered, E> {
        Ok(NONE)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Numbered, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(NONE)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Numbered, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_and_nothing_else_is_taken_for_one() {
        assert_eq!(number_in(&numbered(17, "x#y")), Some(17));
        for text in ["", "17", "#17", "#x#", "#-1#", "##"] {
            assert_eq!(number_in(text), None, "{text}");
        }
    }

    #[test]
    fn any_argument_can_be_read() {
        let json = r##"["#5#x","#5x",1,-1,1.5,true,null,["#5#"],{"a":{}}]"##;
        let all: Vec<Numbered> = serde_json::from_str(json).unwrap();
        assert_eq!(all[0], Numbered(Some(5)));
        assert_eq!(all.len(), 9);
        assert!(all[1..].iter().all(|one| *one == NONE));
    }
}
