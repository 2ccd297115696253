//! What is sent, and what comes back, of servers of any make.

use bytes::Bytes;
use salon_client::{Call, Extract, HandlerError, RawAnswer, Socket};

/// The data of a message.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    Text(Box<str>),
    Binary(Bytes),
}

impl Payload {
    /// A text of this length.
    pub(crate) fn text(length: usize) -> Self {
        Self::Text(text(length).into())
    }

    /// So many bytes.
    pub(crate) fn binary(length: usize) -> Self {
        Self::Binary(text(length).into())
    }
}

/// A text of this length.
pub(crate) fn text(length: usize) -> String {
    "x".repeat(length)
}

/// The answer that is due to an echo.
pub(crate) struct Echo {
    payload: Payload,
    /// The answer as servers write it that write nothing beside what they must.
    json: Box<str>,
}

impl Echo {
    pub(crate) fn of(payload: &Payload) -> Self {
        let payload = payload.clone();
        let json = match &payload {
            // None of the letters is escaped.
            Payload::Text(text) => format!("[\"{text}\"]"),
            Payload::Binary(_) => r#"[{"_placeholder":true,"num":0}]"#.to_owned(),
        };
        Self {
            payload,
            json: json.into(),
        }
    }

    /// Whether it is that. Mostly it need not be read to know.
    pub(crate) fn is(&self, answer: &RawAnswer<'_>) -> bool {
        let is_as_usual = answer.json() == &*self.json;
        match &self.payload {
            Payload::Text(text) => {
                is_as_usual || answer.read::<String>().is_ok_and(|came| *came == **text)
            }
            Payload::Binary(bytes) if is_as_usual => {
                matches!(answer.attachments(), [came] if came == bytes)
            }
            Payload::Binary(bytes) => answer.read::<Bytes>().is_ok_and(|came| came == *bytes),
        }
    }
}

/// A text that begins with a number, by which it is known when it comes back.
pub(crate) fn numbered(number: u64, payload: &str) -> String {
    format!("#{number}#{payload}")
}

/// The number with which an event's first argument begins, if it is such a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbered(pub(crate) Option<u64>);

impl Extract<Socket> for Numbered {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(Self(
            call.event_json().and_then(|(array, _)| number_in(array)),
        ))
    }
}

/// As it is found in JSON, of which only the beginning needs to be read.
fn number_in(array: &str) -> Option<u64> {
    let name = array.trim_start().strip_prefix('[')?.trim_start();
    let rest = behind_text(name)?.trim_start().strip_prefix(',')?;
    let text = rest.trim_start().strip_prefix("\"#")?;
    let (number, _) = text.split_once('#')?;
    number.parse().ok()
}

/// What follows the text with which some JSON begins.
fn behind_text(json: &str) -> Option<&str> {
    let text = json.strip_prefix('"')?;
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    text.get(end? + 1..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_comes_back_and_nothing_else_is_taken_for_one() {
        let text = numbered(17, "x#y");
        for array in [
            format!(r#"["news","{text}"]"#),
            format!(r#" [ "a \"name\\" , "{text}" , 5 ] "#),
        ] {
            assert_eq!(number_in(&array), Some(17), "{array}");
        }
        for array in [
            r#"["news"]"#,
            r##"["#1#"]"##,
            r##"["news","17"]"##,
            r##"["news","#17"]"##,
            r##"["news","#x#"]"##,
            r##"["news","#-1#"]"##,
            r##"["news",["#1#"]]"##,
            r##"["news",1,"#1#"]"##,
            "",
        ] {
            assert_eq!(number_in(array), None, "{array}");
        }
    }
}
