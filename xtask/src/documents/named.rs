//! The tests that the documents name exist, in the files that they name.
//!
//! A document says `` `name` in [file](path) ``, or several names before the one link. After
//! `*wire*:` and `*server*:` names stand alone, since [`SHORT_FORMS`] tells where they are.

use std::fs;
use std::path::Path;

use super::read;
use crate::failure::Outcome;
use crate::progress;
use crate::project::Project;

const DOCUMENTS: &[&str] = &["docs/differences-from-node.md", "docs/parity.md"];

const SHORT_FORMS: &[(&str, &str)] = &[
    ("*wire*:", "../interop/differences.test.mjs"),
    ("*server*:", "../crates/salon/tests/differences.rs"),
];

/// A test that a document names.
#[derive(Debug, PartialEq, Eq)]
struct Mention {
    name: String,
    /// From the folder of the document.
    path: String,
}

pub(super) fn check(project: &Project) -> Outcome<Vec<String>> {
    let mut findings = Vec::new();
    for document in DOCUMENTS {
        let path = project.path(document);
        let mentions = mentions(&read(&path)?);
        progress::tell(&format!("{document} names {} tests.", mentions.len()));
        for mention in mentions {
            if !exists(&path, &mention) {
                let Mention { name, path } = mention;
                findings.push(format!("{document}: there is no test `{name}` in {path}"));
            }
        }
    }
    Ok(findings)
}

fn exists(document: &Path, mention: &Mention) -> bool {
    let folder = document.parent().unwrap_or(document);
    let Ok(text) = fs::read_to_string(folder.join(&mention.path)) else {
        return false;
    };
    match mention.path.ends_with(".rs") {
        true => text.contains(&format!("fn {}(", mention.name)),
        false => on_one_line(&text).contains(&mention.name),
    }
}

fn mentions(text: &str) -> Vec<Mention> {
    let text = on_one_line(text);
    let mut found = before_links(&text);
    for (marker, path) in SHORT_FORMS {
        found.extend(after_markers(&text, marker, path));
    }
    found
}

/// `` `one`, `two` in [file](path) ``
fn before_links(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices(" in [") {
        let Some(path) = link_target(&text[start..]) else {
            continue;
        };
        let mut rest = &text[..start];
        while let Some((before, name)) = last_code(rest) {
            found.push(mention(name, path));
            let Some(more) = without_joint(before) else {
                break;
            };
            rest = more;
        }
    }
    found
}

/// ``*wire*: `one`, `two` ``, unless a link follows, which is for [`before_links`].
fn after_markers(text: &str, marker: &str, path: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices(marker) {
        let mut rest = text[start + marker.len()..].trim_start();
        let mut names = Vec::new();
        while let Some((name, after)) = first_code(rest) {
            names.push(mention(name, path));
            rest = after.trim_start_matches(',').trim_start();
            rest = rest.strip_prefix("and ").unwrap_or(rest);
        }
        if !rest.starts_with("in [") {
            found.extend(names);
        }
    }
    found
}

/// The file of ours that ` in [file](path)` links to.
fn link_target(link: &str) -> Option<&str> {
    let (_, target) = link.split_once("](")?;
    let (target, _) = target.split_once(')')?;
    (target.ends_with(".rs") || target.ends_with(".mjs")).then_some(target)
}

/// What stands before the code span at the end, and what is in it.
fn last_code(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix('`')?.rsplit_once('`')
}

fn first_code(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('`')?.split_once('`')
}

fn without_joint(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let joint = text.strip_suffix(',').or_else(|| text.strip_suffix(" and"));
    joint.map(str::trim_end)
}

fn mention(name: &str, path: &str) -> Mention {
    Mention {
        name: name.to_owned(),
        path: path.to_owned(),
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Scratch;

    fn found(text: &str) -> Vec<(String, String)> {
        let pairs = mentions(text).into_iter().map(|one| (one.name, one.path));
        pairs.collect()
    }

    fn pair(name: &str, path: &str) -> (String, String) {
        (name.to_owned(), path.to_owned())
    }

    #[test]
    fn names_stand_before_a_link() {
        let text =
            "So (`Limits`). `one\nmore`, `two` and `three` in\n[x](../a/x.rs), `no` in [y](y.md).";
        let expected = ["three", "two", "one more"].map(|name| pair(name, "../a/x.rs"));
        assert_eq!(found(text), expected);
    }

    #[test]
    fn short_forms_name_a_file_of_their_own_unless_a_link_follows() {
        let (wire, server) = (SHORT_FORMS[0].1, SHORT_FORMS[1].1);
        let text = "*wire*: `one`, `two`; *server*: `three`\n\n*wire*: `four` in [x](x.mjs)";
        let expected = [
            pair("four", "x.mjs"),
            pair("one", wire),
            pair("two", wire),
            pair("three", server),
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn a_test_that_is_not_there_is_found_out() {
        let scratch = Scratch::new("documents");
        let project = Project::at(scratch.path());
        fs::create_dir_all(project.path("docs")).unwrap();
        fs::write(project.path("a.rs"), "fn there() {}").unwrap();
        fs::write(project.path(DOCUMENTS[0]), "").unwrap();
        fs::write(project.path(DOCUMENTS[1]), "`there` in [a](../a.rs)").unwrap();
        assert!(check(&project).unwrap().is_empty());

        fs::write(project.path(DOCUMENTS[1]), "`the` in [a](../a.rs)").unwrap();
        let expected = format!("{}: there is no test `the` in ../a.rs", DOCUMENTS[1]);
        assert_eq!(check(&project).unwrap(), [expected]);

        fs::write(project.path(DOCUMENTS[1]), "`there` in [b](../b.rs)").unwrap();
        assert_eq!(check(&project).unwrap().len(), 1);
    }
}
