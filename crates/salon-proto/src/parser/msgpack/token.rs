//! MessagePack, one token at a time.
//!
//! Nothing is allocated here, whatever lengths are announced, and nothing recurses.

use rmp::Marker;

use crate::parser::ParserError;

/// What stands next: a whole value, or the head of an array or a map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Nil,
    Undefined,
    Bool(bool),
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
    Float(f64),
    /// Should be UTF-8.
    Text(&'a [u8]),
    Binary(&'a [u8]),
    /// Milliseconds since 1970.
    Date(i64),
    /// Another extension: its type and its data.
    Extension(i8, &'a [u8]),
    /// The head of an array: so many values follow.
    Array(u32),
    /// The head of a map: so many keys follow, each with its value.
    Map(u32),
}

/// The bytes that are left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens<'a>(&'a [u8]);

impl<'a> Tokens<'a> {
    pub(super) const fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The next token.
    pub(super) fn next(&mut self) -> Result<Token<'a>, ParserError> {
        let [marker] = self.array()?;
        Ok(match Marker::from_u8(marker) {
            Marker::Null => Token::Nil,
            Marker::False => Token::Bool(false),
            Marker::True => Token::Bool(true),
            Marker::FixPos(number) => Token::Unsigned(number.into()),
            Marker::FixNeg(number) => signed(number.into()),
            Marker::U8 => Token::Unsigned(self.length8()? as u64),
            Marker::U16 => Token::Unsigned(self.length16()? as u64),
            Marker::U32 => Token::Unsigned(u32::from_be_bytes(self.array()?).into()),
            Marker::U64 => Token::Unsigned(u64::from_be_bytes(self.array()?)),
            Marker::I8 => signed(i8::from_be_bytes(self.array()?).into()),
            Marker::I16 => signed(i16::from_be_bytes(self.array()?).into()),
            Marker::I32 => signed(i32::from_be_bytes(self.array()?).into()),
            Marker::I64 => signed(i64::from_be_bytes(self.array()?)),
            Marker::F32 => Token::Float(f32::from_be_bytes(self.array()?).into()),
            Marker::F64 => Token::Float(f64::from_be_bytes(self.array()?)),
            Marker::FixArray(length) => Token::Array(length.into()),
            Marker::Array16 => Token::Array(u16::from_be_bytes(self.array()?).into()),
            Marker::Array32 => Token::Array(u32::from_be_bytes(self.array()?)),
            Marker::FixMap(length) => Token::Map(length.into()),
            Marker::Map16 => Token::Map(u16::from_be_bytes(self.array()?).into()),
            Marker::Map32 => Token::Map(u32::from_be_bytes(self.array()?)),
            Marker::Reserved => return Err(ParserError::new("a reserved byte")),
            marker => return self.data(marker),
        })
    }

    /// A token that has data behind it.
    fn data(&mut self, marker: Marker) -> Result<Token<'a>, ParserError> {
        let text = |data| Ok(Token::Text(data));
        let binary = |data| Ok(Token::Binary(data));
        match marker {
            Marker::FixStr(length) => self.bytes(length.into()).and_then(text),
            Marker::Str8 => self.length8().and_then(|n| self.bytes(n)).and_then(text),
            Marker::Str16 => self.length16().and_then(|n| self.bytes(n)).and_then(text),
            Marker::Str32 => self.length32().and_then(|n| self.bytes(n)).and_then(text),
            Marker::Bin8 => self.length8().and_then(|n| self.bytes(n)).and_then(binary),
            Marker::Bin16 => self.length16().and_then(|n| self.bytes(n)).and_then(binary),
            Marker::Bin32 => self.length32().and_then(|n| self.bytes(n)).and_then(binary),
            Marker::Ext8 => self.length8().and_then(|n| self.extension(n)),
            Marker::Ext16 => self.length16().and_then(|n| self.extension(n)),
            Marker::Ext32 => self.length32().and_then(|n| self.extension(n)),
            marker => self.fixed_extension(marker),
        }
    }

    /// JavaScript's library has a use for type 0 only: an `ArrayBuffer`.
    fn extension(&mut self, length: usize) -> Result<Token<'a>, ParserError> {
        let kind = i8::from_be_bytes(self.array()?);
        let data = self.bytes(length)?;
        Ok(match kind {
            0 => Token::Binary(data),
            kind => Token::Extension(kind, data),
        })
    }

    /// The same where the length is in the marker: type 0 is `undefined` or a `Date`.
    fn fixed_extension(&mut self, marker: Marker) -> Result<Token<'a>, ParserError> {
        let length = match marker {
            Marker::FixExt1 => 1,
            Marker::FixExt2 => 2,
            Marker::FixExt4 => 4,
            Marker::FixExt8 => 8,
            _ => 16,
        };
        let kind = i8::from_be_bytes(self.array()?);
        let data = self.bytes(length)?;
        Ok(match (kind, marker, data.first_chunk::<8>()) {
            (0, Marker::FixExt1, _) => Token::Undefined,
            (0, Marker::FixExt8, Some(date)) => Token::Date(i64::from_be_bytes(*date)),
            _ => Token::Extension(kind, data),
        })
    }

    /// Passes a whole value and returns how many binary ones are in it.
    pub(super) fn skip(&mut self) -> Result<usize, ParserError> {
        let (mut values_left, mut binary) = (1_u64, 0);
        while let Some(left) = values_left.checked_sub(1) {
            values_left = left;
            match self.next()? {
                Token::Array(length) => values_left += u64::from(length),
                Token::Map(length) => values_left += 2 * u64::from(length),
                Token::Binary(_) | Token::Extension(..) => binary += 1,
                _ => {}
            }
        }
        Ok(binary)
    }

    fn length8(&mut self) -> Result<usize, ParserError> {
        let [length] = self.array()?;
        Ok(length.into())
    }

    fn length16(&mut self) -> Result<usize, ParserError> {
        Ok(u16::from_be_bytes(self.array()?).into())
    }

    fn length32(&mut self) -> Result<usize, ParserError> {
        usize::try_from(u32::from_be_bytes(self.array()?)).map_err(ParserError::new)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ParserError> {
        let (array, rest) = self.0.split_first_chunk().ok_or_else(too_short)?;
        self.0 = rest;
        Ok(*array)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], ParserError> {
        let (bytes, rest) = self.0.split_at_checked(length).ok_or_else(too_short)?;
        self.0 = rest;
        Ok(bytes)
    }
}

