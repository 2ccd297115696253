//! Node and npm: are they there, and are a folder's packages installed?

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::child;
use crate::failure::{OrFail, Outcome, fail};
use crate::progress::step;
use crate::project::Project;

/// The oldest Node that the bundler and the tests run on.
pub(crate) const OLDEST_NODE: u32 = 20;

/// A copy of the lock file that the installed packages came from.
const STAMP: &str = "node_modules/.installed-from.json";

/// Fails with what to install when Node or npm is missing or too old.
pub(crate) fn check() -> Outcome {
    let Some(version) = child::output("node", &["--version"]) else {
        return fail(format!(
            "Node is missing: install Node {OLDEST_NODE} or newer with npm (Debian: `apt-get install nodejs npm`)."
        ));
    };
    check_version(&version)?;
    if child::output("npm", &["--version"]).is_none() {
        return fail("npm is missing: install it (Debian: `apt-get install npm`).");
    }
    Ok(())
}

fn check_version(version: &str) -> Outcome {
    if major(version).is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    fail(format!(
        "Node {version} is too old: install Node {OLDEST_NODE} or newer (an older Debian's own package is not enough)."
    ))
}

fn major(version: &str) -> Option<u32> {
    version
        .trim_start_matches('v')
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// An npm command inside a folder of the project.
pub(crate) fn command(project: &Project, folder: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command
        .args(arguments)
        .current_dir(project.path(folder))
        .env("npm_config_update_notifier", "false");
    command
}

/// Whether the folder's packages are the ones that its lock file names.
pub(crate) fn is_installed(project: &Project, folder: &str) -> bool {
    let folder = project.path(folder);
    match (
        fs::read(folder.join("package-lock.json")),
        fs::read(folder.join(STAMP)),
    ) {
        (Ok(lock), Ok(stamp)) => lock == stamp,
        _ => false,
    }
}

/// Installs the folder's packages unless they are there.
pub(crate) fn install_if_missing(project: &Project, folder: &str) -> Outcome {
    if is_installed(project, folder) {
        return Ok(());
    }
    step(&format!("Install the npm packages of {folder}"), || {
        install(project, folder)
    })
}

/// Installs exactly what the lock file names, and notes that it did.
pub(crate) fn install(project: &Project, folder: &str) -> Outcome {
    project.require(
        &format!("{folder}/package.json"),
        "it lists the packages of that folder",
    )?;
    project.require(
        &format!("{folder}/package-lock.json"),
        &format!("run `npm install` in `{folder}` and commit the lock file"),
    )?;
    child::run(&mut command(
        project,
        folder,
        &["ci", "--no-audit", "--no-fund"],
    ))?;
    note_installed(&project.path(folder))
}

fn note_installed(folder: &Path) -> Outcome {
    let stamp = folder.join(STAMP);
    // A folder without packages gets no node_modules from npm.
    fs::create_dir_all(folder.join("node_modules")).or_fail("Could not make node_modules")?;
    fs::copy(folder.join("package-lock.json"), &stamp)
        .or_fail(format!("Could not write {}", stamp.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Scratch;

    #[test]
    fn old_nodes_are_refused() {
        assert!(check_version("v20.0.0").is_ok());
        assert!(
            check_version("v18.19.1")
                .unwrap_err()
                .to_string()
                .starts_with("Node v18.19.1 is too old")
        );
        assert!(check_version("nonsense").is_err());
    }

    #[test]
    fn packages_are_installed_until_the_lock_file_changes() {
        let scratch = Scratch::new("npm");
        let project = Project::at(scratch.path());
        let folder = project.path("page");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("package-lock.json"), "one").unwrap();
        assert!(!is_installed(&project, "page"));
        note_installed(&folder).unwrap();
        assert!(is_installed(&project, "page"));
        fs::write(folder.join("package-lock.json"), "two").unwrap();
        assert!(!is_installed(&project, "page"));
    }

    #[test]
    fn a_missing_folder_is_a_failure() {
        let scratch = Scratch::new("npm-missing");
        let failure = install(&Project::at(scratch.path()), "interop").unwrap_err();
        assert_eq!(
            failure.to_string(),
            "`interop/package.json` is missing: it lists the packages of that folder."
        );
    }
}
