//! From MessagePack to a packet whose data is JSON text.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

use super::date;
use super::token::{Token, Tokens};
use crate::packet::json::{MARK, MAX_DEPTH, NUMBER};
use crate::parser::{PacketType, ParserError, RawPacket};

/// Reads a packet that may hold `max_embedded` binary values.
pub(super) fn packet(data: &[u8], max_embedded: usize) -> Result<RawPacket<'static>, ParserError> {
    let fields = Fields::read(data)?;
    let kind = fields.kind.and_then(whole);
    let kind = kind.and_then(PacketType::from_number);
    let kind = kind.ok_or_else(|| ParserError::new("invalid packet type"))?;
    let Some(Token::Text(namespace)) = fields.namespace else {
        return Err(ParserError::new("invalid namespace"));
    };
    let needs_data = matches!(kind, PacketType::Event | PacketType::Ack);
    if needs_data && fields.data.is_none() {
        return Err(ParserError::new("invalid payload"));
    }
    let (json, attachments) = match fields.data {
        Some(data) => data.into_json(kind, max_embedded)?,
        None => (None, Vec::new()),
    };
    Ok(RawPacket {
        kind,
        namespace: String::from_utf8_lossy(namespace).into_owned().into(),
        ack_id: ack_id(fields.id)?,
        data: json.map(Cow::Owned),
        attachments,
    })
}

/// The fields of a packet. Of one that is there several times the last one counts.
#[derive(Default)]
struct Fields<'a> {
    kind: Option<Token<'a>>,
    namespace: Option<Token<'a>>,
    id: Option<Token<'a>>,
    data: Option<Data<'a>>,
}

impl<'a> Fields<'a> {
    fn read(data: &'a [u8]) -> Result<Self, ParserError> {
        let mut tokens = Tokens::new(data);
        let Token::Map(length) = tokens.next()? else {
            return Err(ParserError::new("a packet must be a map"));
        };
        let mut fields = Self::default();
        for _ in 0..length {
            let key = tokens.next()?;
            fields.take(key, &mut tokens)?;
        }
        match tokens.is_empty() {
            true => Ok(fields),
            false => Err(ParserError::new("something follows the packet")),
        }
    }

    fn take(&mut self, key: Token<'a>, tokens: &mut Tokens<'a>) -> Result<(), ParserError> {
        let mut value = *tokens;
        let embedded = tokens.skip()?;
        match key {
            Token::Text(b"type") => self.kind = Some(value.next()?),
            Token::Text(b"nsp") => self.namespace = Some(value.next()?),
            Token::Text(b"id") => self.id = Some(value.next()?),
            Token::Text(b"data") => self.data = Data::new(value, embedded)?,
            Token::Text(_) => {}
            _ => return Err(ParserError::new("a field's name must be text")),
        }
        Ok(())
    }
}

fn ack_id(id: Option<Token<'_>>) -> Result<Option<u64>, ParserError> {
    match id {
        None | Some(Token::Undefined) => Ok(None),
        Some(id) => whole(id)
            .map(Some)
            .ok_or_else(|| ParserError::new("invalid packet id")),
    }
}

/// A number that JavaScript holds for an integer, if it is not negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked"
)]
fn whole(token: Token<'_>) -> Option<u64> {
    match token {
        Token::Unsigned(number) => Some(number),
        Token::Float(number) if is_safe_integer(number) && number >= 0.0 => Some(number as u64),
        _ => None,
    }
}

/// Whether it is an integer and the only one that this float may mean.
fn is_safe_integer(number: f64) -> bool {
    const MAX_SAFE: f64 = 9_007_199_254_740_991.0;
    number.fract() == 0.0 && number.abs() <= MAX_SAFE
}

/// The data of a packet, still in MessagePack.
struct Data<'a> {
    tokens: Tokens<'a>,
    /// How many binary values there are in it.
    embedded: usize,
}

impl<'a> Data<'a> {
    /// `None` if it is `undefined`.
    fn new(tokens: Tokens<'a>, embedded: usize) -> Result<Option<Self>, ParserError> {
        let is_undefined = { tokens }.next()? == Token::Undefined;
        Ok((!is_undefined).then_some(Self { tokens, embedded }))
    }

    fn into_json(
        mut self,
        kind: PacketType,
        max_embedded: usize,
    ) -> Result<(Option<String>, Vec<Bytes>), ParserError> {
        if self.embedded > max_embedded {
            return Err(ParserError::new("too many binary values"));
        }
        let has_attachments = matches!(kind, PacketType::Event | PacketType::Ack);
        let first = self.tokens.next()?;
        if !has_attachments && !matches!(first, Token::Map(_) | Token::Text(_)) {
            return Err(ParserError::new("invalid payload"));
        }
        let mut json = ToJson {
            tokens: self.tokens,
            json: Vec::new(),
            attachments: has_attachments.then(|| Vec::with_capacity(self.embedded)),
            has_binary: self.embedded > 0,
        };
        json.value(first, 0)?;
        let text = String::from_utf8(json.json).map_err(ParserError::new)?;
        Ok((Some(text), json.attachments.unwrap_or_default()))
    }
}

