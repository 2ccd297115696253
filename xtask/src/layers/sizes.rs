//! No file over 500 lines of code, no function over 60. Comments, blank lines and test modules
//! do not count.

use super::Finding;
use super::source::{Line, Source, block_end};

const FILE: usize = 500;
const FUNCTION: usize = 60;

/// What may be longer, and why.
struct Exception {
    path: &'static str,
    /// The function's name; none for the file as a whole.
    function: Option<&'static str>,
    reason: &'static str,
}

const EXCEPTIONS: &[Exception] = &[];

/// Something that is longer than it should be.
struct Long {
    path: String,
    line: usize,
    function: Option<String>,
    length: usize,
}

pub(super) fn judge(source: &Source) -> Vec<Finding> {
    let long = long_parts(source).into_iter();
    long.filter(|long| !EXCEPTIONS.iter().any(|exception| exception.covers(long)))
        .map(Long::finding)
        .collect()
}

/// Exceptions that nothing needs any more, or that give no reason.
pub(super) fn judge_exceptions(sources: &[Source]) -> Vec<Finding> {
    let long: Vec<Long> = sources.iter().flat_map(long_parts).collect();
    EXCEPTIONS
        .iter()
        .filter_map(|exception| exception.judge(&long))
        .collect()
}

impl Exception {
    fn covers(&self, long: &Long) -> bool {
        self.path == long.path && self.function == long.function.as_deref()
    }

    fn judge(&self, long: &[Long]) -> Option<Finding> {
        let what = if self.reason.is_empty() {
            "the exception for this length needs a reason"
        } else if !long.iter().any(|long| self.covers(long)) {
            "nothing here needs an exception for its length any more"
        } else {
            return None;
        };
        Some(Finding {
            path: self.path.to_owned(),
            line: 1,
            what: format!("{what} (xtask/src/layers/sizes.rs)"),
        })
    }
}

impl Long {
    fn finding(self) -> Finding {
        let what = match self.function {
            Some(name) => format!(
                "the function `{name}` has {} lines of code, over {FUNCTION}",
                self.length
            ),
            None => format!("this file has {} lines of code, over {FILE}", self.length),
        };
        Finding {
            path: self.path,
            line: self.line,
            what: format!("{what} (sizes: ARCHITECTURE.md#walls)"),
        }
    }
}

fn long_parts(source: &Source) -> Vec<Long> {
    let long = |line, function, length| Long {
        path: source.path.clone(),
        line,
        function,
        length,
    };
    let mut parts = Vec::new();
    let length = code_lines(
        source
            .lines
            .iter()
            .filter(|line| !line.is_test || source.is_all_test()),
    );
    if length > FILE {
        parts.push(long(1, None, length));
    }
    for (index, name) in functions(&source.lines) {
        let length = code_lines(source.lines[index..=body_end(&source.lines, index)].iter());
        if length > FUNCTION {
            parts.push(long(index + 1, Some(name), length));
        }
    }
    parts
}

fn code_lines<'a>(lines: impl Iterator<Item = &'a Line>) -> usize {
    lines.filter(|line| !line.is_blank()).count()
}

/// Where functions begin, and their names.
fn functions(lines: &[Line]) -> impl Iterator<Item = (usize, String)> {
    lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| Some((index, function_name(&line.code)?)))
}

fn function_name(code: &str) -> Option<String> {
    let mut words = code
        .split_whitespace()
        .skip_while(|word| *word != "fn")
        .skip(1);
    let name = words.next()?.split(['(', '<']).next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// The last line of a function; its own line's for one without a body.
fn body_end(lines: &[Line], start: usize) -> usize {
    let mut heads = lines.iter().enumerate().skip(start);
    match heads.find(|(_, line)| line.code.contains('{') || line.code.trim_end().ends_with(';')) {
        Some((index, line)) if line.code.contains('{') => block_end(lines, index),
        _ => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        judge(&Source::new("src/a.rs", text))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn function(lines: usize) -> String {
        format!(
            "fn long<T>(\n    a: T,\n) {{\n{}}}\n",
            "    step();\n".repeat(lines - 4)
        )
    }

    #[test]
    fn long_functions_are_found() {
        assert!(found(&function(60)).is_empty());
        assert_eq!(
            found(&format!("\n{}", function(61))),
            [
                "src/a.rs:2: the function `long` has 61 lines of code, over 60 (sizes: ARCHITECTURE.md#walls)"
            ]
        );
    }

    #[test]
    fn comments_and_blank_lines_do_not_count() {
        assert!(found(&format!("fn f() {{\n{}}}\n", "    // why\n\n".repeat(70))).is_empty());
        assert!(found(&"\n// words\n".repeat(501)).is_empty());
    }

    #[test]
    fn long_files_are_found_and_their_tests_do_not_count() {
        let items = |count| "const A: u8 = 1;\n".repeat(count);
        assert!(found(&items(500)).is_empty());
        assert_eq!(
            found(&items(501)),
            [
                "src/a.rs:1: this file has 501 lines of code, over 500 (sizes: ARCHITECTURE.md#walls)"
            ]
        );
        assert!(
            found(&format!(
                "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
                items(400),
                items(400)
            ))
            .is_empty()
        );
    }

    #[test]
    fn a_file_of_tests_counts_whole() {
        let source = Source::new("crates/x/tests/a.rs", &"const A: u8 = 1;\n".repeat(501));
        assert_eq!(judge(&source).len(), 1);
    }

    #[test]
    fn a_function_without_a_body_is_short() {
        assert!(
            found(&format!(
                "trait T {{\n    fn f(&self);\n{}}}\n",
                "    const A: u8;\n".repeat(80)
            ))
            .is_empty()
        );
    }

    #[test]
    fn an_exception_covers_one_function_and_goes_when_it_is_not_needed() {
        let exception = Exception {
            path: "src/a.rs",
            function: Some("long"),
            reason: "a table",
        };
        let long = long_parts(&Source::new("src/a.rs", &function(61)));
        assert!(exception.covers(&long[0]));
        assert_eq!(exception.judge(&long), None);
        assert!(
            exception
                .judge(&[])
                .unwrap()
                .what
                .starts_with("nothing here needs")
        );
        let silent = Exception {
            reason: "",
            ..exception
        };
        assert!(
            silent
                .judge(&long)
                .unwrap()
                .what
                .ends_with("needs a reason (xtask/src/layers/sizes.rs)")
        );
    }
}
