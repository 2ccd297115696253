//! The machine: which system, which user.

use std::path::Path;

use crate::child;

/// Debian and its relatives, where apt-get can install what is missing.
pub(crate) fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && child::is_installed("apt-get")
}

pub(crate) fn is_root() -> bool {
    child::output("id", &["-u"]).as_deref() == Some("0")
}

/// Whether a CI runs us.
pub(crate) fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// An empty folder for one test, gone when the test ends.
#[cfg(test)]
pub(crate) struct Scratch(std::path::PathBuf);

#[cfg(test)]
impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("salon-xtask-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

#[cfg(test)]
impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
