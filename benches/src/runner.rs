//! The rounds: in each, every stage is measured with each server in turn.

use std::io::{self, Write, stderr};
use std::path::{Path, PathBuf};

use crate::options::Options;
use crate::process::ServerProcess;
use crate::report::{Report, Target};
use crate::stage::Stage;

/// How many connections this process may hold at once: what a limit of 20,000 open files allows,
/// with room to spare. Larger stages have the servers one after the other.
const AT_ONCE: usize = 15_000;

/// A server program and its column in the report.
struct Contender {
    target: Target,
    program: PathBuf,
}

/// Measures all that was asked for; the programs of this build are in `folder`.
///
/// # Errors
/// When a server does not start or does not do what it should.
pub fn run(options: &Options, folder: &Path) -> io::Result<Report> {
    let mut contenders = contenders(options, folder);
    let mut report = Report::default();
    for round in 1..=options.rounds {
        for stage in options.stages() {
            let all: Vec<_> = contenders.iter().collect();
            let connections = stage.connections * options.threads(stage).len();
            for group in all.chunks((AT_ONCE / connections).max(1)) {
                tell(&format!(
                    "round {round} of {}, {}: {stage}",
                    options.rounds,
                    names(group)
                ));
                measure(group, stage, options, &mut report)?;
            }
        }
        // Who comes first may find another machine than who comes last: they take turns.
        contenders.reverse();
    }
    Ok(report)
}

/// Measures one stage with some servers side by side, each with every number of threads.
fn measure(
    contenders: &[&Contender],
    stage: &Stage,
    options: &Options,
    report: &mut Report,
) -> io::Result<()> {
    let mut targets = Vec::new();
    let mut servers = Vec::new();
    for contender in contenders {
        for threads in options.threads(stage) {
            let cores = cores(*threads);
            let server = ServerProcess::start(&contender.program, *threads, stage.pings, &cores)?;
            servers.push(server);
            targets.push(contender.target);
        }
    }
    stage.measure(&servers, options.slices, |index, sample| {
        report.add(targets[index], sample);
    })
}

/// The cores of a server, in the words of taskset. The load has core 1.
fn cores(threads: usize) -> String {
    match threads {
        1 => "0".into(),
        threads => format!("0-{}", threads - 1),
    }
}

fn contenders(options: &Options, folder: &Path) -> Vec<Contender> {
    let contender = |target, program| Contender { target, program };
    let mut contenders = vec![contender(Target::This, folder.join("salon-bench-server"))];
    contenders.extend(
        options
            .against
            .clone()
            .map(|path| contender(Target::Against, path)),
    );
    if options.floor {
        contenders.push(contender(Target::Floor, folder.join("salon-bench-floor")));
    }
    contenders
}

fn names(contenders: &[&Contender]) -> String {
    let names: Vec<_> = contenders.iter().map(|one| one.target.name()).collect();
    names.join(" and ")
}

fn tell(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
