//! Tells a `Result` among the values that serde can write.
//!
//! `Result<i64, String>` is such a value, so it is replied as a value and not by the rule for
//! [`HandlerError`]. Written as serde does it, a client would get `{"Ok": 3}`, which nobody
//! means. Rust cannot exclude one type from `T: Serialize`, but serde names what it writes.

use std::fmt;

use serde::Serialize;
use serde::ser::{Error, Impossible, Serializer};
use serde_json::Value;

use crate::ack::Asker;
use crate::error::HandlerError;

/// Sends the value of a `Result`; `None` if `value` is something else.
pub(crate) fn reply_result<T: Serialize>(
    value: &T,
    asker: &impl Asker,
) -> Option<Result<(), HandlerError>> {
    value.serialize(AsResult { asker }).ok()
}

struct AsResult<'a, A> {
    asker: &'a A,
}

fn failure<T: Serialize + ?Sized>(error: &T) -> HandlerError {
    match serde_json::to_value(error) {
        Ok(Value::String(message)) => HandlerError::new(message),
        Ok(data) => HandlerError::new("the handler failed").with_data(data),
        Err(error) => HandlerError::new(error.to_string()),
    }
}

/// What every value that is no `Result` comes to.
#[derive(Debug)]
struct NoResult;

impl fmt::Display for NoResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a Result")
    }
}

impl std::error::Error for NoResult {}

impl Error for NoResult {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Replied = Result<(), HandlerError>;
type Nothing = Impossible<Replied, NoResult>;

/// Methods that only say no.
macro_rules! no_result {
    ($($method:ident($($argument:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self, $(_: $argument),*) -> Result<$ok, NoResult> {
            Err(NoResult)
        })*
    };
}

impl<A: Asker> Serializer for AsResult<'_, A> {
    type Ok = Replied;
    type Error = NoResult;
    type SerializeSeq = Nothing;
    type SerializeTuple = Nothing;
    type SerializeTupleStruct = Nothing;
    type SerializeTupleVariant = Nothing;
    type SerializeMap = Nothing;
    type SerializeStruct = Nothing;
    type SerializeStructVariant = Nothing;

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Replied, NoResult> {
        match (name, variant) {
            // `()` sends nothing; by its type it cannot be told here, but by its size.
            ("Result", "Ok") if size_of_val(value) == 0 => Ok(Ok(())),
            ("Result", "Ok") => Ok(self.asker.answer(value).map_err(HandlerError::from)),
            ("Result", "Err") => Ok(Err(failure(value))),
            _ => Err(NoResult),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<Replied, NoResult> {
        Err(NoResult)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: &T,
    ) -> Result<Replied, NoResult> {
        Err(NoResult)
    }

    no_result! {
        serialize_bool(bool) -> Replied;
        serialize_i8(i8) -> Replied;
        serialize_i16(i16) -> Replied;
        serialize_i32(i32) -> Replied;
        serialize_i64(i64) -> Replied;
        serialize_i128(i128) -> Replied;
        serialize_u8(u8) -> Replied;
        serialize_u16(u16) -> Replied;
        serialize_u32(u32) -> Replied;
        serialize_u64(u64) -> Replied;
        serialize_u128(u128) -> Replied;
        serialize_f32(f32) -> Replied;
        serialize_f64(f64) -> Replied;
        serialize_char(char) -> Replied;
        serialize_str(&str) -> Replied;
        serialize_bytes(&[u8]) -> Replied;
        serialize_none() -> Replied;
        serialize_unit() -> Replied;
        serialize_unit_struct(&'static str) -> Replied;
        serialize_unit_variant(&'static str, u32, &'static str) -> Replied;
        serialize_seq(Option<usize>) -> Nothing;
        serialize_tuple(usize) -> Nothing;
        serialize_tuple_struct(&'static str, usize) -> Nothing;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Nothing;
        serialize_map(Option<usize>) -> Nothing;
        serialize_struct(&'static str, usize) -> Nothing;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Nothing;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ack::Ack;
    use crate::testing::NoPeer;

    #[test]
    fn only_a_result_is_told_from_other_values() {
        let ack = Ack::<NoPeer>::unwanted();
        assert!(reply_result(&3, &ack).is_none());
        assert!(reply_result(&vec![1], &ack).is_none());
        assert!(reply_result(&Some("x"), &ack).is_none());
        assert!(matches!(reply_result(&Ok::<_, ()>(3), &ack), Some(Ok(()))));
    }

    #[test]
    fn an_error_is_a_message_if_it_is_text_and_data_otherwise() {
        let ack = Ack::<NoPeer>::unwanted();
        let text = reply_result(&Err::<(), _>("no"), &ack)
            .unwrap()
            .unwrap_err();
        assert_eq!((text.message(), text.data()), ("no", None));
        let number = reply_result(&Err::<(), _>(7), &ack).unwrap().unwrap_err();
        assert_eq!(number.data(), Some(&Value::from(7)));
    }
}
