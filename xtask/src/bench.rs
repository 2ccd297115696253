//! `cargo bench-salon` and `cargo bench-client`: build the bench with optimisation, and become it.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::failure::Outcome;
use crate::progress::step;
use crate::project::Project;
use crate::{child, npm};

const BUILD: &[&str] = &["build", "--release", "--package", "salon-benches"];

/// Where the client and the server of Node are, with which ours is compared.
pub(crate) const NODE_FOLDER: &str = "benches/client";

/// All words are the bench's.
pub(crate) fn server(project: &Project, words: &[String]) -> Outcome {
    build_and_become(project, "salon-bench", words)
}

/// All words are the bench's.
pub(crate) fn client(project: &Project, words: &[String]) -> Outcome {
    npm::check()?;
    npm::install_if_missing(project, NODE_FOLDER)?;
    build_and_become(project, "salon-bench-clients", words)
}

fn build_and_become(project: &Project, program: &str, words: &[String]) -> Outcome {
    step("Build the bench", || {
        child::run(&mut child::cargo(project, BUILD))
    })?;
    let mut bench = Command::new(project.target().join("release").join(program));
    let error = bench.args(words).exec();
    Err(child::not_started(&bench, &error))
}
