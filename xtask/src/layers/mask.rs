//! Rust text with its comments, strings and characters blanked out, line for line.

/// Every character of a comment or literal becomes a space; newlines stay where they are.
pub(super) fn mask(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let end = at + literal(&characters, at);
        if end == at {
            masked.push(characters[at]);
            at += 1;
        }
        for character in &characters[at.min(end)..end] {
            masked.push(if *character == '\n' { '\n' } else { ' ' });
        }
        at = at.max(end);
    }
    masked
}

/// The length of the comment or literal that begins here; 0 when none does.
fn literal(text: &[char], at: usize) -> usize {
    let rest = &text[at..];
    match rest {
        ['/', '/', ..] => rest.iter().position(|c| *c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => block_comment(rest),
        ['"', ..] => string(rest),
        ['r', '"' | '#', ..] if starts_word(text, at) => raw_string(rest),
        ['\'', ..] => character(rest),
        _ => 0,
    }
}

/// Whether no identifier runs into this place; the `b` of `br"…"` and the `c` of `cr"…"` may.
fn starts_word(text: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|place| text[place]);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    match before(1) {
        Some('b' | 'c') => !before(2).is_some_and(is_word),
        Some(c) => !is_word(c),
        None => true,
    }
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#` and so on; `r#name` is no string.
fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|c| **c == '#').count();
    let start = 1 + hashes;
    if rest.get(start) != Some(&'"') {
        return 0;
    }
    let end: String = std::iter::once('"')
        .chain("#".repeat(hashes).chars())
        .collect();
    let body: String = rest[start + 1..].iter().collect();
    match body.find(&end) {
        Some(found) => start + 1 + body[..found].chars().count() + end.len(),
        None => rest.len(),
    }
}

/// `'x'` and `'\n'`; a lifetime is no character.
fn character(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, more @ ..] => more
            .iter()
            .position(|c| *c == '\'')
            .map_or(rest.len(), |found| found + 4),
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn masks(text: &str, expected: &str) {
        assert_eq!(
            mask(text).split_whitespace().collect::<Vec<_>>().join(" "),
            expected,
            "{text}"
        );
        assert_eq!(mask(text).lines().count(), text.lines().count());
    }

    #[test]
    fn comments_go() {
        masks("a // tokio\nb", "a b");
        masks("a /* one /* two */ three\n */ b", "a b");
        masks("/// tokio::spawn\nfn f() {} /* open", "fn f() {}");
    }

    #[test]
    fn strings_go() {
        masks(r#"a("tokio \" // {", b)"#, "a( , b)");
        masks("a(r#\"one \" two\"#, b)", "a( , b)");
        masks("a(br\"\\\", b)", "a(b , b)");
        masks("a(\"ü\nö\") b", "a( ) b");
    }

    #[test]
    fn characters_go_and_lifetimes_stay() {
        masks("a('{', '\\'', '\\u{1F}', b'\"')", "a( , , , b )");
        masks(
            "fn f<'a>(x: &'a str) -> &'static str",
            "fn f<'a>(x: &'a str) -> &'static str",
        );
    }

    #[test]
    fn raw_names_and_words_that_end_in_r_stay() {
        masks("r#type", "r#type");
        masks("for \"x\" in var", "for in var");
    }
}
