//! The runner: `cargo bench-salon`.

use std::io::{self, Write, stdout};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use salon_benches::options::{HELP, Options};
use salon_benches::process::on_cores;
use salon_benches::report::Report;
use salon_benches::runner;

/// Given by this program to itself, when it has its core.
const PINNED: &str = "--pinned";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> io::Result<()> {
    if words.iter().any(|word| word == "--help") {
        return writeln!(stdout(), "{HELP}");
    }
    let program = std::env::current_exe()?;
    let folder = program.parent().unwrap_or_else(|| Path::new("."));
    let (pinned, words): (Vec<_>, Vec<_>) = words.iter().cloned().partition(|word| word == PINNED);
    let options = Options::read(words.clone(), report_path(folder)).map_err(io::Error::other)?;
    if pinned.is_empty() {
        return Err(on_cores("1", &program).arg(PINNED).args(words).exec());
    }
    let mut report = Report::default();
    runner::run(options.plan(folder), &mut report)?;
    std::fs::write(&options.json, format!("{:#}\n", report.json()))?;
    writeln!(stdout(), "\n{}\n{}", report.table(), options.json.display())
}

/// In the target folder, of which `folder` is the profile's.
fn report_path(folder: &Path) -> PathBuf {
    folder.parent().unwrap_or(folder).join("bench-salon.json")
}
