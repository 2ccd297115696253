//! Installing programs: by apt-get as root on Debian, by the user elsewhere.

use std::process::Command;

use super::prerequisites::Tool;
use crate::failure::{Outcome, fail};
use crate::progress::step;
use crate::{child, system};

/// Brings every tool, or fails with their names.
pub(crate) fn install(missing: &[&Tool]) -> Outcome {
    if missing.is_empty() {
        return Ok(());
    }
    if !system::is_debian() || !system::is_root() {
        return fail(ask_user(missing));
    }
    let packages = packages(missing);
    step("Fetch the lists of Debian packages", || {
        child::run(apt_get().arg("update"))
    })?;
    step(&format!("Install {}", packages.join(", ")), || {
        child::run(
            apt_get()
                .args(["install", "--yes", "--no-install-recommends"])
                .args(&packages),
        )
    })
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .arg("--quiet")
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn packages(missing: &[&Tool]) -> Vec<&'static str> {
    missing
        .iter()
        .flat_map(|tool| tool.packages)
        .copied()
        .collect()
}

fn ask_user(missing: &[&Tool]) -> String {
    let programs: Vec<_> = missing.iter().map(|tool| tool.program).collect();
    format!(
        "Missing: {}. Install what is missing and try again (Debian, as root: `apt-get install {}`).",
        programs.join(", "),
        packages(missing).join(" ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_told_every_missing_tool() {
        let chromium = Tool {
            program: "chromium",
            proof: &[],
            packages: &["chromium", "fonts-liberation"],
        };
        let curl = Tool {
            program: "curl",
            proof: &[],
            packages: &["curl"],
        };
        assert_eq!(
            ask_user(&[&chromium, &curl]),
            "Missing: chromium, curl. Install what is missing and try again \
             (Debian, as root: `apt-get install chromium fonts-liberation curl`)."
        );
    }

    #[test]
    fn nothing_missing_needs_nothing() {
        assert!(install(&[]).is_ok());
    }
}
