//! The rounds: in each, every stage is measured with both servers, and the clients take turns.

use std::io;
use std::path::Path;

use super::contender::{Client, Programs, Server};
use super::options::Options;
use super::report::{Key, Report};
use super::work::Stage;
use super::worker::Worker;
use crate::progress::Progress;

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
        progress: Progress::new(options.rounds * options.stages().len() * Server::ALL.len()),
    };
    for round in 1..=options.rounds {
        for server in Server::ALL {
            for stage in options.stages() {
                let (rounds, server_name) = (options.rounds, server.name());
                let step = format!("round {round} of {rounds}, server {server_name}: {stage}");
                run.progress.tell(&step);
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
