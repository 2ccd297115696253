//! What follows the arguments of an event for clients that may come back.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use crate::packet::json;

/// An argument of our own, the last of an event. JavaScript's client takes any text at the end
/// of an event for an offset, and repeats it when it comes back.
#[derive(Clone, Copy)]
pub enum Tail<'a> {
    /// The event's offset: text that needs no escapes.
    Offset(&'a dyn fmt::Display),
    /// `null`, if the event would end with text otherwise. For an event that is not kept, and so
    /// has no offset.
    Guard,
}

impl Tail<'_> {
    /// Adds it to a whole JSON array.
    fn append(self, array: &mut Vec<u8>) {
        match self {
            Self::Offset(offset) => {
                array.pop();
                array.extend_from_slice(format!(r#","{offset}"]"#).as_bytes());
            }
            // The name counts too, where there are no arguments.
            Self::Guard if array.ends_with(b"\"]") => {
                array.pop();
                array.extend_from_slice(b",null]");
            }
            Self::Guard => {}
        }
    }
}

impl fmt::Debug for Tail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Offset(offset) => write!(f, "Offset({offset})"),
            Self::Guard => f.write_str("Guard"),
        }
    }
}

/// As [`json::write_event`], and then the tail, if there is one.
pub(crate) fn write_event<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    name: &str,
    args: &T,
    tail: Option<Tail<'_>>,
    attachments: &mut Vec<Bytes>,
) -> Result<(), json::Error> {
    json::write_event(out, name, args, attachments)?;
    if let Some(tail) = tail {
        tail.append(out);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(args: &impl Serialize, tail: Tail<'_>) -> String {
        let mut out = Vec::new();
        write_event(&mut out, "x", args, Some(tail), &mut Vec::new()).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_offset_is_the_last_argument_of_any_event() {
        let tail = Tail::Offset(&"1f");
        assert_eq!(written(&(), tail), r#"["x","1f"]"#);
        assert_eq!(written(&(1, "a"), tail), r#"["x",1,"a","1f"]"#);
        assert_eq!(written(&[[0; 0]], tail), r#"["x",[],"1f"]"#);
    }

    #[test]
    fn no_event_ends_with_text_that_is_not_an_offset() {
        assert_eq!(written(&(), Tail::Guard), r#"["x",null]"#);
        assert_eq!(written(&"a", Tail::Guard), r#"["x","a",null]"#);
        assert_eq!(written(&"\"]", Tail::Guard), r#"["x","\"]",null]"#);
        assert_eq!(written(&("a", 1), Tail::Guard), r#"["x","a",1]"#);
        assert_eq!(written(&vec!["a"], Tail::Guard), r#"["x",["a"]]"#);
        let bytes = Bytes::from_static(b"a");
        let placeholder = r#"["x",{"_placeholder":true,"num":0}]"#;
        assert_eq!(written(&bytes, Tail::Guard), placeholder);
    }
}
