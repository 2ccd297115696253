//! What the load tool costs: `cargo bench-tool`.

use std::io::{self, Write, stdout};
use std::process::ExitCode;

use salon_benches::command::{self, Place};
use salon_benches::tool::{HELP, Options, PAGE, run as measure};

fn main() -> ExitCode {
    command::main(HELP, run)
}

fn run(words: Vec<String>) -> io::Result<()> {
    let options = Options::read(words, &Place::here()?).map_err(io::Error::other)?;
    let table = measure(&options)?;
    if options.docs {
        PAGE.write(&table, &[])?;
    }
    writeln!(stdout(), "{table}")
}
