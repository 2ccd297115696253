//! The lock files: in step with their manifests, and committed.

use std::process::{Command, Stdio};

use super::steps::{BROWSER, INTEROP};
use crate::failure::{OrFail, Outcome, fail};
use crate::project::Project;
use crate::{bench, child, npm, page, system};

pub(crate) fn run(project: &Project) -> Outcome {
    check_cargo(project)?;
    for folder in [page::FOLDER, INTEROP, BROWSER, bench::NODE_FOLDER] {
        check_npm(project, folder)?;
    }
    if system::is_ci() {
        return check_committed(project);
    }
    Ok(())
}

fn check_cargo(project: &Project) -> Outcome {
    let arguments = ["metadata", "--locked", "--format-version", "1"];
    child::run(child::cargo(project, &arguments).stdout(Stdio::null()))
}

/// `npm ci` refuses a lock file that does not match; a dry run installs nothing.
fn check_npm(project: &Project, folder: &str) -> Outcome {
    let path = format!("{folder}/package-lock.json");
    project.require(&path, "it pins the packages of that folder")?;
    let arguments = [
        "ci",
        "--dry-run",
        "--no-audit",
        "--no-fund",
        "--loglevel=silent",
    ];
    let mut command = npm::command(project, folder, &arguments);
    if child::run(command.stdout(Stdio::null())).is_ok() {
        return Ok(());
    }
    fail(format!(
        "`{path}` does not match package.json: run `npm install` in `{folder}` and commit the lock file."
    ))
}

/// Cargo repairs a stale Cargo.lock silently, so a CI looks for the repair.
fn check_committed(project: &Project) -> Outcome {
    let git = Command::new("git")
        .args([
            "status",
            "--porcelain",
            "--",
            "*Cargo.lock",
            "*package-lock.json",
        ])
        .current_dir(project.root())
        .stdin(Stdio::null())
        .output()
        .or_fail("`git status` could not start")?;
    if !git.status.success() {
        return fail(format!(
            "`git status` failed: {}",
            String::from_utf8_lossy(&git.stderr).trim()
        ));
    }
    judge(&String::from_utf8_lossy(&git.stdout))
}

fn judge(changes: &str) -> Outcome {
    if changes.is_empty() {
        return Ok(());
    }
    fail(format!(
        "A lock file changed during the run, so commit it:\n{}",
        changes.trim_end()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_lock_file_is_a_failure() {
        assert!(judge("").is_ok());
        assert!(
            judge(" M Cargo.lock\n")
                .unwrap_err()
                .to_string()
                .ends_with("commit it:\n M Cargo.lock")
        );
    }
}
