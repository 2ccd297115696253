//! Reading an event's one argument where that is just text or just bytes: the most usual events,
//! and the largest.

use std::any::Any;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::error::Error;
use super::first::First;
use super::read::read_args;

/// Reads the arguments of an event, as [`read_args`] does behind the name. `first` is what
/// [`scan_event`](super::scan_event) found in this array.
///
/// Of a single `String` that holds no escapes, and of single `Bytes`, it makes less work: the bytes
/// are those of the attachment, which is shared and not copied.
///
/// # Errors
///
/// As [`read_args`].
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use salon_proto::packet::json::{read_event, scan_event};
///
/// let array = r#"["photo",{"_placeholder":true,"num":0}]"#;
/// let attachments = [Bytes::from_static(b"\x89PNG")];
/// let photo: Bytes = read_event(array, scan_event(array)?.first, &attachments)?;
/// assert_eq!(photo.as_ptr(), attachments[0].as_ptr());
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
pub fn read_event<T: DeserializeOwned + 'static>(
    array: &str,
    first: First,
    attachments: &[Bytes],
) -> Result<T, Error> {
    let mut lone: Option<T> = None;
    // Rust cannot choose by type here; but what has the type of text can be given text.
    let slot: &mut dyn Any = &mut lone;
    match first {
        First::Text { start, end } => {
            if let Some(text) = slot.downcast_mut() {
                *text = array.get(start..end).map(str::to_owned);
            }
        }
        First::Attachment { number, .. } => {
            if let Some(bytes) = slot.downcast_mut() {
                *bytes = attachments.get(number).cloned();
            }
        }
        First::Unknown => {}
    }
    lone.map_or_else(|| read_args(array, 1, attachments), Ok)
}

#[cfg(test)]
mod tests {
    use super::super::scan_event;
    use super::*;

    fn read_event<T>(array: &str, attachments: &[Bytes]) -> Result<T, Error>
    where
        T: DeserializeOwned + 'static,
    {
        let first = scan_event(array)?.first;
        let unknown = super::read_event::<T>(array, First::Unknown, attachments);
        let read = super::read_event(array, first, attachments);
        assert_eq!(read.is_ok(), unknown.is_ok(), "{array}");
        read
    }

    #[test]
    fn text_is_read_with_and_without_escapes() {
        let long = "x".repeat(1_000);
        for text in ["", "a", "é😀", "say \"hi\"\n", "\u{2028}", &long] {
            for more in ["", ",1", ",\"b\\n\"", " , {}"] {
                let array = format!("[ \"name\" , {}{more}]", serde_json::json!(text));
                let read: String = read_event(&array, &[]).unwrap();
                assert_eq!(read, text, "{array}");
            }
        }
        assert_eq!(read_event::<String>(r#"[1,"a"]"#, &[]).unwrap(), "a");
        assert_eq!(read_event::<String>(r#"["a\"b","c"]"#, &[]).unwrap(), "c");
    }

    #[test]
    fn bytes_are_shared_and_found_in_any_form_of_placeholder() {
        let attachments = [Bytes::from_static(b"zero"), Bytes::from_static(b"one")];
        for (placeholder, shared) in [
            (r#"{"_placeholder":true,"num":1}"#, true),
            (r#"{ "num" : 1, "_placeholder" : true }"#, false),
        ] {
            let array = format!(r#"["x",{placeholder},2]"#);
            let bytes: Bytes = read_event(&array, &attachments).unwrap();
            assert_eq!(bytes, "one");
            assert_eq!(bytes.as_ptr() == attachments[1].as_ptr(), shared);
        }
        assert_eq!(read_event::<Bytes>(r#"["x","text"]"#, &[]).unwrap(), "text");
    }

    #[test]
    fn what_does_not_fit_is_the_usual_error() {
        for array in [r#"["x"]"#, r#"["x",1]"#, r#"["x",{}]"#, r#"["x",null]"#] {
            let usual = read_args::<String>(array, 1, &[]).unwrap_err();
            let error = read_event::<String>(array, &[]).unwrap_err();
            assert_eq!(error.to_string(), usual.to_string());
            assert!(read_event::<Bytes>(array, &[]).is_err());
        }
        let array = r#"["x",{"_placeholder":true,"num":1}]"#;
        let error = read_event::<Bytes>(array, &[Bytes::new()]).unwrap_err();
        assert!(error.to_string().contains("illegal attachments"), "{error}");
    }

    #[test]
    fn other_types_are_read_as_ever() {
        let read: (u8, String) = read_event(r#"["x",1,"a"]"#, &[]).unwrap();
        assert_eq!(read, (1, "a".to_owned()));
        assert_eq!(read_event::<Option<u8>>(r#"["x"]"#, &[]).unwrap(), None);
    }
}
