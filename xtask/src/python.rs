//! The Python client that the interop tests use, in a virtual environment of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::child;
use crate::failure::{OrFail, Outcome};
use crate::project::Project;

/// Its packages, every one of them with its version.
const REQUIREMENTS: &str = "interop/python/requirements.txt";
const ENVIRONMENT: &str = "interop/python/.venv";

/// A copy of the requirements that the installed packages came from.
const STAMP: &str = "interop/python/.venv/installed-from.txt";

/// Whether the packages are the ones that the requirements name, and their Python is still there.
pub(crate) fn is_installed(project: &Project) -> bool {
    let wanted = fs::read(project.path(REQUIREMENTS));
    match (wanted, fs::read(project.path(STAMP))) {
        (Ok(wanted), Ok(stamp)) => wanted == stamp && interpreter(project).is_file(),
        _ => false,
    }
}

/// Makes the environment anew, and notes that it did.
pub(crate) fn install(project: &Project) -> Outcome {
    project.require(REQUIREMENTS, "it lists the packages of Python")?;
    let mut environment = Command::new("python3");
    environment
        .args(["-m", "venv", "--clear"])
        .arg(project.path(ENVIRONMENT));
    child::run(&mut environment)?;
    let mut packages = Command::new(interpreter(project));
    packages
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(project.path(REQUIREMENTS))
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
    child::run(&mut packages)?;
    note_installed(project)
}

fn interpreter(project: &Project) -> PathBuf {
    project.path(ENVIRONMENT).join("bin/python")
}

fn note_installed(project: &Project) -> Outcome {
    let stamp = project.path(STAMP);
    fs::copy(project.path(REQUIREMENTS), &stamp)
        .or_fail(format!("Could not write {}", stamp.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Scratch;

    #[test]
    fn packages_are_installed_until_the_requirements_or_python_change() {
        let scratch = Scratch::new("python");
        let project = Project::at(scratch.path());
        fs::create_dir_all(project.path(ENVIRONMENT).join("bin")).unwrap();
        fs::write(project.path(REQUIREMENTS), "one").unwrap();
        fs::write(interpreter(&project), "").unwrap();
        assert!(!is_installed(&project));
        note_installed(&project).unwrap();
        assert!(is_installed(&project));
        fs::write(project.path(REQUIREMENTS), "two").unwrap();
        assert!(!is_installed(&project));
        note_installed(&project).unwrap();
        fs::remove_file(interpreter(&project)).unwrap();
        assert!(!is_installed(&project));
    }

    #[test]
    fn absent_requirements_are_a_failure() {
        let scratch = Scratch::new("python-absent");
        let failure = install(&Project::at(scratch.path())).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "`interop/python/requirements.txt` is missing: it lists the packages of Python."
        );
    }
}
