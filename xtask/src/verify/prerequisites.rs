//! What the other steps need on the machine: programs, cargo's helpers, packages of npm and Python.
//!
//! What is missing is installed where we can: by apt-get as root on Debian, by cargo, npm and pip
//! anywhere. Elsewhere the failure names it.

use super::debian;
use super::steps::{BROWSER, INTEROP};
use crate::failure::{Outcome, fail};
use crate::progress::step;
use crate::project::Project;
use crate::{bench, child, npm, page, python};

/// A program that must be on the PATH, and the Debian packages that bring it.
pub(crate) struct Tool {
    pub(crate) program: &'static str,
    /// Arguments with which it succeeds only if all of it is there; none: its presence is enough.
    pub(crate) proof: &'static [&'static str],
    pub(crate) packages: &'static [&'static str],
}

pub(crate) const CHROMIUM: &str = "chromium";

const TOOLS: &[Tool] = &[
    Tool {
        program: "node",
        proof: &[],
        packages: &["nodejs"],
    },
    Tool {
        program: "npm",
        proof: &[],
        packages: &["npm"],
    },
    // Without a font the screenshots show no text.
    Tool {
        program: CHROMIUM,
        proof: &[],
        packages: &["chromium", "fonts-liberation"],
    },
    // Debian leaves out of Python what makes virtual environments.
    Tool {
        program: "python3",
        proof: &["-c", "import ensurepip, venv"],
        packages: &["python3", "python3-venv"],
    },
    Tool {
        program: "curl",
        proof: &[],
        packages: &["curl"],
    },
    Tool {
        program: "git",
        proof: &[],
        packages: &["git"],
    },
];

/// Counts instructions. Where it does not run, the step for it says so.
const VALGRIND: Tool = Tool {
    program: "valgrind",
    proof: &[],
    packages: &["valgrind"],
};

/// Parts of the Rust toolchain: the command that proves each one, and its name for rustup.
const COMPONENTS: &[(&str, &str)] = &[("fmt", "rustfmt"), ("clippy", "clippy")];

const PACKAGE_FOLDERS: &[&str] = &[page::FOLDER, INTEROP, BROWSER, bench::NODE_FOLDER];

pub(crate) fn run(project: &Project) -> Outcome {
    require_components(project)?;
    debian::install(&missing_tools())?;
    require_all(&missing_tools())?;
    npm::check()?;
    install_nextest(project)?;
    PACKAGE_FOLDERS
        .iter()
        .try_for_each(|folder| npm::install_if_missing(project, folder))?;
    install_python_packages(project)
}

fn missing_tools() -> Vec<&'static Tool> {
    let valgrind = cfg!(target_os = "linux").then_some(&VALGRIND);
    let tools = TOOLS.iter().chain(valgrind);
    tools.filter(|tool| !is_whole(tool)).collect()
}

fn is_whole(tool: &Tool) -> bool {
    let proven = || tool.proof.is_empty() || child::output(tool.program, tool.proof).is_some();
    child::is_installed(tool.program) && proven()
}

/// What apt-get brought must be there in the end.
fn require_all(missing: &[&Tool]) -> Outcome {
    match missing.first() {
        None => Ok(()),
        Some(tool) => fail(format!(
            "`{}` was installed but is not on the PATH, or another one is first: put its folder first and try again.",
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

fn install_python_packages(project: &Project) -> Outcome {
    if python::interop(project).is_installed(project) {
        return Ok(());
    }
    step("Install the Python packages of interop/python", || {
        python::interop(project).install(project)
    })
}
