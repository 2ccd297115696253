//! Reading arguments.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny,
    SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::all;
use super::binary::{Attached, WithAttachments};
use super::error::{Error, Reason};

/// Reads `T` from the array of an event (`skip` is 1, for the name) or of an acknowledgement (0).
///
/// How arguments become a value, and what happens to binary data, is told [here](super). Arguments
/// beyond those that `T` asks for are checked to be JSON and then ignored.
///
/// # Errors
///
/// If `array` is not one JSON array, if arguments are missing, if one does not fit its type (the
/// error says which), or if binary data is to be read and the placeholder names no attachment.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use salon_proto::packet::json::read_args;
///
/// let array = r#"["upload","a.png",{"_placeholder":true,"num":0}]"#;
/// let attachments = [Bytes::from_static(b"\x89PNG")];
/// let (name, data): (String, Bytes) = read_args(array, 1, &attachments)?;
/// assert_eq!((&*name, &*data), ("a.png", &b"\x89PNG"[..]));
///
/// let error = read_args::<(u8, u8)>("[1]", 0, &[]).unwrap_err();
/// assert!(error.to_string().starts_with("expected 2 arguments, but 1 came"));
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
pub fn read_args<T: DeserializeOwned>(
    array: &str,
    skip: usize,
    attachments: &[Bytes],
) -> Result<T, Error> {
    if attachments.is_empty() {
        return read(array, skip, None);
    }
    let attached = Attached::new(attachments);
    let result = read(array, skip, Some(&attached));
    match attached.without_buffered_bytes() {
        // The type has buffered a placeholder as bytes, and may want the object that it is.
        Some(as_objects) if result.is_err() => read(array, skip, Some(&as_objects)).or(result),
        _ => result,
    }
}

/// Reads one plain value: the data of CONNECT (`auth`) and CONNECT_ERROR packets.
///
/// A tuple is an array here, as everywhere in serde.
///
/// # Errors
///
/// If `value` is not one JSON value, or does not fit `T`.
///
/// # Examples
///
/// ```
/// let token: Option<String> = salon_proto::packet::json::read_value(r#""secret""#)?;
/// assert_eq!(token.as_deref(), Some("secret"));
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
pub fn read_value<T: DeserializeOwned>(value: &str) -> Result<T, Error> {
    serde_json::from_str(value).map_err(|source| Error::reading(None, source))
}

fn read<T: DeserializeOwned>(
    array: &str,
    skip: usize,
    attached: Option<&Attached<'_>>,
) -> Result<T, Error> {
    let progress = Progress::default();
    let visitor = ArrayVisitor {
        skip,
        progress: &progress,
        value: PhantomData,
    };
    let mut json = serde_json::Deserializer::from_str(array);
    let value = match attached {
        None => json.deserialize_seq(visitor),
        Some(attached) => WithAttachments::new(&mut json, attached).deserialize_seq(visitor),
    };
    value
        .and_then(|value| json.end().map(|()| value))
        .map_err(|source| match attached.and_then(Attached::illegal) {
            Some(count) => Error::new(Reason::IllegalAttachments { count }),
            None => progress.explain(source),
        })
}

/// How far the arguments have been read; tells afterwards what an error is about.
#[derive(Default)]
struct Progress {
    /// How many arguments have been asked for, present or not.
    asked: Cell<usize>,
    /// How many arguments the type has in all.
    expected: Cell<usize>,
    /// The argument being read, counted from 1.
    reading: Cell<Option<usize>>,
    /// How many came, once it is known to be less than expected.
    came: Cell<Option<usize>>,
    /// Whether the argument being read is not there.
    missing: Cell<bool>,
}

impl Progress {
    /// Reads the next argument; if there is none, the seed may be content with that.
    fn next<'de, A, S>(&self, seq: &mut A, seed: S) -> Result<S::Value, A::Error>
    where
        A: SeqAccess<'de>,
        S: DeserializeSeed<'de>,
    {
        self.asked.set(self.asked.get() + 1);
        self.reading.set(Some(self.asked.get()));
        let mut seed = Some(seed);
        let value = match seq.next_element_seed(Lent(&mut seed))? {
            Some(value) => value,
            None => self.absent(Lent(&mut seed))?,
        };
        self.reading.set(None);
        Ok(value)
    }

