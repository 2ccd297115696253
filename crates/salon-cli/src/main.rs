//! Talks to Socket.IO servers from a terminal or a script. `docs/cli.md` tells how it is used.

mod bench;
mod client;
mod conversation;
mod duration;
mod emit;
mod escape;
mod exit;
mod happening;
mod help;
mod input;
mod json;
mod line;
mod options;
mod output;
mod show;
mod value;
mod words;

use std::env;
use std::process::ExitCode;

use time::UtcOffset;

use exit::{Failure, Status};
use options::{Server, Task};
use output::Output;
use show::Style;

/// `salon bench` asks for memory with each message and gives it back at once, which this one does with
/// less work than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let task = match Task::read(env::args_os().skip(1)) {
        Ok(task) => task,
        Err(sentence) => {
            eprintln!("{sentence} `salon --help` tells more.");
            return Status::Usage.into();
        }
    };
    match run(task) {
        Ok(status) => status.into(),
        Err(Failure { status, sentence }) => {
            if !sentence.is_empty() {
                eprintln!("{sentence}");
            }
            status.into()
        }
    }
}

fn run(task: Task) -> Result<Status, Failure> {
    match task {
        Task::Show(text) => show(text),
        Task::Connect(options) => {
            let output = Output::new(style(&options.server, options.json));
            block_on(conversation::run(options, output))
        }
        Task::Emit(options) => {
            let output = Output::new(style(&options.server, options.json));
            block_on(emit::run(options, output))
        }
        Task::Bench(options) => block_on(bench::run(*options)),
    }
}

fn show(text: &str) -> Result<Status, Failure> {
    let style = style(&Server::default(), false);
    Output::new(style).print(text.to_owned())?;
    Ok(Status::Done)
}

/// The time zone is asked for here because that is safe only before there are threads.
fn style(server: &Server, json: bool) -> Style {
    Style {
        json,
        colours: input::is_terminal() && input::may_be_coloured(),
        namespace: client::namespace(server).to_owned(),
        offset: UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC),
    }
}

fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(future)
}
