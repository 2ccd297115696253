//! What a client tells a server that may have kept its state: a secret id, and the offset of the
//! last event it has got.
//!
//! On the wire nothing marks an offset: it is an argument more, of text, after the event's own. Only
//! events that the server keeps have one; those that ask for an answer and volatile ones have none.
//! JavaScript's client takes any text at the end of any event for an offset, and after
//! `io.volatile.emit("status", "away")` asks for what came after "away", which no server knows: it
//! recovers nothing. What we do instead:
//!
//! - An event with an ack id has no offset, and an event's name is none.
//! - An offset looks like one: it is short and of plain characters.
//! - All adapters of Node's servers make offsets of a form that is easy to know. Once one of such a
//!   form has come, text of a lesser form is none. (Salon's server adds `null` to a volatile event
//!   that would end with text, so there no doubt is left.)

/// A longer text is no offset.
const MAX_OFFSET: usize = 64;

/// What is known of the state that the server may have kept.
#[derive(Debug)]
pub(crate) struct Recovery {
    pid: Box<str>,
    offset: String,
    form: Form,
}

/// How an offset is made; the surer the form, the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// None has come.
    None,
    /// Any other: salon's, or that of an adapter we do not know.
    Other,
    /// 24 hexadecimal digits: MongoDB.
    ObjectId,
    /// The time: in base 64 from memory, or as Redis numbers what is in a stream.
    Time,
}

impl Recovery {
    pub(crate) fn new(pid: &str) -> Self {
        Self {
            pid: pid.into(),
            offset: String::new(),
            form: Form::None,
        }
    }

    /// The secret id.
    pub(crate) fn pid(&self) -> &str {
        &self.pid
    }

    /// The offset of the last event.
    pub(crate) fn offset(&self) -> Option<&str> {
        (!self.offset.is_empty()).then_some(&*self.offset)
    }

    /// The server has given another secret id. As in JavaScript the offset stays: what came after
    /// it has not been seen, whichever the session.
    pub(crate) fn renew(&mut self, pid: &str) {
        self.pid = pid.into();
    }

    /// An event has come that asks for no answer: its whole array.
    pub(crate) fn handle_event(&mut self, array: &str) {
        let Some(last) = last_text(array) else {
            return;
        };
        let form = Form::of(last);
        if form >= self.form {
            self.form = form;
            self.offset.clear();
            self.offset.push_str(last);
        }
    }
}

impl Form {
    fn of(offset: &str) -> Self {
        match offset {
            _ if is_time(offset) || is_stream_id(offset) => Self::Time,
            _ if is_object_id(offset) => Self::ObjectId,
            _ => Self::Other,
        }
    }
}

/// The last argument, if it is text that can be an offset.
fn last_text(array: &str) -> Option<&str> {
    let rest = array.strip_suffix("\"]")?;
    let start = rest.len().saturating_sub(MAX_OFFSET.saturating_add(1));
    let window = rest.as_bytes().get(start..)?;
    let quote = start.saturating_add(window.iter().rposition(|byte| *byte == b'"')?);
    let (before, text) = (rest.get(..quote)?, rest.get(quote.saturating_add(1)..)?);
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    // After another character than a comma the quote would be part of the text, or this the name.
    let is_argument = before.trim_ascii_end().ends_with(',');
    (is_argument && !text.is_empty() && text.bytes().all(is_plain)).then_some(text)
}

/// Milliseconds in base 64, as digits from `0` to `_`, and perhaps a dot and a counter. They have
/// seven digits, of which the first is from `N` to `Z` until the year 2048.
fn is_time(offset: &str) -> bool {
    let (time, counter) = offset.split_once('.').unwrap_or((offset, "0"));
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    time.len() == 7
        && time.starts_with(|first| matches!(first, 'N'..='Z'))
        && time.bytes().chain(counter.bytes()).all(is_digit)
        && !counter.is_empty()
}

/// Milliseconds, and a counter.
fn is_stream_id(offset: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    offset
        .split_once('-')
        .is_some_and(|(millis, count)| millis.len() >= 13 && is_number(millis) && is_number(count))
}

fn is_object_id(offset: &str) -> bool {
    offset.len() == 24
        && offset
            .bytes()
            .all(|one| matches!(one, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset_after(arrays: &[&str]) -> Option<String> {
        let mut recovery = Recovery::new("secret");
        for array in arrays {
            recovery.handle_event(array);
        }
        recovery.offset().map(str::to_owned)
    }

    #[test]
    fn the_last_argument_is_the_offset_if_it_looks_like_one() {
        for (array, offset) in [
            (r#"["x","PnqFoZc"]"#, Some("PnqFoZc")),
            (r#"["x",1, "PnqFoZc.1"]"#, Some("PnqFoZc.1")),
            (r#"["x","1694000000000-0"]"#, Some("1694000000000-0")),
            (r#"["x","1f"]"#, Some("1f")),
            (r#"["x"]"#, None),
            (r#"["x",""]"#, None),
            (r#"["x",1]"#, None),
            (r#"["x",["1f"]]"#, None),
            (r#"["x","some words"]"#, None),
            (r#"["x","é"]"#, None),
            (r#"["x","a\"b"]"#, None),
            (r#"["x","a,\"b"]"#, None),
            (r#"["x","a\\"]"#, None),
            (r#""]"#, None),
        ] {
            assert_eq!(offset_after(&[array]).as_deref(), offset, "{array}");
        }
        let long = |length: usize| format!(r#"["x","{}"]"#, "1".repeat(length));
        assert!(offset_after(&[&long(64)]).is_some());
        assert_eq!(offset_after(&[&long(65)]), None);
    }

    #[test]
    fn text_of_an_event_without_offset_does_not_displace_one() {
        for real in [
            "PnqFoZc",
            "Q0zzzz_.1",
            "1694000000000-0",
            "65f1d0a1b2c3d4e5f6a7b8c9",
        ] {
            let event = format!(r#"["news",1,"{real}"]"#);
            let volatile = r#"["status","connected"]"#;
            let kept = offset_after(&[volatile, &event, volatile]);
            assert_eq!(kept.as_deref(), Some(real));
        }
    }

    #[test]
    fn an_unknown_form_is_taken_as_it_comes() {
        let salon = [
            r#"["x","fffffff"]"#,
            r#"["x","10000000"]"#,
            r#"["x","10000001"]"#,
        ];
        assert_eq!(offset_after(&salon).as_deref(), Some("10000001"));
    }
}