    fn absent<'de, S, E>(&self, seed: S) -> Result<S::Value, E>
    where
        S: DeserializeSeed<'de>,
        E: serde::de::Error,
    {
        if self.came.get().is_none() {
            self.came.set(Some(self.asked.get() - 1));
        }
        self.missing.set(true);
        let value = seed.deserialize(Missing(PhantomData))?;
        self.missing.set(false);
        Ok(value)
    }

    fn explain(&self, source: serde_json::Error) -> Error {
        match self.came.get() {
            Some(came) if self.missing.get() => Error::new(Reason::MissingArgument {
                expected: self.expected.get(),
                came,
            }),
            _ => Error::reading(self.reading.get(), source),
        }
    }
}

/// A seed that is still there if the sequence turns out to have ended.
struct Lent<'a, S>(&'a mut Option<S>);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Lent<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        match self.0.take() {
            Some(seed) => seed.deserialize(deserializer),
            None => Err(D::Error::custom("an argument was read twice")),
        }
    }
}

/// Visits the whole array: what is to be skipped, the arguments, and those too many.
struct ArrayVisitor<'a, T> {
    skip: usize,
    progress: &'a Progress,
    value: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for ArrayVisitor<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of arguments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<T, A::Error> {
        for _ in 0..self.skip {
            seq.next_element::<IgnoredAny>()?;
        }
        let value = T::deserialize(Arguments {
            seq: &mut seq,
            progress: self.progress,
        })?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(value)
    }
}

/// Sees the outermost type: a tuple takes several arguments, any other type takes one.
struct Arguments<'a, A> {
    seq: &'a mut A,
    progress: &'a Progress,
}

impl<'de, A: SeqAccess<'de>> Arguments<'_, A> {
    fn one<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.progress.expected.set(1);
        self.progress.next(self.seq, seed)
    }
}

/// Methods that ask the same of the next argument, through a seed that holds the visitor.
macro_rules! one_argument {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(
            self,
            $($name: $type,)*
            visitor: V,
        ) -> Result<V::Value, A::Error> {
            struct Seed<V> {
                $($name: $type,)*
                visitor: V,
            }

            impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for Seed<V> {
                type Value = V::Value;

                fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<V::Value, D::Error> {
                    d.$method($(self.$name,)* self.visitor)
                }
            }

            self.one(Seed { $($name,)* visitor })
        }
    )*};
}

impl<'de, A: SeqAccess<'de>> Deserializer<'de> for Arguments<'_, A> {
    type Error = A::Error;

    fn deserialize_tuple<V>(self, len: usize, visitor: V) -> Result<V::Value, A::Error>
    where
        V: Visitor<'de>,
    {
        self.progress.expected.set(len);
        visitor.visit_seq(Several {
            arguments: self,
            left: len,
        })
    }

    fn deserialize_tuple_struct<V>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, A::Error>
    where
        V: Visitor<'de>,
    {
        match name {
            all::NAME => visitor.visit_seq(self.seq),
            _ => self.one(TupleStruct { name, len, visitor }),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_unit()
    }

    one_argument! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
    }
}

/// A tuple struct that is one argument.
struct TupleStruct<V> {
    name: &'static str,
    len: usize,
    visitor: V,
}

impl<'de, V: Visitor<'de>> DeserializeSeed<'de> for TupleStruct<V> {
    type Value = V::Value;

    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<V::Value, D::Error> {
        d.deserialize_tuple_struct(self.name, self.len, self.visitor)
    }
}

/// The arguments that a tuple asks for.
struct Several<'a, A> {
    arguments: Arguments<'a, A>,
    left: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Several<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(None);
        };
        self.left = left;
        self.arguments
            .progress
            .next(self.arguments.seq, seed)
            .map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// An argument that did not come. Options and units are content with it.
struct Missing<E>(PhantomData<E>);

impl<'de, E: serde::de::Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::custom("missing argument"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V>(self, _: &'static str, visitor: V) -> Result<V::Value, E>
    where
        V: Visitor<'de>,
    {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V>(self, _: &'static str, visitor: V) -> Result<V::Value, E>
    where
        V: Visitor<'de>,
    {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        seq tuple tuple_struct map struct enum identifier
    }
}
