//! What a scan finds out about an event's first argument, so that reading need not look again.

use super::placeholder::usual_placeholder;
use super::scan::{plain_string, value};

/// What is known of an event's first argument once the event has been
/// [scanned](super::scan_event).
///
/// Most events have one argument, a text or bytes; those are then read without another look at the
/// JSON. Positions are in bytes of the event's array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum First {
    /// Nothing: it is something else, or is not there, or nobody has looked.
    #[default]
    Unknown,
    /// It is a string without escapes.
    Text {
        /// Where the string begins, behind the quote.
        start: usize,
        /// Where it ends.
        end: usize,
    },
    /// It is a placeholder, in the form in which all encoders write it.
    Attachment {
        /// The attachment's number.
        number: usize,
        /// Where the placeholder ends.
        end: usize,
    },
}

impl First {
    /// Passes the argument that `text` begins with; `text` is the end of an array of `len` bytes.
    #[inline]
    pub(super) fn pass(text: &[u8], len: usize) -> Option<(Self, &[u8])> {
        match text {
            [b'"', string @ ..] => {
                if let Some(rest) = plain_string(string) {
                    let start = len - string.len();
                    let end = len - rest.len() - 1;
                    return Some((Self::Text { start, end }, rest));
                }
            }
            [b'{', ..] => {
                if let Some((number, rest)) = usual_placeholder(text) {
                    let end = len - rest.len();
                    return Some((Self::Attachment { number, end }, rest));
                }
            }
            _ => {}
        }
        Some((Self::Unknown, value(text, 1)?))
    }
}
