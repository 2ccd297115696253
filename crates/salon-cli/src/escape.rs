//! Nothing that a server sends may control the terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Writes what a terminal would obey, or what would change the order of a line, as `\u001b` and
/// so on: as JSON does inside a string, so that JSON stays JSON.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() * 2);
    for char in text.chars() {
        push(&mut safe, char);
    }
    Cow::Owned(safe)
}

/// The text as a JSON string, in quotes, with nothing harmful in it.
pub(crate) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for char in text.chars() {
        match char {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => push(&mut quoted, other),
        }
    }
    quoted.push('"');
    quoted
}

fn push(text: &mut String, char: char) {
    if !is_harmful(char) {
        text.push(char);
        return;
    }
    for unit in char.encode_utf16(&mut [0; 2]) {
        // Writing to a string does not fail.
        let _ = write!(text, "\\u{unit:04x}");
    }
}

fn is_harmful(char: char) -> bool {
    // Control characters are C0, delete and C1; the last are escape sequences of one character.
    char.is_control() || is_separator(char) || reorders(char) || is_tag(char)
}

fn is_separator(char: char) -> bool {
    matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// The marks, embeddings, overrides and isolates of text in two directions.
fn reorders(char: char) -> bool {
    matches!(char, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that nobody sees.
fn is_tag(char: char) -> bool {
    matches!(char, '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in ["", "hello", "Grüße, 世界 👩‍🚀", "a \"b\" \\"] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn escape_sequences_become_visible() {
        assert_eq!(escape("\u{1b}[2J\u{7}"), "\\u001b[2J\\u0007");
        assert_eq!(escape("\u{9b}31m\u{7f}"), "\\u009b31m\\u007f");
        assert_eq!(escape("one\r\ntwo"), "one\\u000d\\u000atwo");
    }

    #[test]
    fn what_reorders_or_hides_text_becomes_visible() {
        assert_eq!(escape("a\u{202e}b\u{2066}"), "a\\u202eb\\u2066");
        assert_eq!(escape("\u{e0041}"), "\\udb40\\udc41");
    }

    #[test]
    fn a_quoted_text_is_json_of_the_same_text() {
        for text in [
            "",
            "plain",
            "a \"b\" \\ \n\r\t",
            "\u{1b}]0;title\u{7}",
            "\u{e0041}\u{2028}",
        ] {
            let quoted = quote(text);
            assert!(!quoted.chars().any(is_harmful));
            assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
        }
    }
}
