//! `cargo demo`: builds the greeting app's page and server, and runs the server.
//!
//! At the end this process *becomes* the server (by way of `cargo run`), so that Ctrl-C, signals
//! and the exit status are the server's own. With `--dev` the page's development server runs
//! beside it as a companion, and the two end together. `cargo demo -- client` is the demo's other
//! half, which talks to a server that runs already.

pub(crate) mod companion;
mod port;

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::failure::{Outcome, fail};
use crate::options::Options;
use crate::progress::step;
use crate::project::Project;
use crate::{child, npm, page};

pub(crate) use companion::NAME as COMPANION;

const RELEASE: &str = "--release";
const DEV: &str = "--dev";
const CLIENT: &str = "client";

pub(crate) fn run(project: &Project, words: &[String]) -> Outcome {
    let options = Options::read("demo", words, &[RELEASE, DEV])?;
    match options.name()? {
        None => serve(project, &options),
        Some(CLIENT) => join(project, &options),
        Some(other) => fail(format!(
            "`cargo demo` is the server and `cargo demo -- {CLIENT}` the client, but there is no \
             `{other}`."
        )),
    }
}

fn serve(project: &Project, options: &Options<'_>) -> Outcome {
    npm::check()?;
    port::check(options.has(DEV))?;
    prepare_page(project, options.has(DEV))?;
    step("Build the server", || {
        child::run(&mut demo(project, "build", options))
    })?;
    if options.has(DEV) {
        companion::start(project)?;
        return become_demo(project, options, &[DEV]);
    }
    become_demo(project, options, &[])
}

/// The demo's client, in this terminal.
fn join(project: &Project, options: &Options<'_>) -> Outcome {
    if options.has(DEV) {
        return fail(format!("`{DEV}` is for the page, so leave it out."));
    }
    step("Build the client", || {
        child::run(&mut demo(project, "build", options))
    })?;
    become_demo(project, options, &[CLIENT])
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
fn demo(project: &Project, verb: &str, options: &Options<'_>) -> Command {
    let mut command = child::cargo(project, &[verb, "--package", "demo"]);
    if options.has(RELEASE) {
        command.arg(RELEASE);
    }
    command
}

/// Only returns when the demo could not start.
fn become_demo(project: &Project, options: &Options<'_>, arguments: &[&str]) -> Outcome {
    let mut command = demo(project, "run", options);
    command.arg("--quiet").stdin(Stdio::inherit());
    command.arg("--").args(arguments);
    let error: io::Error = command.exec();
    Err(child::not_started(&command, &error))
}
