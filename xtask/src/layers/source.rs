//! One source file, ready to be judged: its code lines, what they name, and which are tests.

use super::mask::mask;
use super::mentions::{Mention, mentions};

pub(super) struct Source {
    pub(super) path: String,
    pub(super) lines: Vec<Line>,
    pub(super) mentions: Vec<Mention>,
}

/// A line without its comments and strings. Line numbers begin with 1, indices with 0.
pub(super) struct Line {
    pub(super) code: String,
    pub(super) is_test: bool,
}

impl Line {
    pub(super) fn is_blank(&self) -> bool {
        self.code.trim().is_empty()
    }
}

impl Source {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let masked = mask(text);
        let mut lines: Vec<Line> = masked
            .lines()
            .map(|code| Line {
                code: code.to_owned(),
                is_test: is_test_file(path),
            })
            .collect();
        mark_test_modules(&mut lines);
        Self {
            path: path.to_owned(),
            lines,
            mentions: mentions(&masked),
        }
    }

    /// A file of nothing but tests.
    pub(super) fn is_all_test(&self) -> bool {
        is_test_file(&self.path)
    }

    pub(super) fn is_test(&self, line: usize) -> bool {
        self.lines.get(line - 1).is_some_and(|line| line.is_test)
    }
}

/// `tests.rs`, `x_tests.rs`, and all in a folder `tests`.
fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.ends_with("_tests.rs") || path.contains("/tests/")
}

fn mark_test_modules(lines: &mut [Line]) {
    for start in 0..lines.len() {
        if lines[start].code.trim() == "#[cfg(test)]" && opens_module(&lines[start + 1..]) {
            let end = block_end(lines, start);
            lines[start..=end]
                .iter_mut()
                .for_each(|line| line.is_test = true);
        }
    }
}

/// Whether the next item, past other attributes, is a module with a body.
fn opens_module(lines: &[Line]) -> bool {
    let item = lines
        .iter()
        .map(|line| line.code.trim())
        .find(|code| !code.is_empty() && !code.starts_with("#["));
    item.is_some_and(|code| code.split_whitespace().any(|word| word == "mod") && code.contains('{'))
}

/// The line on which the first brace that opens from here on is closed.
pub(super) fn block_end(lines: &[Line], start: usize) -> usize {
    let mut depth = 0_i32;
    for (index, line) in lines.iter().enumerate().skip(start) {
        let braces = line.code.chars().filter(|c| matches!(c, '{' | '}'));
        for brace in braces {
            depth += if brace == '{' { 1 } else { -1 };
            if depth <= 0 {
                return index;
            }
        }
    }
    lines.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test_lines(path: &str, text: &str) -> Vec<usize> {
        let source = Source::new(path, text);
        (1..=source.lines.len())
            .filter(|line| source.is_test(*line))
            .collect()
    }

    #[test]
    fn a_test_module_ends_with_its_brace() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { \"}\"; }\n}\nfn c() {}\n";
        assert_eq!(test_lines("src/a.rs", text), [2, 3, 4, 5]);
    }

    #[test]
    fn other_attributes_may_stand_between() {
        let text = "#[cfg(test)]\n#[allow(missing_docs)]\npub(crate) mod tests {\n}\n";
        assert_eq!(test_lines("src/a.rs", text), [1, 2, 3, 4]);
    }

    #[test]
    fn a_single_test_item_is_no_module() {
        assert_eq!(
            test_lines("src/a.rs", "#[cfg(test)]\nuse std::mem;\nmod b {\n}\n"),
            []
        );
        assert_eq!(
            test_lines("src/a.rs", "#[cfg(test)]\nmod tests;\nfn a() {}\n"),
            []
        );
    }

    #[test]
    fn whole_files_can_be_tests() {
        assert_eq!(test_lines("crates/x/src/tests.rs", "use a;\n"), [1]);
        assert_eq!(test_lines("crates/x/tests/a.rs", "use a;\n"), [1]);
        assert_eq!(test_lines("crates/x/src/contests.rs", "use a;\n"), []);
    }
}
