//! The demo's page: its generated event names, its packages, its bundle.

use std::fs;
use std::path::Path;

use crate::failure::{OrFail, Outcome};
use crate::project::Project;
use crate::{child, npm};

// The very file that the demo server compiles, so that both sides share their names.
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "../../demo/src/events.rs"]
mod events;

pub(crate) const FOLDER: &str = "demo/page";

const EVENTS: &str = "demo/page/src/generated/events.js";

/// Writes the page's event names from the server's.
pub(crate) fn generate(project: &Project) -> Outcome {
    project.require(
        &format!("{FOLDER}/package.json"),
        "the demo's page is not here",
    )?;
    let path = project.path(EVENTS);
    write_if_changed(&path, &events::javascript()).or_fail(format!("Could not write {EVENTS}"))
}

/// Bundles the page into the folder that the server serves.
pub(crate) fn build(project: &Project) -> Outcome {
    generate(project)?;
    let mut command = npm::command(project, FOLDER, &["run", "build"]);
    child::run(command.stdout(std::io::stderr()))
}

/// An unchanged file keeps its time, so that a development server does not reload for nothing.
fn write_if_changed(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::Scratch;

    #[test]
    fn an_unchanged_file_is_left_alone() {
        let scratch = Scratch::new("page");
        let path = scratch.path().join("generated/events.js");
        write_if_changed(&path, "a").unwrap();
        let first = fs::metadata(&path).unwrap().modified().unwrap();
        write_if_changed(&path, "a").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), first);
        write_if_changed(&path, "b").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "b");
    }
}
