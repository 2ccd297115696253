//! Any data that JavaScript can send, binary included, and a generator of it.
#![allow(dead_code, unreachable_pub)]

use std::fmt;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeTuple, Serializer};

#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    Binary(Bytes),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => value.serialize(serializer),
            Self::Integer(value) => value.serialize(serializer),
            Self::Float(value) => value.serialize(serializer),
            Self::Text(value) => value.serialize(serializer),
            Self::Binary(value) => value.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
            Self::Object(entries) => serializer.collect_map(entries.iter().map(|(k, v)| (k, v))),
        }
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Data;

    // By these words salon knows that placeholders may come as bytes.
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Data, E> {
        Ok(Data::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Data, E> {
        Ok(Data::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Data, E> {
        Ok(Data::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Data, E> {
        Ok(i64::try_from(value).map_or(Data::Float(value as f64), Data::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Data, E> {
        Ok(Data::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Data, E> {
        Ok(Data::Text(value.to_owned()))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Data, E> {
        Ok(Data::Binary(Bytes::copy_from_slice(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Data, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Data::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Data, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Data::Object(entries))
    }
}

/// As many arguments as there are items.
pub struct Many<'a>(pub &'a [Data]);

impl Serialize for Many<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        self.0
            .iter()
            .try_for_each(|item| tuple.serialize_element(item))?;
        tuple.end()
    }
}

/// Xorshift: the same data in every run.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: u64) -> usize {
        (self.next() % limit) as usize
    }

    pub fn text(&mut self) -> String {
        const LETTERS: [char; 16] = [
            'a', 'Z', '0', ' ', '"', '\\', '/', '\n', '\0', '\u{1f}', '\u{7f}', 'é', '☃', '😀',
            '\u{2028}', '}',
        ];
        (0..self.below(20))
            .map(|_| LETTERS[self.below(16)])
            .collect()
    }

    pub fn bytes(&mut self) -> Bytes {
        (0..self.below(12)).map(|_| self.next() as u8).collect()
    }

    /// Data nested at most `depth` deep.
    pub fn data(&mut self, depth: usize) -> Data {
        let kinds = if depth == 0 { 7 } else { 9 };
        match self.below(kinds) {
            0 => Data::Null,
            1 => Data::Bool(self.next() % 2 == 0),
            2 => Data::Integer((self.next() as i64) >> self.below(64)),
            3 => Data::Float(self.next() as f64 / 3.0),
            4 => Data::Text(self.text()),
            5 | 6 => Data::Binary(self.bytes()),
            7 => Data::List((0..self.below(5)).map(|_| self.data(depth - 1)).collect()),
            _ => Data::Object(
                (0..self.below(5))
                    .map(|_| (self.text(), self.data(depth - 1)))
                    .collect(),
            ),
        }
    }
}
