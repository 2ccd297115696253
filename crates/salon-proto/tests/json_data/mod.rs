//! Any data that JavaScript can send, binary included, and a generator of it.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "several tests include it, and each uses a part"
)]

use bytes::Bytes;
use salon_proto::Value;
use serde::ser::{Serialize, SerializeTuple, Serializer};

/// As many arguments as there are items.
pub struct Many<'a>(pub &'a [Value]);

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
    pub fn data(&mut self, depth: usize) -> Value {
        let kinds = if depth == 0 { 7 } else { 9 };
        match self.below(kinds) {
            0 => Value::Null,
            1 => Value::Bool(self.next() % 2 == 0),
            2 => ((self.next() as i64) >> self.below(64)).into(),
            3 => Value::Float(self.next() as f64 / 3.0),
            4 => Value::String(self.text()),
            5 | 6 => Value::Binary(self.bytes()),
            7 => Value::Array((0..self.below(5)).map(|_| self.data(depth - 1)).collect()),
            _ => Value::Object(
                (0..self.below(5))
                    .map(|_| (self.text(), self.data(depth - 1)))
                    .collect(),
            ),
        }
    }
}
