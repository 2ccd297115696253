//! Writing the strings of a value, at any depth, in whole stretches.
//!
//! serde_json looks at a string byte by byte, and leaves a formatter nothing but the writing. Binary
//! data however it hands to the formatter as it is. So [`WithStrings`] stands around serde_json's
//! serializer, says that a string comes, and passes it as bytes.

use std::cell::Cell;
use std::io;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::plain::plain_len;

/// Set while bytes are passed that are a string.
pub(super) type IsString = Cell<bool>;

/// A serializer, or a part of one, that passes strings as bytes.
pub(super) struct WithStrings<'a, S> {
    inner: S,
    /// `None`: the type has an understanding with serde_json, and its strings stay what they are.
    is_string: Option<&'a IsString>,
}

/// Something that is to be written so.
struct Inside<'a, T: ?Sized> {
    value: &'a T,
    is_string: Option<&'a IsString>,
}

impl<T: Serialize + ?Sized> Serialize for Inside<'_, T> {
    fn serialize<S: Serializer>(&self, inner: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(WithStrings {
            inner,
            is_string: self.is_string,
        })
    }
}

impl<'a, S> WithStrings<'a, S> {
    pub(super) const fn new(inner: S, is_string: &'a IsString) -> Self {
        let is_string = Some(is_string);
        Self { inner, is_string }
    }

    const fn around<U>(inner: U, is_string: Option<&'a IsString>) -> WithStrings<'a, U> {
        WithStrings { inner, is_string }
    }

    const fn inside<'t, T: ?Sized>(&self, value: &'t T) -> Inside<'t, T>
    where
        'a: 't,
    {
        let is_string = self.is_string;
        Inside { value, is_string }
    }
}

/// Methods that a wrapper of a serializer passes on as they are.
macro_rules! pass_on {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method(self, $($name: $type),*) -> Result<S::Ok, S::Error> {
            self.inner.$method($($name),*)
        }
    )*};
}

/// Those that write one value without anything inside it.
macro_rules! pass_on_scalars {
    () => {
        pass_on! {
            serialize_bool(v: bool);
            serialize_i8(v: i8);
            serialize_i16(v: i16);
            serialize_i32(v: i32);
            serialize_i64(v: i64);
            serialize_i128(v: i128);
            serialize_u8(v: u8);
            serialize_u16(v: u16);
            serialize_u32(v: u32);
            serialize_u64(v: u64);
            serialize_u128(v: u128);
            serialize_f32(v: f32);
            serialize_f64(v: f64);
            serialize_char(v: char);
            serialize_bytes(v: &[u8]);
            serialize_none();
            serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
        }

        fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
            self.inner.collect_str(value)
        }

        fn is_human_readable(&self) -> bool {
            self.inner.is_human_readable()
        }
    };
}

pub(super) use {pass_on, pass_on_scalars};

/// Methods that begin something with values inside.
macro_rules! begin {
    ($($method:ident($($name:ident: $type:ty),*) -> $output:ident;)*) => {$(
        fn $method(self, $($name: $type),*) -> Result<Self::$output, S::Error> {
            let inner = self.inner.$method($($name),*)?;
            Ok(Self::around(inner, self.is_string))
        }
    )*};
}