/// Writes values as JSON, as `JSON.stringify` would.
struct ToJson<'a> {
    tokens: Tokens<'a>,
    json: Vec<u8>,
    /// `None` where the packet can have none: there binary data becomes an array of numbers.
    attachments: Option<Vec<Bytes>>,
    has_binary: bool,
}

impl<'a> ToJson<'a> {
    /// Writes the value that begins with `token`, inside `depth` arrays and maps.
    fn value(&mut self, token: Token<'a>, depth: usize) -> Result<(), ParserError> {
        match token {
            Token::Nil | Token::Undefined => self.scalar(&()),
            Token::Bool(value) => self.scalar(&value),
            Token::Unsigned(number) => self.scalar(&number),
            Token::Negative(number) => self.scalar(&number),
            Token::Float(number) => self.float(number),
            Token::Text(text) => self.scalar(&String::from_utf8_lossy(text)),
            Token::Date(millis) => self.scalar(&date::to_iso(millis)),
            Token::Binary(data) => self.binary(data),
            Token::Array(_) | Token::Map(_) if depth >= MAX_DEPTH => {
                Err(ParserError::new("nested too deep"))
            }
            Token::Extension(kind, data) => self.extension(kind, data),
            Token::Array(length) => self.array(length, depth),
            Token::Map(length) => self.map(length, depth),
        }
    }

    fn scalar<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), ParserError> {
        serde_json::to_writer(&mut self.json, value).map_err(ParserError::new)
    }

    /// JavaScript writes whole floats as integers, and serde reads them as such.
    #[expect(clippy::cast_possible_truncation, reason = "checked")]
    fn float(&mut self, number: f64) -> Result<(), ParserError> {
        match is_safe_integer(number) {
            true => self.scalar(&(number as i64)),
            false => self.scalar(&number),
        }
    }

    fn array(&mut self, length: u32, depth: usize) -> Result<(), ParserError> {
        self.json.push(b'[');
        for index in 0..length {
            if index > 0 {
                self.json.push(b',');
            }
            let token = self.tokens.next()?;
            self.value(token, depth + 1)?;
        }
        self.json.push(b']');
        Ok(())
    }

    fn map(&mut self, length: u32, depth: usize) -> Result<(), ParserError> {
        self.json.push(b'{');
        let start = self.json.len();
        let mut lookalike = Lookalike::default();
        for _ in 0..length {
            let key = key(self.tokens.next()?)?;
            let token = self.tokens.next()?;
            if token == Token::Undefined {
                continue;
            }
            if self.json.len() > start {
                self.json.push(b',');
            }
            self.scalar(&key)?;
            self.json.push(b':');
            let value = self.json.len();
            self.value(token, depth + 1)?;
            if self.has_binary {
                lookalike.see(&key, value, &mut self.json);
            }
        }
        lookalike.disarm(&mut self.json);
        self.json.push(b'}');
        Ok(())
    }

    fn binary(&mut self, data: &[u8]) -> Result<(), ParserError> {
        let Some(attachments) = &mut self.attachments else {
            return self.scalar(data);
        };
        let placeholder = format!(r#"{{"{MARK}":true,"{NUMBER}":{}}}"#, attachments.len());
        attachments.push(Bytes::copy_from_slice(data));
        self.json.extend_from_slice(placeholder.as_bytes());
        Ok(())
    }

    fn extension(&mut self, kind: i8, data: &[u8]) -> Result<(), ParserError> {
        self.json.push(b'[');
        self.scalar(&kind)?;
        self.json.push(b',');
        self.binary(data)?;
        self.json.push(b']');
        Ok(())
    }
}

fn key(token: Token<'_>) -> Result<Cow<'_, str>, ParserError> {
    Ok(match token {
        Token::Text(text) => String::from_utf8_lossy(text),
        Token::Unsigned(number) => number.to_string().into(),
        Token::Negative(number) => number.to_string().into(),
        Token::Float(number) => number.to_string().into(),
        Token::Bool(value) => value.to_string().into(),
        Token::Nil => "null".into(),
        Token::Undefined => "undefined".into(),
        _ => return Err(ParserError::new("a map's key must be text")),
    })
}

/// A map that the client sent and that looks like a placeholder, as if it stood for one of the
/// packet's attachments. It is told apart by its number: here it is written as a float, `0.0`.
/// JavaScript knows no difference, but a float never names an attachment.
#[derive(Default)]
struct Lookalike {
    is_marked: bool,
    /// Where there is room after its number.
    room: Option<usize>,
}

impl Lookalike {
    const ROOM: &'static [u8; 2] = b"  ";
    const FRACTION: &'static [u8; 2] = b".0";

    /// Takes note of an entry whose value has been written from `start` on.
    fn see(&mut self, key: &str, start: usize, json: &mut Vec<u8>) {
        let value = json.get(start..).unwrap_or_default();
        match key {
            MARK => self.is_marked |= value == b"true",
            NUMBER if value.iter().all(u8::is_ascii_digit) => {
                self.room = Some(json.len());
                json.extend_from_slice(Self::ROOM);
            }
            _ => {}
        }
    }

    fn disarm(&self, json: &mut [u8]) {
        let room = self.room.filter(|_| self.is_marked);
        let room = room.and_then(|start| json.get_mut(start..)?.first_chunk_mut());
        if let Some(room) = room {
            *room = *Self::FRACTION;
        }
    }
}
