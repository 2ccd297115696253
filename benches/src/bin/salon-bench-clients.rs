//! The runner for clients: `cargo bench-client`.

use std::fs;
use std::io::{self, Write, stdout};
use std::process::ExitCode;

use salon_benches::clients::options::{HELP, Options};
use salon_benches::clients::{PAGE, runner};
use salon_benches::command::{self, Place};

fn main() -> ExitCode {
    command::main(HELP, run)
}

fn run(words: Vec<String>) -> io::Result<()> {
    let place = Place::here()?;
    let output = place.target().join("bench-client");
    let options = Options::read(words, output).map_err(io::Error::other)?;

    let report = runner::run(&options, place.folder())?;
    let (table, picture) = (report.markdown(), report.picture());
    let file = |extension| options.output.with_extension(extension);
    fs::write(file("json"), format!("{:#}\n", report.json()))?;
    fs::write(file("md"), &table)?;
    fs::write(file("svg"), &picture.file)?;
    if options.docs {
        PAGE.write(&table, &[picture])?;
    }
    writeln!(stdout(), "\n{table}\n{}", file("{json,md,svg}").display())
}
