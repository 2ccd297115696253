//! Packages of Python, each set in a virtual environment of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child;
use crate::failure::{OrFail, Outcome};
use crate::project::Project;

/// A copy of the requirements that the installed packages came from.
const STAMP: &str = "installed-from.txt";

/// A virtual environment.
pub(crate) struct Environment {
    /// The file with its packages, every one of them with its version.
    requirements: &'static str,
    folder: PathBuf,
}

/// The one of the client that the interop tests use.
pub(crate) fn interop(project: &Project) -> Environment {
    Environment::new(
        "interop/python/requirements.txt",
        project.path("interop/python/.venv"),
    )
}

impl Environment {
    pub(crate) const fn new(requirements: &'static str, folder: PathBuf) -> Self {
        Self {
            requirements,
            folder,
        }
    }

    /// Whether the packages are the ones that the requirements name, and their Python is still there.
    pub(crate) fn is_installed(&self, project: &Project) -> bool {
        let wanted = fs::read(project.path(self.requirements));
        match (wanted, fs::read(self.folder.join(STAMP))) {
            (Ok(wanted), Ok(stamp)) => wanted == stamp && self.interpreter().is_file(),
            _ => false,
        }
    }

    /// Makes the environment anew, and notes that it did.
    pub(crate) fn install(&self, project: &Project) -> Outcome {
        let requirements = project.require(self.requirements, "it lists the packages of Python")?;
        let mut environment = Command::new("python3");
        environment
            .args(["-m", "venv", "--clear"])
            .arg(&self.folder);
        child::run(&mut environment)?;
        let mut packages = Command::new(self.interpreter());
        packages
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(&requirements)
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1");
        child::run(&mut packages)?;
        self.note_installed(&requirements)
    }

    fn interpreter(&self) -> PathBuf {
        self.folder.join("bin/python")
    }

    fn note_installed(&self, requirements: &Path) -> Outcome {
        let stamp = self.folder.join(STAMP);
        fs::copy(requirements, &stamp).or_fail(format!("Could not write {}", stamp.display()))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Scratch;

    #[test]
    fn packages_are_installed_until_the_requirements_or_python_change() {
        let scratch = Scratch::new("python");
        let project = Project::at(scratch.path());
        let python = interop(&project);
        fs::create_dir_all(python.folder.join("bin")).unwrap();
        let requirements = project.path(python.requirements);
        fs::write(&requirements, "one").unwrap();
        fs::write(python.interpreter(), "").unwrap();
        assert!(!python.is_installed(&project));
        python.note_installed(&requirements).unwrap();
        assert!(python.is_installed(&project));
        fs::write(&requirements, "two").unwrap();
        assert!(!python.is_installed(&project));
        python.note_installed(&requirements).unwrap();
        fs::remove_file(python.interpreter()).unwrap();
        assert!(!python.is_installed(&project));
    }

    #[test]
    fn absent_requirements_are_a_failure() {
        let scratch = Scratch::new("python-absent");
        let project = Project::at(scratch.path());
        let failure = interop(&project).install(&project).unwrap_err();
        assert_eq!(
            failure.to_string(),
            "`interop/python/requirements.txt` is missing: it lists the packages of Python."
        );
    }
}
