//! From a packet whose data is JSON text to MessagePack.

use std::fmt;

use bytes::Bytes;
use rmp::encode;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::packet::json::{MARK, NUMBER};
use crate::parser::{PacketType, ParserError, RawPacket};

/// Writes a packet, its fields in the order in which Node's server has them.
pub(super) fn packet(packet: &RawPacket<'_>) -> Result<Vec<u8>, ParserError> {
    let mut writer = Writer::new(&packet.attachments);
    let fields = 2 + u32::from(packet.data.is_some()) + u32::from(packet.ack_id.is_some());
    writer.put(|out| encode::write_map_len(out, fields));
    let id_comes_first = packet.kind == PacketType::Ack;
    if id_comes_first {
        writer.id(packet.ack_id);
    }
    writer.text("type");
    writer.put(|out| encode::write_uint(out, packet.kind.number().into()));
    if let Some(data) = &packet.data {
        writer.text("data");
        writer.json(data)?;
    }
    if !id_comes_first {
        writer.id(packet.ack_id);
    }
    writer.text("nsp");
    writer.text(&packet.namespace);
    Ok(writer.out)
}

/// Writes JSON as MessagePack, value by value.
struct Writer<'a> {
    out: Vec<u8>,
    attachments: &'a [Bytes],
    /// The attachment that the next placeholder stands for: they are numbered as they come.
    next_attachment: usize,
}

/// What a value is, as far as placeholders are concerned.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    True,
    Number(u64),
    Other,
}

/// The keys that make an object a placeholder.
#[derive(Clone, Copy)]
enum Key {
    Mark,
    Number,
    Other,
}

impl<'a> Writer<'a> {
    fn new(attachments: &'a [Bytes]) -> Self {
        Self {
            out: Vec::new(),
            attachments,
            next_attachment: 0,
        }
    }

    /// Appends what `write` writes. Writing to a vector does not fail.
    fn put<T, E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<T, E>) {
        let _ = write(&mut self.out);
    }

    fn text(&mut self, text: &str) {
        self.put(|out| encode::write_str(out, text));
    }

    fn id(&mut self, id: Option<u64>) {
        if let Some(id) = id {
            self.text("id");
            self.put(|out| encode::write_uint(out, id));
        }
    }

    fn json(&mut self, json: &str) -> Result<(), ParserError> {
        let mut json = serde_json::Deserializer::from_str(json);
        let written = self.deserialize(&mut json);
        written.and_then(|_| json.end()).map_err(ParserError::new)
    }

    /// JavaScript's numbers are floats, and its library writes all whole ones as integers.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked"
    )]
    fn float(&mut self, number: f64) {
        const MAX_UNSIGNED: f64 = 18_446_744_073_709_551_616.0;
        const MIN_SIGNED: f64 = -9_223_372_036_854_775_808.0;
        let is_whole = number.fract() == 0.0;
        if is_whole && (0.0..MAX_UNSIGNED).contains(&number) {
            self.put(|out| encode::write_uint(out, number as u64));
        } else if is_whole && (MIN_SIGNED..0.0).contains(&number) {
            self.put(|out| encode::write_sint(out, number as i64));
        } else {
            self.put(|out| encode::write_f64(out, number));
        }
    }

    /// Puts the head of an array or a map before what has been written from `start` on.
    fn insert_head<E: Error>(
        &mut self,
        start: usize,
        length: usize,
        write: impl FnOnce(&mut Vec<u8>, u32),
    ) -> Result<(), E> {
        let mut head = Vec::with_capacity(5);
        write(&mut head, u32::try_from(length).map_err(E::custom)?);
        self.out.splice(start..start, head);
        Ok(())
    }

    /// The attachment of this number, if it is due.
    fn attachment(&self, number: u64) -> Option<&'a Bytes> {
        let number = usize::try_from(number).ok()?;
        let is_due = number == self.next_attachment;
        self.attachments.get(number).filter(|_| is_due)
    }
}

/// Writes the value that is deserialised.
impl<'de> DeserializeSeed<'de> for &mut Writer<'_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Writer<'_> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        self.put(encode::write_nil);
        Ok(Seen::Other)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Seen, E> {
        self.put(|out| encode::write_bool(out, value));
        Ok(if value { Seen::True } else { Seen::Other })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Seen, E> {
        self.put(|out| encode::write_uint(out, number));
        Ok(Seen::Number(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Seen, E> {
        self.put(|out| encode::write_sint(out, number));
        Ok(Seen::Other)
    }

    fn visit_f64<E>(self, number: f64) -> Result<Seen, E> {
        self.float(number);
        Ok(Seen::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Seen, E> {
        self.text(text);
        Ok(Seen::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        let start = self.out.len();
        let mut length = 0;
        while seq.next_element_seed(&mut *self)?.is_some() {
            length += 1;
        }
        self.insert_head(start, length, |head, length| {
            let _ = encode::write_array_len(head, length);
        })?;
        Ok(Seen::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let start = self.out.len();
        let mut length = 0;
        let (mut mark, mut number) = (Seen::Other, Seen::Other);
        while let Some(key) = map.next_key_seed(WriteKey(self))? {
            let value = map.next_value_seed(&mut *self)?;
            length += 1;
            match key {
                Key::Mark => mark = value,
                Key::Number => number = value,
                Key::Other => {}
            }
        }
        if let (2, Seen::True, Seen::Number(number)) = (length, mark, number) {
            if let Some(data) = self.attachment(number) {
                self.out.truncate(start);
                self.next_attachment += 1;
                self.put(|out| encode::write_bin(out, data));
                return Ok(Seen::Other);
            }
        }
        self.insert_head(start, length, |head, length| {
            let _ = encode::write_map_len(head, length);
        })?;
        Ok(Seen::Other)
    }
}

/// Writes a key and says which it is.
struct WriteKey<'a, 'b>(&'a mut Writer<'b>);

impl<'de> DeserializeSeed<'de> for WriteKey<'_, '_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for WriteKey<'_, '_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Key, E> {
        self.0.text(key);
        Ok(match key {
            MARK => Key::Mark,
            NUMBER => Key::Number,
            _ => Key::Other,
        })
    }
}
