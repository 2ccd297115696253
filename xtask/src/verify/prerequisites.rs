//! What the other steps need on the machine: programs, cargo's helpers, npm packages.
//!
//! What is missing is installed where we can: by apt-get as root on Debian, by cargo and npm
//! anywhere. Elsewhere the failure names it.

use super::debian;
use super::steps::{BROWSER, INTEROP};
use crate::failure::{Outcome, fail};
use crate::progress::step;
use crate::project::Project;
use crate::{child, npm, page};

/// A program that must be on the PATH, and the Debian packages that bring it.
pub(crate) struct Tool {
    pub(crate) program: &'static str,
    pub(crate) packages: &'static [&'static str],
}

pub(crate) const CHROMIUM: &str = "chromium";

const TOOLS: &[Tool] = &[
    Tool {
        program: "node",
        packages: &["nodejs"],
    },
    Tool {
        program: "npm",
        packages: &["npm"],
    },
    // Without a font the screenshots show no text.
    Tool {
        program: CHROMIUM,
        packages: &["chromium", "fonts-liberation"],
    },
    Tool {
        program: "curl",
        packages: &["curl"],
    },
    Tool {
        program: "git",
        packages: &["git"],
    },
];

/// Parts of the Rust toolchain: the command that proves each one, and its name for rustup.
const COMPONENTS: &[(&str, &str)] = &[("fmt", "rustfmt"), ("clippy", "clippy")];

const PACKAGE_FOLDERS: &[&str] = &[page::FOLDER, INTEROP, BROWSER];

pub(crate) fn run(project: &Project) -> Outcome {
    require_components(project)?;
    debian::install(&missing_tools())?;
    require_all(&missing_tools())?;
    npm::check()?;
    install_nextest(project)?;
    PACKAGE_FOLDERS
        .iter()
        .try_for_each(|folder| install_packages(project, folder))
}

fn missing_tools() -> Vec<&'static Tool> {
    TOOLS
        .iter()
        .filter(|tool| !child::is_installed(tool.program))
        .collect()
}

/// What apt-get brought must be there in the end.
fn require_all(missing: &[&Tool]) -> Outcome {
    match missing.first() {
        None => Ok(()),
        Some(tool) => fail(format!(
            "`{}` was installed but is not on the PATH: add its folder to the PATH and try again.",
            tool.program
        )),
    }
}

fn require_components(project: &Project) -> Outcome {
    for (subcommand, component) in COMPONENTS {
        let proof = child::cargo(project, &[subcommand, "--version"]).output();
        if !proof.is_ok_and(|output| output.status.success()) {
            return fail(format!(
                "{component} is missing: run `rustup component add {component}`."
            ));
        }
    }
    Ok(())
}

fn install_nextest(project: &Project) -> Outcome {
    if child::is_installed("cargo-nextest") {
        return Ok(());
    }
    step("Install cargo-nextest (takes some minutes, once)", || {
        child::run(&mut child::cargo(
            project,
            &["install", "cargo-nextest", "--locked"],
        ))
    })
}

fn install_packages(project: &Project, folder: &str) -> Outcome {
    if npm::is_installed(project, folder) {
        return Ok(());
    }
    step(&format!("Install the npm packages of {folder}"), || {
        npm::install(project, folder)
    })
}
