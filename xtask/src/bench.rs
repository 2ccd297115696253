//! `cargo bench-salon`, `cargo bench-peers`, `cargo bench-client`, `cargo bench-tool` and
//! `cargo bench-micro`: build the bench with optimisation, and become it.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::failure::{Outcome, fail};
use crate::progress::{self, step};
use crate::project::Project;
use crate::{child, npm, peers};

const BENCHES: &str = "salon-benches";

/// The package of `salon bench`, the load tool.
const TOOL: &str = "salon-cli";

/// The package of the micro bench, and its program.
const MICRO: &str = "salon-bench-micro";

/// Where the client and the server of Node are, with which ours is compared.
pub(crate) const NODE_FOLDER: &str = "benches/client";

/// All words are the bench's.
pub(crate) fn server(project: &Project, words: &[String]) -> Outcome {
    build_and_become(project, BENCHES, "salon-bench", words)
}

/// All words are the bench's.
pub(crate) fn peers(project: &Project, words: &[String]) -> Outcome {
    if !words.iter().any(|word| word == "--help") {
        peers::prepare(project);
    }
    build_and_become(project, BENCHES, "salon-bench-peers", words)
}

/// All words are the bench's.
pub(crate) fn client(project: &Project, words: &[String]) -> Outcome {
    npm::check()?;
    npm::install_if_missing(project, NODE_FOLDER)?;
    build_and_become(project, BENCHES, "salon-bench-clients", words)
}

/// All words are the bench's.
pub(crate) fn tool(project: &Project, words: &[String]) -> Outcome {
    build(project, TOOL)?;
    build_and_become(project, BENCHES, "salon-bench-tool", words)
}

/// All words are the bench's.
pub(crate) fn micro(project: &Project, words: &[String]) -> Outcome {
    build_and_become(project, MICRO, MICRO, words)
}

/// Counts the instructions of the micro bench, and fails where there are more than was accepted.
pub(crate) fn check_instructions(project: &Project) -> Outcome {
    if !cfg!(target_os = "linux") {
        progress::tell("Instructions are counted by valgrind, on Linux: not here.");
        return Ok(());
    }
    if !child::is_installed("valgrind") {
        return fail("valgrind is not installed: run `cargo verify prerequisites` first.");
    }
    build(project, MICRO)?;
    child::run(released(project, MICRO).arg("--check"))
}

fn build_and_become(project: &Project, package: &str, program: &str, words: &[String]) -> Outcome {
    build(project, package)?;
    let mut bench = released(project, program);
    let error = bench.args(words).exec();
    Err(child::not_started(&bench, &error))
}

fn build(project: &Project, package: &str) -> Outcome {
    step(&format!("Build {package}"), || {
        let arguments = ["build", "--release", "--package", package];
        child::run(&mut child::cargo(project, &arguments))
    })
}

fn released(project: &Project, program: &str) -> Command {
    Command::new(project.target().join("release").join(program))
}
