//! `cargo demo`: builds the greeting app's page and server, and runs the server.
//!
//! At the end this process *becomes* the server (by way of `cargo run`), so that Ctrl-C, signals
//! and the exit status are the server's own. With `--dev` the page's development server runs
//! beside it as a companion, and the two end together.

pub(crate) mod companion;
mod port;

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::failure::Outcome;
use crate::options::Options;
use crate::progress::step;
use crate::project::Project;
use crate::{child, npm, page};

pub(crate) use companion::NAME as COMPANION;

const RELEASE: &str = "--release";
const DEV: &str = "--dev";

pub(crate) fn run(project: &Project, words: &[String]) -> Outcome {
    let options = Options::read("demo", words, &[RELEASE, DEV])?;
    options.no_name()?;
    npm::check()?;
    port::check(options.has(DEV))?;
    prepare_page(project, options.has(DEV))?;
    step("Build the server", || {
        child::run(&mut server(project, "build", &options))
    })?;
    if options.has(DEV) {
        companion::start(project)?;
    }
    become_server(project, &options)
}

fn prepare_page(project: &Project, dev: bool) -> Outcome {
    page::generate(project)?;
    if !npm::is_installed(project, page::FOLDER) {
        step("Install the page's packages", || {
            npm::install(project, page::FOLDER)
        })?;
    }
    if dev {
        return Ok(());
    }
    step("Build the page", || page::build(project))
}

/// `cargo build` or `cargo run` of the demo.
fn server(project: &Project, verb: &str, options: &Options<'_>) -> Command {
    let mut command = child::cargo(project, &[verb, "--package", "demo"]);
    if options.has(RELEASE) {
        command.arg(RELEASE);
    }
    command
}

/// Only returns when the server could not start.
fn become_server(project: &Project, options: &Options<'_>) -> Outcome {
    let mut command = server(project, "run", options);
    command.arg("--quiet").stdin(Stdio::inherit());
    if options.has(DEV) {
        command.args(["--", DEV]);
    }
    let error: io::Error = command.exec();
    Err(child::not_started(&command, &error))
}
