//! The rounds: in each, every stage is measured with both servers, and the clients take turns.

use std::io::{self, Write, stderr};
use std::path::Path;
use std::time::Instant;

use super::contender::{Client, Programs, Server};
use super::options::Options;
use super::report::{Key, Report};
use super::work::Stage;
use super::worker::Worker;

/// Measures all that was asked for; the programs of this build are in `folder`.
///
/// # Errors
/// When a program does not start or does not do what it should.
pub fn run(options: &Options, folder: &Path) -> io::Result<Report> {
    let mut run = Run {
        options,
        programs: Programs::new(folder),
        clients: Client::ALL.to_vec(),
        report: Report::new(options),
        progress: Progress::new(options),
    };
    for round in 1..=options.rounds {
        for server in Server::ALL {
            for stage in options.stages() {
                run.progress.tell(round, server, &stage);
                run.measure(server, &stage)?;
            }
        }
        // Who comes first may find another machine than who comes last: they take turns.
        run.clients.reverse();
    }
    Ok(run.report)
}

struct Run<'a> {
    options: &'a Options,
    programs: Programs,
    clients: Vec<Client>,
    report: Report,
    progress: Progress,
}

impl Run<'_> {
    fn measure(&mut self, server: Server, stage: &Stage) -> io::Result<()> {
        let process = self.programs.start_server(server)?;
        let mut workers = Vec::new();
        for client in &self.clients {
            let mut command = self.programs.client(*client, process.address());
            let worker = Worker::start(&mut command)?;
            self.report.note(*client, worker.about());
            workers.push(worker);
        }
        let slices = self.options.slices;
        stage.measure(&mut workers, process.id(), slices, |index, sample| {
            let client = self.clients[index];
            self.report.add(Key { server, client }, sample);
        })
    }
}

/// What is shown while it runs.
struct Progress {
    rounds: usize,
    steps: usize,
    done: usize,
    started: Instant,
}

impl Progress {
    fn new(options: &Options) -> Self {
        Self {
            rounds: options.rounds,
            steps: options.rounds * options.stages().len() * Server::ALL.len(),
            done: 0,
            started: Instant::now(),
        }
    }

    fn tell(&mut self, round: usize, server: Server, stage: &Stage) {
        let (rounds, name) = (self.rounds, server.name());
        let left = self.left();
        let _ = writeln!(
            stderr(),
            "round {round} of {rounds}{left}, server {name}: {stage}"
        );
        self.done += 1;
    }

    fn left(&self) -> String {
        if self.done == 0 {
            return String::new();
        }
        let per_step = self.started.elapsed() / self.done as u32;
        let left = per_step * (self.steps - self.done) as u32;
        format!(", about {} s left", left.as_secs())
    }
}
