//! The project's own commands: `cargo demo`, `cargo verify`, `cargo bench-salon`,
//! `cargo bench-peers`, `cargo bench-client`, `cargo bench-tool`, `cargo bench-micro` and `cargo xtask layers`.
//!
//! Only the standard library, so that they are compiled in a second or two.

mod bench;
mod child;
mod demo;
mod documents;
mod failure;
mod layers;
mod npm;
mod options;
mod page;
mod peers;
mod progress;
mod project;
mod python;
mod system;
mod verify;

use std::env;
use std::process::ExitCode;

use failure::{Outcome, fail};
use project::Project;

const HELP: &str = "\
The project's own commands:

  cargo demo [--release] [--dev]   build the greeting app and run it
  cargo demo -- client             join it from the terminal
  cargo verify [STEP] [--list]     run all tests and checks, or one step of them
  cargo bench-peers [OPTIONS]      compare the server with others; --help tells more
  cargo bench-salon [OPTIONS]      measure the server; --help tells more
  cargo bench-client [OPTIONS]     compare the client with Node's; --help tells more
  cargo bench-tool [OPTIONS]       measure the load tool; --help tells more
  cargo bench-micro [OPTIONS]      measure single pieces; --help tells more
  cargo xtask layers               check the walls between the crates and modules";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            progress::tell(&failure.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome {
    let Some((command, rest)) = arguments.split_first() else {
        return fail(HELP);
    };
    match command.as_str() {
        "demo" => demo::run(&Project::find()?, rest),
        "verify" => verify::run(&Project::find()?, rest),
        "bench-peers" => bench::peers(&Project::find()?, rest),
        "bench" => bench::server(&Project::find()?, rest),
        "bench-client" => bench::client(&Project::find()?, rest),
        "bench-tool" => bench::tool(&Project::find()?, rest),
        "bench-micro" => bench::micro(&Project::find()?, rest),
        "layers" => layers::run(&Project::find()?, rest),
        demo::COMPANION => demo::companion::run(rest),
        "help" | "--help" | "-h" => {
            progress::print(HELP);
            Ok(())
        }
        other => fail(format!("There is no command `{other}`.\n\n{HELP}")),
    }
}
