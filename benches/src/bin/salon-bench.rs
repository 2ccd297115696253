//! The runner: `cargo bench-salon`.

use std::io::{self, Write, stdout};
use std::process::ExitCode;

use salon_benches::command::{self, Place};
use salon_benches::options::{HELP, Options};
use salon_benches::report::Report;
use salon_benches::runner;

fn main() -> ExitCode {
    command::main(HELP, run)
}

fn run(words: Vec<String>) -> io::Result<()> {
    let place = Place::here()?;
    let json = place.target().join("bench-salon.json");
    let options = place.on_its_core(words, |words| Options::read(words, json))?;
    let mut report = Report::default();
    runner::run(options.plan(place.folder()), &mut report)?;
    std::fs::write(&options.json, format!("{:#}\n", report.json()))?;
    writeln!(stdout(), "\n{}\n{}", report.table(), options.json.display())
}
