//! What the documents claim and a program can check: that the tests which they name exist, that the
//! snippets which they show are compiled, and that no row of parity is empty.

mod named;
mod rows;
mod snippets;

use std::fs;
use std::path::Path;

use crate::failure::{OrFail, Outcome, fail};
use crate::progress;
use crate::project::Project;

pub(crate) fn check(project: &Project) -> Outcome {
    let mut findings = named::check(project)?;
    findings.extend(rows::check(project)?);
    findings.extend(snippets::check(project)?);
    for finding in &findings {
        progress::tell(finding);
    }
    match findings.len() {
        0 => Ok(()),
        count => fail(format!(
            "The documents claim {count} things that are not so."
        )),
    }
}

fn read(path: &Path) -> Outcome<String> {
    fs::read_to_string(path).or_fail(format!("Could not read {}", path.display()))
}
