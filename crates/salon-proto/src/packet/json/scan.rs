//! A look at an array of arguments before anyone knows their types: is it well formed, what is the
//! event's name, how many arguments are there?
//!
//! serde_json could do this, but not without allocating: to skip a value it keeps the open brackets
//! in a vector. A hand-written scanner also takes half the time, and can keep the same limit to
//! nesting that serde_json has for reading. Strings are taken as JavaScript takes them: a lone
//! surrogate is well formed (serde then refuses it where a `String` is to be read).

use std::borrow::Cow;

use super::error::{Error, Reason};

/// The deepest nesting that serde_json reads.
const MAX_DEPTH: usize = 127;

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
pub fn scan_event(array: &str) -> Result<Scanned<'_>, Error> {
    let mut scanner = Scanner { text: array, at: 0 };
    scanner.expect_array()?;
    let start = scanner.next_token();
    let name_is_number = match scanner.peek() {
        Some(b'"') => false,
        Some(b'-' | b'0'..=b'9') => true,
        Some(_) => return Err(Error::new(Reason::NoName)),
        None => return Err(scanner.error("unexpected end")),
    };
    scanner.scalar()?;
    let name = array.get(start..scanner.at).unwrap_or_default();
    let name = if name_is_number {
        Cow::Borrowed(name)
    } else {
        unquote(name)?
    };
    let len = scanner.rest_of_array()?;
    Ok(Scanned {
        name,
        name_is_number,
        len,
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
    let mut scanner = Scanner { text: array, at: 0 };
    scanner.expect_array()?;
    scanner.next_token();
    if scanner.peek() == Some(b']') {
        return scanner.rest_of_array();
    }
    scanner.value(1)?;
    Ok(scanner.rest_of_array()?.saturating_add(1))
}

/// The text of a JSON string that the scanner has accepted.
fn unquote(quoted: &str) -> Result<Cow<'_, str>, Error> {
    if quoted.contains('\\') {
        let name = serde_json::from_str::<String>(quoted);
        return name
            .map(Cow::Owned)
            .map_err(|source| Error::new(Reason::MalformedJson(source)));
    }
    Ok(Cow::Borrowed(
        quoted
            .get(1..quoted.len().saturating_sub(1))
            .unwrap_or_default(),
    ))
}

struct Scanner<'a> {
    text: &'a str,
    /// The next byte to look at.
    at: usize,
}

impl Scanner<'_> {
    fn expect_array(&mut self) -> Result<(), Error> {
        self.next_token();
        if self.eat(b'[') {
            Ok(())
        } else {
            Err(self.error("expected an array"))
        }
    }

    /// What follows an element of the outermost array, to the end of the text. Returns how many
    /// elements that were.
    fn rest_of_array(&mut self) -> Result<usize, Error> {
        let mut len = 0;
        while self.comma_or(b']', "expected ',' or ']'")? {
            self.value(1)?;
            len += 1;
        }
        self.next_token();
        if self.at < self.text.len() {
            return Err(self.error("text after the end of the array"));
        }
        Ok(len)
    }

    /// Passes one value that stands inside `depth` arrays and objects.
    fn value(&mut self, depth: usize) -> Result<(), Error> {
        self.next_token();
        match self.peek() {
            Some(b'[') => self.array(depth),
            Some(b'{') => self.object(depth),
            _ => self.scalar(),
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), Error> {
        if self.open(depth, b']')? {
            return Ok(());
        }
        self.value(depth + 1)?;
        while self.comma_or(b']', "expected ',' or ']'")? {
            self.value(depth + 1)?;
        }
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), Error> {
        if self.open(depth, b'}')? {
            return Ok(());
        }
        self.member(depth)?;
        while self.comma_or(b'}', "expected ',' or '}'")? {
            self.member(depth)?;
        }
        Ok(())
    }

    fn member(&mut self, depth: usize) -> Result<(), Error> {
        self.next_token();
        if !self.eat(b'"') {
            return Err(self.error("expected a key"));
        }
        self.string()?;
        self.next_token();
        if !self.eat(b':') {
            return Err(self.error("expected ':'"));
        }
        self.value(depth + 1)
    }

    /// Passes an opening bracket; true if the closing one follows at once and was passed as well.
    fn open(&mut self, depth: usize, close: u8) -> Result<bool, Error> {
        if depth >= MAX_DEPTH {
            return Err(self.error("nested too deep"));
        }
        self.at += 1;
        self.next_token();
        Ok(self.eat(close))
    }

    /// True after a comma, false after `close`.
    fn comma_or(&mut self, close: u8, what: &'static str) -> Result<bool, Error> {
        self.next_token();
        if self.eat(b',') {
            return Ok(true);
        }
        if self.eat(close) {
            Ok(false)
        } else {
            Err(self.error(what))
        }
    }

    fn scalar(&mut self) -> Result<(), Error> {
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.string()
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal(b"true"),
            Some(b'f') => self.literal(b"false"),
            Some(b'n') => self.literal(b"null"),
            Some(_) => Err(self.error("expected a value")),
            None => Err(self.error("unexpected end")),
        }
    }

    fn literal(&mut self, word: &[u8]) -> Result<(), Error> {
        if !self.rest().starts_with(word) {
            return Err(self.error("expected a value"));
        }
        self.at += word.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), Error> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Error> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start {
            Ok(())
        } else {
            Err(self.error("expected a digit"))
        }
    }

    /// Passes the rest of a string whose opening quote has been passed.
    fn string(&mut self) -> Result<(), Error> {
        loop {
            self.at += plain_prefix(self.rest());
            if self.eat(b'"') {
                return Ok(());
            }
            if !self.eat(b'\\') {
                return Err(self.error("unfinished string or control character in a string"));
            }
            self.escape()?;
        }
    }

    fn escape(&mut self) -> Result<(), Error> {
        let length = match self.rest() {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 1,
            [b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|x| x.is_ascii_hexdigit()) => 5,
            _ => return Err(self.error("invalid escape")),
        };
        self.at += length;
        Ok(())
    }

    /// Passes whitespace and returns where the next token starts.
    fn next_token(&mut self) -> usize {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.at
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn error(&self, what: &'static str) -> Error {
        Error::malformed(what, self.at)
    }
}

/// How many bytes of a string come before a quote, a backslash or a control character.
fn plain_prefix(bytes: &[u8]) -> usize {
    let mut tail = bytes;
    while let Some((word, rest)) = tail.split_first_chunk::<8>() {
        let special = specials(u64::from_le_bytes(*word));
        if special != 0 {
            return bytes.len() - tail.len() + (special.trailing_zeros() / 8) as usize;
        }
        tail = rest;
    }
    let special = tail
        .iter()
        .position(|&byte| matches!(byte, b'"' | b'\\' | 0..0x20));
    bytes.len() - tail.len() + special.unwrap_or(tail.len())
}

/// Sets the high bit of each byte that ends a plain stretch of a string. Bytes above the lowest one
/// that is set may be set wrongly, because subtraction borrows from them.
fn specials(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let equal = |byte: u8| {
        let zero_where_equal = word ^ (ONES * u64::from(byte));
        zero_where_equal.wrapping_sub(ONES) & !zero_where_equal
    };
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (equal(b'"') | equal(b'\\') | control) & HIGH
}
