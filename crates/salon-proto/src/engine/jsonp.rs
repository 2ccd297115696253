//! JSONP: polling for browsers that can load a script from another origin, but no data.
//!
//! An answer is a script that calls `___eio[<index>]` with the payload; data is posted as the
//! field `d` of a form.

use bytes::Bytes;

use crate::error::ProtocolError;

/// Digits of a callback's index. A page counts its connections with it.
const MAX_DIGITS: usize = 20;

/// The function of the page that answers are handed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback(Box<str>);

impl Callback {
    /// Of the parameter `j` only the digits count, or else it could name any code.
    ///
    /// ```
    /// use salon_proto::engine::jsonp::Callback;
    ///
    /// let script = Callback::new("1];alert(1);//").call("6:4hello");
    /// assert_eq!(script, r#"___eio[11]("6:4hello");"#);
    /// ```
    #[must_use]
    pub fn new(parameter: &str) -> Self {
        let digits = parameter.chars().filter(char::is_ascii_digit);
        Self(digits.take(MAX_DIGITS).collect())
    }

    /// The script that hands over a payload. A string of JSON is one of JavaScript, but for two
    /// characters that older engines take for the end of the line.
    #[must_use]
    pub fn call(&self, payload: &str) -> Bytes {
        let text = serde_json::Value::from(payload).to_string();
        let text = text
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029");
        format!("___eio[{}]({text});", self.0).into()
    }
}

/// The payload in the form that was posted; `None` where there is none, or more than one.
///
/// # Errors
/// When it is not UTF-8.
pub(crate) fn payload_of_form(form: &[u8]) -> Result<Option<String>, ProtocolError> {
    let mut fields = form
        .split(|byte| *byte == b'&')
        .filter_map(|field| field.strip_prefix(b"d="));
    let (Some(value), None) = (fields.next(), fields.next()) else {
        return Ok(None);
    };
    let text = String::from_utf8(percent_decode(value))
        .map_err(|_| ProtocolError::new("payload is not UTF-8"))?;
    Ok(Some(unescape(&text)))
}

fn percent_decode(value: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| hex_byte(after)).flatten();
        rest = match escaped {
            Some(byte) => {
                decoded.push(byte);
                after.get(2..).unwrap_or_default()
            }
            None => {
                decoded.push(if *first == b'+' { b' ' } else { *first });
                after
            }
        };
    }
    decoded
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*digits.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// A form would turn each line feed into a carriage return and a line feed, so clients write
/// `\n` for it, and `\\n` for a backslash that an `n` follows.
fn unescape(text: &str) -> String {
    let parts = text.split("\\\\n").map(|part| part.replace("\\n", "\n"));
    parts.collect::<Vec<_>>().join("\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(form: &str) -> Option<String> {
        payload_of_form(form.as_bytes()).unwrap()
    }

    #[test]
    fn a_script_is_valid_javascript() {
        let script = Callback::new("7").call("4\"\\\n\u{1e}\u{2028}\u{2029}\u{e9}");
        let expected = "___eio[7](\"4\\\"\\\\\\n\\u001e\\u2028\\u2029\u{e9}\");";
        assert_eq!(script, expected);
        assert_eq!(Callback::new("").call("1"), "___eio[](\"1\");");
    }

    #[test]
    fn the_field_d_is_decoded() {
        assert_eq!(payload("d=6%3A4hello").as_deref(), Some("6:4hello"));
        assert_eq!(
            payload("a=1&d=4a+b%20%c3%A9").as_deref(),
            Some("4a b \u{e9}")
        );
        assert_eq!(payload("d=").as_deref(), Some(""));
        assert_eq!(payload("d=100%&e=2").as_deref(), Some("100%"));
        assert_eq!(payload("d=%4").as_deref(), Some("%4"));
    }

    #[test]
    fn without_one_field_d_there_is_no_payload() {
        for form in ["", "e=1", "d", "d=1&d=2", "dd=1"] {
            assert_eq!(payload(form), None, "{form}");
        }
        assert!(payload_of_form(b"d=%ff").is_err());
    }

    #[test]
    fn line_feeds_are_unescaped_and_backslashes_stay() {
        assert_eq!(payload(r"d=a\nb").as_deref(), Some("a\nb"));
        assert_eq!(payload(r"d=a\\nb").as_deref(), Some(r"a\nb"));
        assert_eq!(payload(r"d=a\tb\\").as_deref(), Some(r"a\tb\\"));
    }
}
