//! Arguments as they are typed: JSON, or bare words, which are strings.

use salon_client::Value;

use crate::value;

/// One argument of a line.
#[derive(Debug, PartialEq)]
pub(crate) struct Word<'a> {
    /// As it was typed.
    pub(crate) text: &'a str,
    pub(crate) value: Value,
}

impl Word<'_> {
    /// Its text, where a name is meant: a bare word is never a number, and a string loses its
    /// quotes. `None` for an object or a list.
    pub(crate) fn name(&self) -> Option<String> {
        match &self.value {
            Value::String(text) => Some(text.clone()),
            Value::Array(_) | Value::Object(_) | Value::Binary(_) => None,
            Value::Null
            | Value::Bool(_)
            | Value::Unsigned(_)
            | Value::Signed(_)
            | Value::Float(_) => Some(self.text.to_owned()),
        }
    }
}

/// Splits a line into its arguments, or says what is wrong with it.
pub(crate) fn split(line: &str) -> Result<Vec<Word<'_>>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let end = end_of_word(rest)?;
        let (text, after) = rest.split_at(end);
        let value = read(text)?;
        words.push(Word { text, value });
        rest = after.trim_start();
    }
    Ok(words)
}

/// Reads one argument: JSON where it looks like JSON, and else a string.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let must_be_json = text.starts_with(['{', '[', '"']);
    match value::from_json(text) {
        Err(reason) if must_be_json => Err(format!("In {}, {reason}.", shortened(text))),
        Err(_) => Ok(Value::String(text.to_owned())),
        Ok(value) => Ok(value),
    }
}

/// Where the first argument ends.
fn end_of_word(text: &str) -> Result<usize, String> {
    if text.starts_with('\'') {
        return Err("Strings stand in double quotes, as in JSON: \"two words\".".to_owned());
    }
    if !text.starts_with(['{', '[', '"']) {
        return Ok(text.find(char::is_whitespace).unwrap_or(text.len()));
    }
    let mut json = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    match json.next() {
        Some(Ok(_)) => after_json(text, json.byte_offset()),
        Some(Err(error)) => Err(format!("In {}, it is not JSON: {error}.", shortened(text))),
        None => Ok(text.len()),
    }
}

fn after_json(text: &str, end: usize) -> Result<usize, String> {
    let rest = &text[end..];
    if rest.is_empty() || rest.starts_with(char::is_whitespace) {
        return Ok(end);
    }
    Err(format!(
        "Put a space between {} and {}.",
        shortened(&text[..end]),
        shortened(rest)
    ))
}

/// Enough of a text to recognise it.
fn shortened(text: &str) -> String {
    const ENOUGH: usize = 40;
    match text.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &str) -> Vec<String> {
        let words = split(line).unwrap();
        words
            .iter()
            .map(|word| serde_json::to_string(&word.value).unwrap())
            .collect()
    }

    #[test]
    fn bare_words_are_strings_and_json_is_json() {
        let line = r#"  hello 5 -1.5 true null "two words" {"a": [1, 2]}  [ ] it's 08 "#;
        assert_eq!(
            values(line),
            [
                r#""hello""#,
                "5",
                "-1.5",
                "true",
                "null",
                r#""two words""#,
                r#"{"a":[1,2]}"#,
                "[]",
                r#""it's""#,
                r#""08""#,
            ]
        );
        assert!(values("   ").is_empty());
    }

    #[test]
    fn a_name_is_text_whatever_it_looks_like() {
        let words = split(r#"5 true hello "how old?" [1] {"$binary":"AA=="}"#).unwrap();
        let names: Vec<_> = words.iter().map(Word::name).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            names[..4],
            [text("5"), text("true"), text("hello"), text("how old?")]
        );
        assert_eq!(names[4..], [None, None]);
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        for (line, said) in [
            ("say 'hello you'", "double quotes"),
            (r#"say "hello"#, "In `\"hello`, it is not JSON"),
            ("say {a:1}", "In `{a:1}`, it is not JSON"),
            ("say [1][2]", "Put a space between `[1]` and `[2]`."),
            (r#"say {"$binary":"?"}"#, "not base64"),
        ] {
            let sentence = split(line).unwrap_err();
            assert!(sentence.contains(said), "{sentence}");
        }
    }

    #[test]
    fn a_long_argument_is_shortened_in_what_is_said() {
        let sentence = read(&format!("[{}", "ä".repeat(100))).unwrap_err();
        assert!(sentence.contains("ä…`"), "{sentence}");
    }
}