impl<'a, S: Serializer> Serializer for WithStrings<'a, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = WithStrings<'a, S::SerializeSeq>;
    type SerializeTuple = WithStrings<'a, S::SerializeTuple>;
    type SerializeTupleStruct = WithStrings<'a, S::SerializeTupleStruct>;
    type SerializeTupleVariant = WithStrings<'a, S::SerializeTupleVariant>;
    type SerializeMap = WithStrings<'a, S::SerializeMap>;
    type SerializeStruct = WithStrings<'a, S::SerializeStruct>;
    type SerializeStructVariant = WithStrings<'a, S::SerializeStructVariant>;

    fn serialize_str(self, v: &str) -> Result<S::Ok, S::Error> {
        let Some(is_string) = self.is_string else {
            return self.inner.serialize_str(v);
        };
        is_string.set(true);
        self.inner.serialize_bytes(v.as_bytes())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        let value = self.inside(value);
        self.inner.serialize_some(&value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = self.inside(value);
        self.inner.serialize_newtype_struct(name, &value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = self.inside(value);
        self.inner
            .serialize_newtype_variant(name, index, variant, &value)
    }

    fn serialize_struct(
        mut self,
        name: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStruct, S::Error> {
        // No type of Rust's is called so: it is serde_json's way to write text as it stands.
        if name.starts_with('$') {
            self.is_string = None;
        }
        let inner = self.inner.serialize_struct(name, len)?;
        Ok(Self::around(inner, self.is_string))
    }

    begin! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> SerializeStructVariant;
    }

    pass_on! {
        serialize_unit();
        serialize_unit_struct(name: &'static str);
    }

    pass_on_scalars!();
}

/// The parts that take one value after the other.
macro_rules! parts {
    ($($trait:ident::$method:ident($($key:ident: $type:ty)?);)*) => {$(
        impl<C: $trait> $trait for WithStrings<'_, C> {
            type Ok = C::Ok;
            type Error = C::Error;

            fn $method<T: Serialize + ?Sized>(
                &mut self,
                $($key: $type,)?
                value: &T,
            ) -> Result<(), C::Error> {
                let value = self.inside(value);
                self.inner.$method($($key,)? &value)
            }

            fn end(self) -> Result<C::Ok, C::Error> {
                self.inner.end()
            }
        }
    )*};
}

parts! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeTupleVariant::serialize_field();
    SerializeStruct::serialize_field(key: &'static str);
    SerializeStructVariant::serialize_field(key: &'static str);
}

impl<C: SerializeMap> SerializeMap for WithStrings<'_, C> {
    type Ok = C::Ok;
    type Error = C::Error;

    /// Keys are written by serde_json: they must not be binary, and are short.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), C::Error> {
        self.inner.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), C::Error> {
        let value = self.inside(value);
        self.inner.serialize_value(&value)
    }

    fn end(self) -> Result<C::Ok, C::Error> {
        self.inner.end()
    }
}

/// Writes a JSON string, escaped as `JSON.stringify` and serde_json do it.
pub(super) fn write_string<W: io::Write + ?Sized>(writer: &mut W, text: &[u8]) -> io::Result<()> {
    writer.write_all(b"\"")?;
    let mut rest = text;
    loop {
        let (plain, special) = rest.split_at(plain_len(rest));
        writer.write_all(plain)?;
        let [byte, after @ ..] = special else {
            return writer.write_all(b"\"");
        };
        write_escape(writer, *byte)?;
        rest = after;
    }
}

fn write_escape<W: io::Write + ?Sized>(writer: &mut W, byte: u8) -> io::Result<()> {
    let short = match byte {
        b'"' => b"\\\"",
        b'\\' => b"\\\\",
        0x08 => b"\\b",
        0x0c => b"\\f",
        b'\n' => b"\\n",
        b'\r' => b"\\r",
        b'\t' => b"\\t",
        _ => return write!(writer, "\\u{byte:04x}"),
    };
    writer.write_all(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write_string(&mut out, text.as_bytes()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_character_is_written_as_serde_json_writes_it() {
        for code in 0..=0x2100 {
            let Some(character) = char::from_u32(code) else {
                continue;
            };
            let text = format!("a{character}b");
            assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }

    #[test]
    fn random_strings_are_written_as_serde_json_writes_them() {
        let pieces = [
            "\"", "\\", "\n", "\u{1}", "\u{2028}", "é", "😀", "plain", " ",
        ];
        let mut random = 1_u64;
        for _ in 0..2_000 {
            let mut text = String::new();
            for _ in 0..random >> 33 & 31 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let piece = pieces[(random >> 40) as usize % pieces.len()];
                text.push_str(&piece.repeat(1 + (random >> 60) as usize));
            }
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
        }
    }
}
