//! `cargo xtask layers`: the walls between crates and modules, and the size of what stands there.
//!
//! Reads the sources as text, without comments and strings, and compares what they name with the
//! rules in `walls`, `manifests` and `sizes`.

mod manifests;
mod mask;
mod mentions;
mod sizes;
mod source;
mod walls;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use crate::failure::{OrFail, Outcome, fail};
use crate::options::Options;
use crate::progress;
use crate::project::Project;
use source::Source;

/// The folders with Rust code of ours.
const FOLDERS: &[&str] = &["crates", "demo", "xtask", "benches", "fuzz"];

const NOT_OURS: &[&str] = &["target", "node_modules", "dist"];

/// A rule that is broken, and where.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

pub(crate) fn run(project: &Project, words: &[String]) -> Outcome {
    Options::read("xtask layers", words, &[])?.no_name()?;
    check(project)
}

pub(crate) fn check(project: &Project) -> Outcome {
    let texts = read_all(project.root()).or_fail("Could not read the sources")?;
    let findings = judge(&texts);
    for finding in &findings {
        progress::tell(&finding.to_string());
    }
    match findings.len() {
        0 => {
            progress::tell(&format!(
                "layers: every wall stands, in {} files.",
                texts.len()
            ));
            Ok(())
        }
        count => fail(format!(
            "layers: {count} found; ARCHITECTURE.md#walls tells why each rule is there."
        )),
    }
}

/// A file of ours: its path from the repository's root, and what is in it.
struct Text {
    path: String,
    text: String,
}

fn judge(texts: &[Text]) -> Vec<Finding> {
    let (code, rest): (Vec<_>, Vec<_>) = texts.iter().partition(|text| text.path.ends_with(".rs"));
    let sources: Vec<Source> = code
        .iter()
        .map(|file| Source::new(&file.path, &file.text))
        .collect();
    let mut findings = Vec::new();
    for manifest in rest {
        findings.extend(manifests::judge(&manifest.path, &manifest.text));
    }
    for source in &sources {
        findings.extend(walls::judge(source));
        findings.extend(sizes::judge(source));
    }
    findings.extend(sizes::judge_exceptions(&sources));
    findings
}

fn read_all(root: &Path) -> io::Result<Vec<Text>> {
    let mut texts = Vec::new();
    for folder in FOLDERS {
        if root.join(folder).is_dir() {
            read_folder(folder, &root.join(folder), &mut texts)?;
        }
    }
    texts.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(texts)
}

fn read_folder(relative: &str, folder: &Path, texts: &mut Vec<Text>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{relative}/{name}");
        if entry.file_type()?.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                read_folder(&path, &entry.path(), texts)?;
            }
        } else if name.ends_with(".rs") || name == "Cargo.toml" {
            texts.push(Text {
                path,
                text: fs::read_to_string(entry.path())?,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Scratch;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_good_tree_passes_and_a_bad_one_fails() {
        let scratch = Scratch::new("layers");
        write(
            scratch.path(),
            "crates/salon/Cargo.toml",
            "[dependencies]\nbytes = \"1\"\n",
        );
        write(
            scratch.path(),
            "crates/salon/src/hub/mod.rs",
            "use std::mem;\n",
        );
        write(
            scratch.path(),
            "crates/salon/target/x.rs",
            "use tokio::net;\n",
        );
        assert!(check(&Project::at(scratch.path())).is_ok());

        write(
            scratch.path(),
            "crates/salon/src/hub/mod.rs",
            "use tokio::sync::Mutex;\n",
        );
        let failure = check(&Project::at(scratch.path())).unwrap_err().to_string();
        assert!(failure.starts_with("layers: 1 found; "), "{failure}");
    }

    #[test]
    fn a_finding_is_a_place_and_a_sentence() {
        let finding = Finding {
            path: "a/b.rs".to_owned(),
            line: 12,
            what: "hub must not use tokio".to_owned(),
        };
        assert_eq!(finding.to_string(), "a/b.rs:12: hub must not use tokio");
    }
}
