//! Writing arguments.

use std::cell::Cell;
use std::io;

use bytes::Bytes;
use serde::ser::{Serialize, Serializer};
use serde_json::ser::Formatter;

use super::error::{Error, Reason};
use super::output::Output;
use super::placeholder::PLACEHOLDER;
use super::shared;
use super::strings::{IsString, WithStrings, pass_on, pass_on_scalars, write_string};

/// Room for a small payload (a chat message takes about 140 bytes), so that `out` grows once.
const SMALL_PAYLOAD: usize = 192;

/// Appends an event's array, `["name",arg,…]`, to `out` and its binary data to `attachments`.
///
/// How `args` becomes arguments is told [here](super). Placeholders are numbered from 0, whatever
/// `attachments` holds already. Any name can be written; reserved ones are for the caller to refuse.
///
/// # Errors
///
/// If the data has no form in JSON (a map key that is a structure or binary), or if its own
/// `Serialize` fails. `out` and `attachments` are then as they were before.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use salon_proto::packet::json::write_event;
///
/// let (mut text, mut attachments) = (Vec::new(), Vec::new());
/// write_event(&mut text, "upload", &("a.png", Bytes::from_static(b"\x89PNG")), &mut attachments)?;
///
/// assert_eq!(text, br#"["upload","a.png",{"_placeholder":true,"num":0}]"#);
/// assert_eq!(attachments, [&b"\x89PNG"[..]]);
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
pub fn write_event<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    name: &str,
    args: &T,
    attachments: &mut Vec<Bytes>,
) -> Result<(), Error> {
    write_array(out, Some(name), args, attachments)
}

/// Appends an acknowledgement's array, `[arg,…]`, to `out` and its binary data to `attachments`.
///
/// All else is as for [`write_event`].
///
/// # Errors
///
/// As [`write_event`].
///
/// # Examples
///
/// ```
/// let (mut text, mut attachments) = (Vec::new(), Vec::new());
/// salon_proto::packet::json::write_args(&mut text, &("ok", 2), &mut attachments)?;
/// assert_eq!(text, br#"["ok",2]"#);
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
pub fn write_args<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    args: &T,
    attachments: &mut Vec<Bytes>,
) -> Result<(), Error> {
    write_array(out, None, args, attachments)
}

/// Appends one plain value to `out`: the data of CONNECT (`auth`) and CONNECT_ERROR packets.
///
/// A tuple is an array here, as everywhere in serde.
///
/// # Errors
///
/// If the data holds binary, which these packets cannot carry; otherwise as [`write_event`].
///
/// # Examples
///
/// ```
/// let mut text = Vec::new();
/// salon_proto::packet::json::write_value(&mut text, &("token", 7))?;
/// assert_eq!(text, br#"["token",7]"#);
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
pub fn write_value<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), Error> {
    let start = out.len();
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, PlainFormatter);
    value.serialize(&mut serializer).map_err(|source| {
        out.truncate(start);
        Error::new(not_written(source))
    })
}

/// Only [`PlainFormatter`] reports an I/O error: writing to a vector does not fail.
fn not_written(source: serde_json::Error) -> Reason {
    if source.is_io() {
        Reason::BinaryNotAllowed
    } else {
        Reason::NotSerializable(source)
    }
}

fn write_array<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    name: Option<&str>,
    args: &T,
    attachments: &mut Vec<Bytes>,
) -> Result<(), Error> {
    let (start, first_attachment) = (out.len(), attachments.len());
    out.reserve(name.map_or(0, str::len).saturating_add(SMALL_PAYLOAD));
    let written = write_name(out, name).and_then(|()| write_rest(out, args, attachments));
    written.map_err(|source| {
        out.truncate(start);
        attachments.truncate(first_attachment);
        Error::new(Reason::NotSerializable(source))
    })
}

fn write_name(out: &mut Vec<u8>, name: Option<&str>) -> serde_json::Result<()> {
    out.push(b'[');
    let written = name.map_or(Ok(()), |name| write_string(out, name.as_bytes()));
    written.map_err(serde::ser::Error::custom)
}

