//! What a source names: every path such as `tokio::spawn`, with `use` lists written out.

/// A path, and how it stands there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mention {
    pub(super) line: usize,
    pub(super) segments: Vec<String>,
    pub(super) form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `use path`
    Use,
    /// `path(…)`
    Call,
    /// `path!(…)`
    Macro,
    /// `#[path]`
    Attribute,
    Other,
}

pub(super) fn mentions(masked: &str) -> Vec<Mention> {
    let mut reader = Reader {
        rest: masked,
        line: 1,
        found: Vec::new(),
    };
    while !reader.rest.is_empty() {
        reader.step();
    }
    reader.found
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    found: Vec<Mention>,
}

impl Reader<'_> {
    fn step(&mut self) {
        if let Some(attribute) = self.rest.strip_prefix("#[") {
            self.rest = attribute;
            return self.path(|_| Form::Attribute);
        }
        self.path(form);
        self.skip_one();
    }

    /// Takes the path that stands here, if one does.
    fn path(&mut self, form: fn(&str) -> Form) {
        let (path, after) = self.rest.split_at(path_length(self.rest));
        self.rest = after;
        match path {
            "" => {}
            // `impl Trait + use<'a>` imports nothing.
            "use" if !after.starts_with('<') => self.read_use(),
            _ => self.note(path, form(after)),
        }
    }

    fn skip_one(&mut self) {
        let mut characters = self.rest.chars();
        if characters.next() == Some('\n') {
            self.line += 1;
        }
        self.rest = characters.as_str();
    }

    /// Writes `use a::{b, c::{d, e}};` out as `a::b`, `a::c::d` and `a::c::e`.
    fn read_use(&mut self) {
        let (mut prefixes, mut path) = (vec![String::new()], String::new());
        while let Some(character) = self.rest.chars().next() {
            match character {
                '{' => prefixes.push(
                    prefixes
                        .last()
                        .map_or(String::new(), |p| p.clone() + path.trim()),
                ),
                ',' | '}' | ';' => self.note_used(prefixes.last(), &path),
                _ => {}
            }
            match character {
                '{' | ',' => path.clear(),
                '}' => {
                    path.clear();
                    prefixes.pop();
                }
                ';' => return,
                other => path.push(other),
            }
            self.skip_one();
        }
    }

    fn note_used(&mut self, prefix: Option<&String>, path: &str) {
        let Some(path) = path.split_whitespace().next() else {
            return;
        };
        let whole = prefix.map_or(String::new(), String::clone) + path;
        self.note(&whole, Form::Use);
    }

    fn note(&mut self, path: &str, form: Form) {
        let segments = path.split("::").filter(|segment| !segment.is_empty());
        let segments = segments
            .map(|segment| segment.trim_start_matches("r#").to_owned())
            .collect();
        self.found.push(Mention {
            line: self.line,
            segments,
            form,
        });
    }
}

/// The length of `a::b::c` or `::a` at the start of the text; 0 when none stands there.
fn path_length(text: &str) -> usize {
    let mut length = 0;
    loop {
        let colons = if text[length..].starts_with("::") {
            2
        } else {
            0
        };
        let word = word_length(&text[length + colons..]);
        if word == 0 || (length > 0 && colons == 0) {
            return length;
        }
        length += colons + word;
    }
}

fn word_length(text: &str) -> usize {
    let raw = if text.starts_with("r#") { 2 } else { 0 };
    let word = &text[raw..];
    let end = word
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(word.len());
    if end == 0 { 0 } else { raw + end }
}

fn form(after: &str) -> Form {
    if after.starts_with('(') || after.starts_with("::<") {
        Form::Call
    } else if after.starts_with('!') && !after.starts_with("!=") {
        Form::Macro
    } else {
        Form::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn finds(text: &str, expected: &[(usize, &str, Form)]) {
        let found = mentions(text);
        let found: Vec<_> = found
            .iter()
            .map(|m| (m.line, m.segments.join("::"), m.form))
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(line, path, form)| (*line, (*path).to_owned(), *form))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn use_lists_are_written_out() {
        finds("use std::net;", &[(1, "std::net", Form::Use)]);
        let text = "use std::{\n    fs,\n    thread::{self as t, sleep},\n};\nuse a::b as c;";
        finds(
            text,
            &[
                (2, "std::fs", Form::Use),
                (3, "std::thread::self", Form::Use),
                (3, "std::thread::sleep", Form::Use),
                (5, "a::b", Form::Use),
            ],
        );
    }

    #[test]
    fn use_in_a_type_imports_nothing() {
        finds(
            "X + use<'a>",
            &[
                (1, "X", Form::Other),
                (1, "use", Form::Other),
                (1, "a", Form::Other),
            ],
        );
    }

    #[test]
    fn the_form_of_a_path_is_seen() {
        finds(
            "\ntokio::spawn(x)",
            &[(2, "tokio::spawn", Form::Call), (2, "x", Form::Other)],
        );
        finds(
            "spawn::<T>(",
            &[(1, "spawn", Form::Call), (1, "T", Form::Other)],
        );
        finds(
            "todo!(a != b)",
            &[
                (1, "todo", Form::Macro),
                (1, "a", Form::Other),
                (1, "b", Form::Other),
            ],
        );
        finds("#[ignore]", &[(1, "ignore", Form::Attribute)]);
        finds("r#mod::x", &[(1, "mod::x", Form::Other)]);
        finds("a:b", &[(1, "a", Form::Other), (1, "b", Form::Other)]);
    }
}
