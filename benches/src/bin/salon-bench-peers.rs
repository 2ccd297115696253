//! The runner for salon and its peers: `cargo bench-peers`.

use std::fs;
use std::io::{self, Write, stdout};
use std::process::ExitCode;

use salon_benches::command::{self, Place};
use salon_benches::peers::options::{HELP, Options};
use salon_benches::peers::{Report, document, pictures, run, tables};

fn main() -> ExitCode {
    command::main(HELP, begin)
}

fn begin(words: Vec<String>) -> io::Result<()> {
    let place = Place::here()?;
    let output = place.target().join("bench-peers");
    let options = place.on_its_core(words, |words| Options::read(words, output))?;
    write(&run(&options, place.folder(), place.target())?, &options)
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
