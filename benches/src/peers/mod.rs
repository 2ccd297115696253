//! `cargo bench-peers`: salon beside the other servers of Socket.IO, and the floor.
//!
//! | module | what it is |
//! |---|---|
//! | `contenders` | who is measured, and how each one is set up |
//! | `goals`, `verdicts` | what a message may cost beside theirs; whether it does |
//! | [`options`] | the command line |
//! | `report`, [`tables`], [`pictures`] | what was found out, as JSON, in Markdown, and drawn |

mod contenders;
mod goals;
pub mod options;
pub mod pictures;
mod report;
pub mod tables;
mod verdicts;

use std::io;
use std::path::Path;

pub use report::Report;

use crate::documents::{Page, Picture};
use crate::progress::tell;
use crate::runner::{self, Plan};
use options::Options;
use report::Entry;

/// Where the figures are in the documentation.
pub const PAGE: Page = Page {
    file: "performance.md",
    command: "cargo bench-peers --docs",
};

/// Writes tables and pictures into the documentation.
///
/// # Errors
/// When the page is not there, or has no place for them.
pub fn document(text: &str, pictures: &[Picture]) -> io::Result<()> {
    let links = pictures.iter().map(|one| {
        let (name, about) = (one.name, &one.about);
        format!("![{about}](pictures/{name})\n\n")
    });
    let part = links.collect::<String>() + text;
    PAGE.write(&part, pictures)
}

/// Measures all that was asked for; the programs of this build are in `folder`, and what was made
/// for the peers in `target`.
///
/// # Errors
/// When salon or the floor does not start. Others are left out then.
pub fn run(options: &Options, folder: &Path, target: &Path) -> io::Result<Report> {
    let mut entries = Vec::new();
    let mut contenders = Vec::new();
    for name in options.names() {
        let contender = contenders::contender(name, folder, target);
        let about = contenders::about(&contender).map_err(|error| error.to_string());
        match &about {
            Ok(about) => {
                tell(&format!("{name}: {about}"));
                contenders.push(contender);
            }
            Err(reason) => tell(&format!("{name} is left out: {reason}")),
        }
        entries.push(Entry { name, about });
    }
    let mut report = Report::new(options, entries);
    let plan = Plan {
        contenders,
        stages: options.stages(),
        rounds: options.rounds,
        slices: options.slices,
        threads: None,
    };
    runner::run(plan, &mut report)?;
    Ok(report)
}
