//! A look at an array of arguments before anyone knows their types: is it well formed, what is the
//! event's name, how many arguments are there?
//!
//! serde_json could do this, but to skip a value it keeps the open brackets in a vector: it allocates
//! and has no limit to nesting, where reading has one. So the scanner is our own, and only says yes
//! or no; what is wrong, serde_json explains afterwards. Strings are taken as JavaScript takes them:
//! a lone surrogate is well formed (serde refuses it where a `String` is to be read).
//!
//! Each function takes the text that is left and returns what is left after it. A slice that is
//! passed and returned stays in registers; a position in a struct makes the scan half as fast.

use std::borrow::Cow;

use serde::de::IgnoredAny;

use super::error::{Error, Reason};
use super::first::First;
use super::plain::plain_len;

/// The deepest nesting that serde_json reads.
pub(crate) const MAX_DEPTH: usize = 127;

/// What [`scan_event`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scanned<'a> {
    /// The event's name. Borrowed unless it holds escapes.
    pub name: Cow<'a, str>,
    /// Whether the name is a JSON number; [`name`](Self::name) is then its text.
    pub name_is_number: bool,
    /// How many arguments follow the name.
    pub len: usize,
    /// What the first of them is, as far as it need not be looked at again.
    pub first: First,
}

/// Checks an event's array and finds its name.
///
/// The whole text is validated. Nothing is allocated, unless the name holds escapes. Whether the
/// name is a reserved one is not looked at.
///
/// # Errors
///
/// If the text is not exactly one JSON array, nested 127 deep at most, or if its first element is
/// neither a string nor a number. A name with a lone surrogate (`"\ud800"`) is an error too: it
/// cannot be a Rust string.
///
/// # Examples
///
/// ```
/// let event = salon_proto::packet::json::scan_event(r#"["join","lobby",{"quiet":true}]"#)?;
/// assert_eq!((&*event.name, event.len), ("join", 2));
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
#[inline]
pub fn scan_event(array: &str) -> Result<Scanned<'_>, Error> {
    let name = first_element(array).ok_or_else(|| explain(array))?;
    let name_is_number = matches!(name, [b'-' | b'0'..=b'9', ..]);
    let (name, rest) = match name {
        [b'"', string @ ..] => string_name(array, string)?,
        _ if name_is_number => {
            let rest = number(name).ok_or_else(|| explain(array))?;
            (Cow::Borrowed(between(array, name, rest)), rest)
        }
        _ => return Err(no_name(array)),
    };
    let (first, len) = arguments(array, rest).ok_or_else(|| explain(array))?;
    Ok(Scanned {
        name,
        name_is_number,
        len,
        first,
    })
}

/// Checks an acknowledgement's array and counts its elements, without allocation.
///
/// # Errors
///
/// If the text is not exactly one JSON array, nested 127 deep at most.
///
/// # Examples
///
/// ```
/// use salon_proto::packet::json::scan_args;
///
/// assert_eq!(scan_args(r#"[null,"done"]"#)?, 2);
/// assert!(scan_args(r#"{"done":true}"#).is_err());
/// # Ok::<(), salon_proto::packet::json::Error>(())
/// ```
pub fn scan_args(array: &str) -> Result<usize, Error> {
    count(array).ok_or_else(|| explain(array))
}

/// An event's name whose opening quote has been passed, and what follows it.
#[inline]
fn string_name<'a>(array: &'a str, string: &'a [u8]) -> Result<(Cow<'a, str>, &'a [u8]), Error> {
    if let Some(rest) = plain_string(string) {
        let name = between(array, string, rest);
        return Ok((Cow::Borrowed(name.strip_suffix('"').unwrap_or(name)), rest));
    }
    let rest = self::string(string).ok_or_else(|| explain(array))?;
    let quoted = format!("\"{}", between(array, string, rest));
    let name = serde_json::from_str(&quoted).map(Cow::Owned);
    let name = name.map_err(|source| Error::new(Reason::Malformed(source)))?;
    Ok((name, rest))
}

/// The text from one end of the array to another.
fn between<'a>(array: &'a str, start: &[u8], end: &[u8]) -> &'a str {
    let range = array.len() - start.len()..array.len() - end.len();
    array.get(range).unwrap_or_default()
}

/// Passes an event's arguments, from what follows its name to the end of the text; says what the
/// first is, and how many there are.
#[inline]
fn arguments(array: &str, rest: &[u8]) -> Option<(First, usize)> {
    let [b',', argument @ ..] = trim(rest) else {
        return Some((First::Unknown, count_rest(rest)?));
    };
    let (first, rest) = First::pass(trim(argument), array.len())?;
    Some((first, count_rest(rest)? + 1))
}

