//! The servers that `cargo bench-peers` measures beside salon: got and built here, each by itself.
//! One that cannot be had is named; the bench finds that it does not start, and goes on without it.

use std::process::Command;

use crate::failure::Outcome;
use crate::progress::{step, tell};
use crate::project::Project;
use crate::python::Environment;
use crate::{child, npm};

/// Node's and Bun's.
const NODE_FOLDER: &str = "benches/peers/node";

/// Rust's has a workspace of its own, so that the lock file of salon does not know it.
const SOCKETIOXIDE: &str = "benches/peers/socketioxide";

/// The packages of Python's.
const REQUIREMENTS: &str = "benches/peers/python/requirements.txt";

/// Gets all that can be had; what cannot is told.
pub(crate) fn prepare(project: &Project) {
    for outcome in [node(project), python(project), socketioxide(project)] {
        if let Err(failure) = outcome {
            tell(&format!("    going on without it: {failure}"));
        }
    }
}

fn node(project: &Project) -> Outcome {
    npm::check()?;
    npm::install_if_missing(project, NODE_FOLDER)
}

fn python(project: &Project) -> Outcome {
    let environment = Environment::new(REQUIREMENTS, project.target().join("peers/python"));
    if environment.is_installed(project) {
        return Ok(());
    }
    step("Install the Python packages of python-socketio", || {
        environment.install(project)
    })
}

fn socketioxide(project: &Project) -> Outcome {
    step("Build socketioxide", || {
        child::run(&mut build_socketioxide(project))
    })
}

fn build_socketioxide(project: &Project) -> Command {
    let mut cargo = child::cargo(project, &["build", "--release", "--locked"]);
    cargo.current_dir(project.path(SOCKETIOXIDE)).env(
        "CARGO_TARGET_DIR",
        project.target().join("peers/socketioxide"),
    );
    cargo
}
