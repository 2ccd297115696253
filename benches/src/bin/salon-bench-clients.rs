//! The runner for clients: `cargo bench-client`.

use std::fs;
use std::io::{self, Write, stdout};
use std::path::Path;
use std::process::ExitCode;

use salon_benches::clients::options::{HELP, Options};
use salon_benches::clients::{PAGE, runner};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: Vec<String>) -> io::Result<()> {
    if words.iter().any(|word| word == "--help") {
        return writeln!(stdout(), "{HELP}");
    }
    let program = std::env::current_exe()?;
    let folder = program.parent().unwrap_or_else(|| Path::new("."));
    let target = folder.parent().unwrap_or(folder);
    let options = Options::read(words, target.join("bench-client")).map_err(io::Error::other)?;

    let report = runner::run(&options, folder)?;
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
