//! Snippets of Rust that stand in a document without the lines around them, which a reader does
//! not need and the compiler does: each stands in a test file as well, line by line.

use std::fs;
use std::path::Path;

use super::read;
use crate::failure::{OrFail, Outcome};
use crate::progress;
use crate::project::Project;

/// A document, and the folder whose files have its snippets.
const COMPILED: &[(&str, &str)] = &[(
    "docs/coming-from-node.md",
    "crates/salon/tests/coming_from_node",
)];

pub(super) fn check(project: &Project) -> Outcome<Vec<String>> {
    let mut findings = Vec::new();
    for (document, source) in COMPILED {
        let sources = sources(&project.path(source))?;
        let snippets = snippets(&read(&project.path(document))?);
        progress::tell(&format!("{document} shows {} snippets.", snippets.len()));
        for snippet in snippets {
            if !sources.iter().any(|source| contains(source, &snippet)) {
                let first = snippet.first().map_or("", String::as_str);
                findings.push(format!(
                    "{document}: the snippet that begins with `{first}` is not in {source}"
                ));
            }
        }
    }
    Ok(findings)
}

/// The lines of each file of a folder.
fn sources(folder: &Path) -> Outcome<Vec<Vec<String>>> {
    let what = format!("Could not list `{}`", folder.display());
    let entries = fs::read_dir(folder).or_fail(&what)?;
    let texts = entries.map(|entry| Ok(lines(&read(&entry.or_fail(&what)?.path())?)));
    texts.collect()
}

/// The code between fences that say `rust`.
fn snippets(document: &str) -> Vec<Vec<String>> {
    let parts = document.split("```rust\n").skip(1);
    let codes = parts.map(|part| part.split("```").next().unwrap_or_default());
    codes.map(lines).collect()
}

/// Without indentation, which differs, and without empty lines.
fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn contains(source: &[String], snippet: &[String]) -> bool {
    !snippet.is_empty() && source.windows(snippet.len()).any(|lines| lines == snippet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_found_whatever_its_indentation() {
        let source = lines("fn main() {\n    one();\n\n    two();\n}\n");
        let document =
            "So:\n```rust\none();\ntwo();\n```\n\n```js\nno();\n```\n```rust\ntwo();\none();\n```";
        let found = snippets(document);
        assert_eq!(found.len(), 2);
        assert!(contains(&source, &found[0]));
        assert!(!contains(&source, &found[1]));
        assert!(!contains(&source, &[]));
    }
}