/// Writes the arguments and the closing bracket.
fn write_rest<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    args: &T,
    attachments: &mut Vec<Bytes>,
) -> serde_json::Result<()> {
    let before_args = out.len();
    if out.last() != Some(&b'[') {
        out.push(b',');
    }
    let shape = Cell::new(Shape::One);
    let first = attachments.len();
    let is_string = IsString::default();
    let formatter = ArgumentsFormatter {
        attachments,
        first,
        shape: &shape,
        is_string: &is_string,
    };
    let mut serializer = serde_json::Serializer::with_formatter(Output::new(out), formatter);
    args.serialize(Arguments {
        shape: &shape,
        inner: WithStrings::new(&mut serializer, &is_string),
    })?;
    match shape.get() {
        Shape::One => out.push(b']'),
        Shape::Opening | Shape::Several => {}
        Shape::None => {
            out.truncate(before_args);
            out.push(b']');
        }
    }
    Ok(())
}

/// What the outermost type turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Not a tuple: one argument.
    One,
    /// A tuple that is not yet written. Its opening bracket will be left out.
    Opening,
    /// A tuple. Its closing bracket ends the array.
    Several,
    /// Unit. Whatever has been written of it is taken back.
    None,
}

/// Sees the outermost type, then leaves everything to serde_json.
struct Arguments<'a, S> {
    shape: &'a Cell<Shape>,
    inner: S,
}

/// Methods that begin one argument with values inside.
macro_rules! one_argument {
    ($($method:ident($($name:ident: $type:ty),*) -> $output:ident;)*) => {$(
        fn $method(self, $($name: $type),*) -> Result<S::$output, S::Error> {
            self.inner.$method($($name),*)
        }
    )*};
}

impl<S: Serializer> Serializer for Arguments<'_, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = S::SerializeSeq;
    type SerializeTuple = S::SerializeTuple;
    type SerializeTupleStruct = S::SerializeTupleStruct;
    type SerializeTupleVariant = S::SerializeTupleVariant;
    type SerializeMap = S::SerializeMap;
    type SerializeStruct = S::SerializeStruct;
    type SerializeStructVariant = S::SerializeStructVariant;

    fn serialize_tuple(self, len: usize) -> Result<S::SerializeTuple, S::Error> {
        self.shape.set(if len == 0 {
            Shape::None
        } else {
            Shape::Opening
        });
        self.inner.serialize_tuple(len)
    }

    fn serialize_unit(self) -> Result<S::Ok, S::Error> {
        self.shape.set(Shape::None);
        self.inner.serialize_unit()
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.shape.set(Shape::None);
        self.inner.serialize_unit_struct(name)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.serialize_some(value)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_newtype_struct(name, value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner
            .serialize_newtype_variant(name, index, variant, value)
    }

    pass_on! {
        serialize_str(v: &str);
    }

    pass_on_scalars!();

    one_argument! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize)
            -> SerializeStructVariant;
    }
}

/// Compact JSON with placeholders, and without the opening bracket of the outermost tuple.
struct ArgumentsFormatter<'a> {
    attachments: &'a mut Vec<Bytes>,
    /// How many of `attachments` were there before.
    first: usize,
    shape: &'a Cell<Shape>,
    is_string: &'a IsString,
}

impl Formatter for ArgumentsFormatter<'_> {
    fn begin_array<W: io::Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.shape.get() == Shape::Opening {
            self.shape.set(Shape::Several);
            return Ok(());
        }
        writer.write_all(b"[")
    }

    fn write_byte_array<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        value: &[u8],
    ) -> io::Result<()> {
        if self.is_string.take() {
            return write_string(writer, value);
        }
        let number = self.attachments.len() - self.first;
        self.attachments.push(shared::attachment(value));
        writer.write_all(PLACEHOLDER.as_bytes())?;
        // Writing a number fails only where the writer does.
        serde_json::to_writer(&mut *writer, &number)?;
        writer.write_all(b"}")
    }
}

/// Compact JSON that has no room for binary data.
struct PlainFormatter;

impl Formatter for PlainFormatter {
    fn write_byte_array<W: io::Write + ?Sized>(&mut self, _: &mut W, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
