//! The runner for salon and its peers: `cargo bench-peers`.

use std::fs;
use std::io::{self, Write, stdout};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::ExitCode;

use salon_benches::peers::options::{HELP, Options};
use salon_benches::peers::{Report, document, pictures, run, tables};
use salon_benches::process::on_cores;

/// Given by this program to itself, when it has its core.
const PINNED: &str = "--pinned";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match begin(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn begin(words: &[String]) -> io::Result<()> {
    if words.iter().any(|word| word == "--help") {
        return writeln!(stdout(), "{HELP}");
    }
    let program = std::env::current_exe()?;
    let folder = program.parent().unwrap_or_else(|| Path::new("."));
    let target = folder.parent().unwrap_or(folder);
    let (pinned, words): (Vec<_>, Vec<_>) = words.iter().cloned().partition(|word| word == PINNED);
    let output = target.join("bench-peers");
    let options = Options::read(words.clone(), output).map_err(io::Error::other)?;
    if pinned.is_empty() {
        return Err(on_cores("1", &program).arg(PINNED).args(words).exec());
    }
    write(&run(&options, folder, target)?, &options)
}

fn write(report: &Report, options: &Options) -> io::Result<()> {
    let (text, pictures) = (tables::markdown(report), pictures::draw(report));
    let file = |extension| options.output.with_extension(extension);
    fs::write(file("json"), format!("{:#}\n", report.json()))?;
    fs::write(file("md"), &text)?;
    for picture in &pictures {
        fs::write(options.output.with_file_name(picture.name), &picture.file)?;
    }
    if options.docs {
        document(&text, &pictures)?;
    }
    writeln!(stdout(), "\n{text}\n{}", file("{json,md}").display())
}
