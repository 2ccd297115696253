//! Where things are: the repository and cargo's target folder.

use std::env;
use std::path::{Path, PathBuf, absolute};

use crate::failure::{OrFail, Outcome, fail};

#[derive(Debug)]
pub(crate) struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// The repository that this very command was compiled from.
    pub(crate) fn find() -> Outcome<Self> {
        let manifest =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let Some(root) = Path::new(&manifest).parent() else {
            return fail("Run this command with cargo, inside the repository of salon.");
        };
        Ok(Self {
            root: root.to_path_buf(),
            target: target(root)?,
        })
    }

    #[cfg(test)]
    pub(crate) fn at(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            target: root.join("target"),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's target folder, absolute, whatever folder the user stands in.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A program that `cargo build` left in the debug folder.
    pub(crate) fn built(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    /// The path if it exists; the sentence names it as `what`.
    pub(crate) fn require(&self, relative: &str, what: &str) -> Outcome<PathBuf> {
        let path = self.path(relative);
        if path.exists() {
            return Ok(path);
        }
        fail(format!("`{relative}` is missing: {what}."))
    }
}

fn target(root: &Path) -> Outcome<PathBuf> {
    let given = env::var_os("CARGO_TARGET_DIR").or_else(|| env::var_os("CARGO_BUILD_TARGET_DIR"));
    let Some(given) = given else {
        return Ok(root.join("target"));
    };
    absolute(given).or_fail("CARGO_TARGET_DIR is not a usable path")
}
