//! Reading data that has attachments: serde's traits, wrapped at every depth.
//!
//! [`WithAttachments`] stands around whatever serde_json and the type pass to each other, and steps
//! in at two places only: where the type asks for bytes, and where it buffers (see
//! [`placeholder`](super::placeholder)).

use std::cell::Cell;
use std::fmt;

use bytes::Bytes;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use super::placeholder::{self, BytesVisitor};

/// A packet's attachments while its arguments are read.
pub(super) struct Attached<'a> {
    attachments: &'a [Bytes],
    /// How many bytes may still be given out. Each placeholder makes a copy, and without a limit a
    /// peer could have one large attachment copied thousands of times.
    left: Cell<usize>,
    /// Whether a type that buffers gets placeholders as bytes.
    buffer_as_bytes: bool,
    /// Whether a type that buffers has got one.
    buffered: Cell<bool>,
    /// Whether a placeholder could not be given its attachment.
    illegal: Cell<bool>,
}

impl<'a> Attached<'a> {
    pub(super) fn new(attachments: &'a [Bytes]) -> Self {
        let all = attachments.iter().map(Bytes::len).sum();
        Self {
            attachments,
            left: Cell::new(all),
            buffer_as_bytes: true,
            buffered: Cell::new(false),
            illegal: Cell::new(false),
        }
    }

    /// The same attachments for another attempt, with placeholders as objects where the type
    /// buffers; `None` if that makes no difference.
    pub(super) fn without_buffered_bytes(&self) -> Option<Self> {
        let again = Self {
            buffer_as_bytes: false,
            ..Self::new(self.attachments)
        };
        self.buffered.get().then_some(again)
    }

    /// How many attachments there are, if a placeholder could not be given one.
    pub(super) fn illegal(&self) -> Option<usize> {
        self.illegal.get().then_some(self.attachments.len())
    }

    /// The attachment of this number, which must be there and must not be one too many.
    pub(super) fn get<E: Error>(&self, number: Option<u64>) -> Result<&'a [u8], E> {
        self.find(number).ok_or_else(|| {
            self.illegal.set(true);
            E::custom("illegal attachments")
        })
    }

    fn find(&self, number: Option<u64>) -> Option<&'a [u8]> {
        let attachment = self.attachments.get(usize::try_from(number?).ok()?)?;
        self.left
            .set(self.left.get().checked_sub(attachment.len())?);
        Some(attachment)
    }

    pub(super) fn set_buffered(&self) {
        self.buffered.set(true);
    }

    fn buffers_as_bytes<'de>(&self, visitor: &impl Visitor<'de>) -> bool {
        self.buffer_as_bytes && placeholder::is_buffering(visitor)
    }
}

/// A deserializer, visitor, seed or access that knows the attachments.
pub(super) struct WithAttachments<'a, T> {
    inner: T,
    attached: &'a Attached<'a>,
}

impl<'a, T> WithAttachments<'a, T> {
    pub(super) fn new(inner: T, attached: &'a Attached<'a>) -> Self {
        Self { inner, attached }
    }

    fn around<U>(&self, inner: U) -> WithAttachments<'a, U> {
        WithAttachments {
            inner,
            attached: self.attached,
        }
    }
}

/// Deserializer methods that pass on a wrapped visitor.
macro_rules! wrap_visitor {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(
            self,
            $($name: $type,)*
            visitor: V,
        ) -> Result<V::Value, D::Error> {
            let visitor = self.around(visitor);
            self.inner.$method($($name,)* visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for WithAttachments<'_, D> {
    type Error = D::Error;

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_any(BytesVisitor {
            visitor,
            attached: self.attached,
        })
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_ignored_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }

    wrap_visitor! {
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
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
    }
}

/// Visitor methods that pass on what came.
macro_rules! pass_on {
    ($($method:ident($type:ty);)*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for WithAttachments<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        if !self.attached.buffers_as_bytes(&self.inner) {
            let map = self.around(map);
            return self.inner.visit_map(map);
        }
        placeholder::look_ahead(map)?.visit(self.inner, self.attached)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        let seq = self.around(seq);
        self.inner.visit_seq(seq)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        let data = self.around(data);
        self.inner.visit_enum(data)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_some(deserializer)
    }

    fn visit_newtype_struct<D>(self, deserializer: D) -> Result<V::Value, D::Error>
    where
        D: Deserializer<'de>,
    {
        let deserializer = self.around(deserializer);
        self.inner.visit_newtype_struct(deserializer)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    pass_on! {
        visit_bool(bool);
        visit_i8(i8);
        visit_i16(i16);
        visit_i32(i32);
        visit_i64(i64);
        visit_i128(i128);
        visit_u8(u8);
        visit_u16(u16);
        visit_u32(u32);
        visit_u64(u64);
        visit_u128(u128);
        visit_f32(f32);
        visit_f64(f64);
        visit_char(char);
        visit_str(&str);
        visit_borrowed_str(&'de str);
        visit_string(String);
        visit_bytes(&[u8]);
        visit_borrowed_bytes(&'de [u8]);
        visit_byte_buf(Vec<u8>);
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for WithAttachments<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.deserialize(deserializer)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for WithAttachments<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        let seed = self.around(seed);
        self.inner.next_element_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for WithAttachments<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error>
    where
        K: DeserializeSeed<'de>,
    {
        // A key is a string: there is nothing to wrap.
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.around(seed);
        self.inner.next_value_seed(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'a, 'de, A: EnumAccess<'de>> EnumAccess<'de> for WithAttachments<'a, A> {
    type Error = A::Error;
    type Variant = WithAttachments<'a, A::Variant>;

    fn variant_seed<S>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        let (value, variant) = self.inner.variant_seed(seed)?;
        Ok((value, WithAttachments::new(variant, self.attached)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for WithAttachments<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S>(self, seed: S) -> Result<S::Value, A::Error>
    where
        S: DeserializeSeed<'de>,
    {
        let seed = self.around(seed);
        self.inner.newtype_variant_seed(seed)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.tuple_variant(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.around(visitor);
        self.inner.struct_variant(fields, visitor)
    }
}