fn signed(number: i64) -> Token<'static> {
    u64::try_from(number).map_or(Token::Negative(number), Token::Unsigned)
}

fn too_short() -> ParserError {
    ParserError::new("the packet ends too early")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(data: &[u8]) -> Token<'_> {
        let mut tokens = Tokens::new(data);
        let token = tokens.next().unwrap();
        assert!(tokens.is_empty(), "{data:x?}");
        token
    }

    #[test]
    fn each_number_has_several_forms() {
        for data in [&b"\x07"[..], b"\xcc\x07", b"\xcd\0\x07", b"\xce\0\0\0\x07"] {
            assert_eq!(one(data), Token::Unsigned(7));
        }
        for data in [&b"\xd0\x07"[..], b"\xd1\0\x07", b"\xd2\0\0\0\x07"] {
            assert_eq!(one(data), Token::Unsigned(7));
        }
        for data in [
            &b"\xff"[..],
            b"\xd0\xff",
            b"\xd1\xff\xff",
            b"\xd2\xff\xff\xff\xff",
        ] {
            assert_eq!(one(data), Token::Negative(-1));
        }
        assert_eq!(
            one(b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
            Token::Unsigned(u64::MAX)
        );
        assert_eq!(one(b"\xd3\x80\0\0\0\0\0\0\0"), Token::Negative(i64::MIN));
        assert_eq!(one(b"\xca\x3f\xc0\0\0"), Token::Float(1.5));
        assert_eq!(one(b"\xcb\x3f\xf8\0\0\0\0\0\0"), Token::Float(1.5));
    }

    #[test]
    fn extensions_of_type_0_are_what_javascript_writes() {
        assert_eq!(one(b"\xd4\0\0"), Token::Undefined);
        assert_eq!(one(b"\xd7\0\0\0\0\0\0\0\0\x05"), Token::Date(5));
        assert_eq!(one(b"\xc7\x02\0ab"), Token::Binary(b"ab"));
        assert_eq!(one(b"\xc8\0\x01\0a"), Token::Binary(b"a"));
        assert_eq!(one(b"\xc9\0\0\0\x01\0a"), Token::Binary(b"a"));
        assert_eq!(one(b"\xd5\0ab"), Token::Extension(0, b"ab"));
        assert_eq!(one(b"\xd4\x05a"), Token::Extension(5, b"a"));
        assert_eq!(one(b"\xc7\x01\xffa"), Token::Extension(-1, b"a"));
    }

    #[test]
    fn a_value_is_skipped_however_deep_it_is() {
        let mut deep = vec![0x91; 100_000];
        deep.push(0xc0);
        let mut tokens = Tokens::new(&deep);
        assert_eq!(tokens.skip(), Ok(0));
        assert!(tokens.is_empty());
        let mut tokens = Tokens::new(b"\x82\xa1a\xc4\x01x\xa1b\x91\xd4\x05a\xc3");
        assert_eq!(tokens.skip(), Ok(2));
        assert_eq!(tokens.next(), Ok(Token::Bool(true)));
    }

    #[test]
    fn lengths_that_are_not_there_are_an_error() {
        for data in [
            &b""[..],
            b"\xc1",
            b"\xa5four",
            b"\xdb\xff\xff\xff\xffx",
            b"\xc6\xff\xff\xff\xffx",
            b"\xc9\xff\xff\xff\xff\0x",
            b"\xd8\0",
            b"\xcb\0",
        ] {
            assert!(Tokens::new(data).next().is_err(), "{data:x?}");
        }
        for data in [
            &b"\xdd\xff\xff\xff\xff\xc0"[..],
            b"\xdf\xff\xff\xff\xff\xa1a\xc0",
        ] {
            assert!(Tokens::new(data).skip().is_err(), "{data:x?}");
        }
    }
}
