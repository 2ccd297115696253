//! The header `Sec-WebSocket-Extensions` (RFC 6455 section 9.1).

use std::fmt;

/// A header that does not follow the grammar, or that offers an extension in a way that it does
/// not allow: answer the handshake with status 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidExtensions;

impl fmt::Display for InvalidExtensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As the `ws` package words it.
        f.write_str("Invalid or unacceptable Sec-WebSocket-Extensions header")
    }
}

impl std::error::Error for InvalidExtensions {}

/// One extension that a client offers, with its parameters in their order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offer<'a> {
    pub(super) extension: &'a str,
    pub(super) parameters: Vec<Parameter<'a>>,
}

/// `name`, `name=value` or `name="value"`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a str,
    pub(super) value: Option<String>,
}

/// Reads the offers. A comma or a semicolon cannot be inside of a value, since even a quoted one
/// must be a token.
pub(super) fn parse(header: &str) -> Result<Vec<Offer<'_>>, InvalidExtensions> {
    header.split(',').map(parse_offer).collect()
}

fn parse_offer(text: &str) -> Result<Offer<'_>, InvalidExtensions> {
    let mut parts = text.split(';').map(trim);
    let extension = parts.next().and_then(token).ok_or(InvalidExtensions)?;
    let parameters = parts.map(parse_parameter).collect::<Result<_, _>>()?;
    Ok(Offer {
        extension,
        parameters,
    })
}

fn parse_parameter(text: &str) -> Result<Parameter<'_>, InvalidExtensions> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(parse_value(value).ok_or(InvalidExtensions)?)),
        None => (text, None),
    };
    let name = token(name).ok_or(InvalidExtensions)?;
    Ok(Parameter { name, value })
}

fn parse_value(text: &str) -> Option<String> {
    let quoted = text
        .strip_prefix('"')
        .map(|rest| rest.strip_suffix('"').and_then(unescape));
    let value = quoted.unwrap_or_else(|| Some(text.to_owned()))?;
    token(&value).is_some().then_some(value)
}

/// Takes the backslashes out, each of which stands before a character; none stands before the
/// closing quote.
fn unescape(quoted: &str) -> Option<String> {
    let mut value = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        value.push(match character {
            '\\' => characters.next()?,
            other => other,
        });
    }
    Some(value)
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The text, if it is a token (RFC 9110 section 5.6.2).
fn token(text: &str) -> Option<&str> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (!text.is_empty() && text.bytes().all(is_token)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(header: &str) -> (String, Vec<(String, Option<String>)>) {
        let mut offers = parse(header).unwrap();
        assert_eq!(offers.len(), 1, "{header}");
        let offer = offers.remove(0);
        let parameters = offer.parameters.into_iter();
        let owned = parameters.map(|one| (one.name.to_owned(), one.value));
        (offer.extension.to_owned(), owned.collect())
    }

    #[test]
    fn names_and_values_stand_between_separators_and_spaces() {
        assert_eq!(one("a"), ("a".into(), vec![]));
        assert_eq!(one(" a\t"), ("a".into(), vec![]));
        assert_eq!(
            one("a ;\tb; c=1 ; d=\"2\" "),
            (
                "a".into(),
                vec![
                    ("b".into(), None),
                    ("c".into(), Some("1".into())),
                    ("d".into(), Some("2".into()))
                ]
            )
        );
        let names: Vec<_> = parse("a, b; c,d").unwrap();
        let names: Vec<_> = names.iter().map(|offer| offer.extension).collect();
        assert_eq!(names, ["a", "b", "d"]);
    }

    #[test]
    fn a_quoted_value_may_be_escaped() {
        assert_eq!(one(r#"a; b="1\2""#).1[0].1.as_deref(), Some("12"));
        assert_eq!(one(r#"a; b="\1\2""#).1[0].1.as_deref(), Some("12"));
    }

    /// Each is refused by the `ws` package, too.
    #[test]
    fn anything_else_is_refused() {
        for header in [
            "",
            " ",
            ",",
            "a,",
            ",a",
            "a;",
            "a; ;b",
            "a b",
            "a\tb",
            "a/x",
            "é",
            "a; b=",
            "a; b =1",
            "a; b= 1",
            "a; =1",
            "a; b=1 2",
            "a; b=1=2",
            r#"a; b="""#,
            r#"a; b=""#,
            r#"a; b="1"#,
            r#"a; b=1""#,
            r#"a; b="1\""#,
            r#"a; b="1""2""#,
            r#"a; b="1;2""#,
            r#"a; b="1 2""#,
            r#"a; b="1\,2""#,
            r#"a; b=1\2"#,
        ] {
            assert_eq!(parse(header), Err(InvalidExtensions), "{header:?}");
        }
    }
}
