//! `cargo bench-salon`: builds the bench with optimisation, and becomes it.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::child;
use crate::failure::Outcome;
use crate::progress::step;
use crate::project::Project;

const BUILD: &[&str] = &["build", "--release", "--package", "salon-benches"];

/// All words are the bench's.
pub(crate) fn run(project: &Project, words: &[String]) -> Outcome {
    step("Build the bench", || {
        child::run(&mut child::cargo(project, BUILD))
    })?;
    let mut bench = Command::new(project.target().join("release/salon-bench"));
    let error = bench.args(words).exec();
    Err(child::not_started(&bench, &error))
}
