//! All arguments, however many there are.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeTuple, Serializer};

/// The name by which [`read_args`](super::read_args) knows the type.
pub(super) const NAME: &str = "$salon::AllArgs";

/// All arguments of an event or an acknowledgement, however many there are: a tuple whose length
/// is known only when it arrives.
///
/// ```
/// use salon_proto::packet::json::{AllArgs, read_args};
///
/// let all: AllArgs<i64> = read_args(r#"["sum",1,2,3]"#, 1, &[])?;
/// assert_eq!(all.0, [1, 2, 3]);
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllArgs<T>(pub Vec<T>);

impl<T: Serialize> Serialize for AllArgs<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for argument in &self.0 {
            tuple.serialize_element(argument)?;
        }
        tuple.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for AllArgs<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(NAME, 0, All(PhantomData))
    }
}

struct All<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for All<T> {
    type Value = AllArgs<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("arguments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(argument) = seq.next_element()? {
            all.push(argument);
        }
        Ok(AllArgs(all))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::{read_args, write_args};
    use super::*;

    #[test]
    fn any_number_of_arguments_is_read_and_written() {
        for array in ["[]", "[1]", "[1,2,3]"] {
            let all: AllArgs<i64> = read_args(array, 0, &[]).unwrap();
            let mut out = Vec::new();
            write_args(&mut out, &all, &mut Vec::new()).unwrap();
            assert_eq!(out, array.as_bytes());
        }
    }

    #[test]
    fn an_array_is_one_argument_of_them() {
        let all: AllArgs<Vec<i64>> = read_args("[[1,2],[3]]", 0, &[]).unwrap();
        assert_eq!(all.0, [vec![1, 2], vec![3]]);
    }

    #[test]
    fn bytes_are_among_them() {
        let array = r#"["x",{"_placeholder":true,"num":0}]"#;
        let data = [Bytes::from_static(b"data")];
        let all: AllArgs<Bytes> = read_args(array, 1, &data).unwrap();
        assert_eq!(all.0, data);
    }

    #[test]
    fn one_that_does_not_fit_is_an_error() {
        assert!(read_args::<AllArgs<i64>>(r#"[1,"2"]"#, 0, &[]).is_err());
    }
}