/// Why the scanner has refused this array.
#[cold]
fn explain(array: &str) -> Error {
    match serde_json::from_str::<Vec<IgnoredAny>>(array) {
        Err(source) => Error::new(Reason::Malformed(source)),
        Ok(_) => Error::new(Reason::NestedTooDeep),
    }
}

#[cold]
fn no_name(array: &str) -> Error {
    if count(array).is_some() {
        Error::new(Reason::NoName)
    } else {
        explain(array)
    }
}

/// How many elements the array has; `None` if it is not one.
fn count(array: &str) -> Option<usize> {
    match first_element(array)? {
        [b']', rest @ ..] => trim(rest).is_empty().then_some(0),
        first => Some(count_rest(value(first, 1)?)? + 1),
    }
}

/// What follows the opening bracket.
fn first_element(array: &str) -> Option<&[u8]> {
    match trim(array.as_bytes()) {
        [b'[', rest @ ..] => Some(trim(rest)),
        _ => None,
    }
}

/// Passes what follows an element of the outermost array, to the end of the text, and returns how
/// many more elements that were.
#[inline]
fn count_rest(mut text: &[u8]) -> Option<usize> {
    // Nearly all text ends right here.
    if text == b"]" {
        return Some(0);
    }
    let mut count = 0;
    loop {
        match trim(text) {
            [b',', rest @ ..] => text = value(trim(rest), 1)?,
            [b']', rest @ ..] => return trim(rest).is_empty().then_some(count),
            _ => return None,
        }
        count += 1;
    }
}

/// Passes one value that stands inside `depth` arrays and objects.
pub(super) fn value(text: &[u8], depth: usize) -> Option<&[u8]> {
    match text {
        [b'"', rest @ ..] => string(rest),
        [b'{', rest @ ..] if depth < MAX_DEPTH => object(trim(rest), depth),
        [b'[', rest @ ..] if depth < MAX_DEPTH => array(trim(rest), depth),
        [b't', b'r', b'u', b'e', rest @ ..]
        | [b'f', b'a', b'l', b's', b'e', rest @ ..]
        | [b'n', b'u', b'l', b'l', rest @ ..] => Some(rest),
        _ => number(text),
    }
}

fn array(mut text: &[u8], depth: usize) -> Option<&[u8]> {
    if let [b']', rest @ ..] = text {
        return Some(rest);
    }
    loop {
        match trim(value(text, depth + 1)?) {
            [b',', rest @ ..] => text = trim(rest),
            [b']', rest @ ..] => return Some(rest),
            _ => return None,
        }
    }
}

fn object(mut text: &[u8], depth: usize) -> Option<&[u8]> {
    if let [b'}', rest @ ..] = text {
        return Some(rest);
    }
    loop {
        match trim(value(key(text)?, depth + 1)?) {
            [b',', rest @ ..] => text = trim(rest),
            [b'}', rest @ ..] => return Some(rest),
            _ => return None,
        }
    }
}

/// Passes a key and its colon.
fn key(text: &[u8]) -> Option<&[u8]> {
    let rest = string(text.strip_prefix(b"\"")?)?;
    Some(trim(trim(rest).strip_prefix(b":")?))
}

/// Passes the rest of a string whose opening quote has been passed, if it holds no escapes.
#[inline]
pub(super) fn plain_string(text: &[u8]) -> Option<&[u8]> {
    text.get(plain_len(text)..)?.strip_prefix(b"\"")
}

/// Passes the rest of a string whose opening quote has been passed.
fn string(mut text: &[u8]) -> Option<&[u8]> {
    loop {
        match text.get(plain_len(text)..).unwrap_or_default() {
            [b'"', rest @ ..] => return Some(rest),
            [
                b'\\',
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
                rest @ ..,
            ] => text = rest,
            [b'\\', b'u', a, b, c, d, rest @ ..]
                if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) =>
            {
                text = rest;
            }
            _ => return None,
        }
    }
}

fn number(text: &[u8]) -> Option<&[u8]> {
    let mut rest = match text.strip_prefix(b"-").unwrap_or(text) {
        [b'0', rest @ ..] => rest,
        rest => digits(rest)?,
    };
    if let [b'.', fraction @ ..] = rest {
        rest = digits(fraction)?;
    }
    match rest {
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            digits(exponent)
        }
        _ => Some(rest),
    }
}

/// Passes one digit at least.
fn digits(text: &[u8]) -> Option<&[u8]> {
    let [b'0'..=b'9', rest @ ..] = text else {
        return None;
    };
    let mut text = rest;
    while let [b'0'..=b'9', rest @ ..] = text {
        text = rest;
    }
    Some(text)
}

/// Passes whitespace.
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}
