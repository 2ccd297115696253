//! `salon bench`: load for a Socket.IO server of any make, and what becomes of it.
//!
//! | Room | What it knows |
//! |---|---|
//! | `schedule`, `pacer` | when something is to happen, and waiting for it |
//! | `load` | what threads share; how each of them counts |
//! | `tally` | counts, latencies, failures |
//! | `opening` | connections |
//! | `scenario/` | what is done with them |
//! | `restart` | the user's command that restarts the server |
//! | `system` | processor time, memory, open files |
//! | `progress` | what is shown meanwhile |
//! | `report/` | what is said at the end: text, JSON, HTML |

mod answer;
mod load;
mod opening;
mod pacer;
mod progress;
mod report;
mod restart;
mod scenario;
mod schedule;
mod system;
mod tally;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::exit::{Failure, Status};
use crate::options::Bench;
use load::{Load, Phase, Run};
use progress::Progress;
use report::{Measured, Report};
use scenario::Group;
use tally::Tally;

/// What threads may take, beside all that has its own deadline, before they are left to themselves.
const SLACK: Duration = Duration::from_secs(15);

/// How a thread ended: its number, its processor time while the load ran, and what went wrong.
type Ended = (Result<(), Failure>, Option<Duration>);

/// Runs a scenario, and says at the end what became of it.
pub(crate) async fn run(options: Bench) -> Result<Status, Failure> {
    let allowed = system::allow_connections(options.connections);
    allowed.map_err(|sentence| Failure::new(Status::Usage, sentence))?;
    let run = Arc::new(Run::new(options));
    let (tell, ended) = mpsc::unbounded_channel();
    let loads = start(&run, &tell);
    drop(tell);
    let mut watch = Watch {
        run: Arc::clone(&run),
        loads,
        ended,
        measured: Measured::default(),
        notes: Vec::new(),
        failure: None,
        busiest: None,
        was_stopped: false,
    };
    let end = watch.follow().await;
    watch.finish(end)
}

/// Starts the threads, each with a runtime of its own.
fn start(run: &Arc<Run>, tell: &UnboundedSender<Ended>) -> Vec<Arc<Load>> {
    let everyone = Arc::new(Group::everyone());
    let loads: Vec<_> = (0..run.options.threads)
        .map(|index| Arc::new(Load::new(Arc::clone(run), index)))
        .collect();
    for load in &loads {
        let (load, everyone, tell) = (Arc::clone(load), Arc::clone(&everyone), tell.clone());
        thread::spawn(move || {
            let ended = work(&load, &everyone);
            // Where nobody listens any more the program is about to end.
            drop(tell.send(ended));
        });
    }
    loads
}

fn work(load: &Arc<Load>, everyone: &Arc<Group>) -> Ended {
    let used = Arc::new(std::sync::OnceLock::new());
    let outcome = crate::block_on(async {
        let watched = Arc::clone(&used);
        let watcher = async {
            load.run.reached(Phase::Load).await;
            let from = load.run.moment(load.run.window.from);
            tokio::time::sleep_until(from.into()).await;
            let before = system::thread_cpu();
            load.end_of_window().await;
            let after = system::thread_cpu();
            let _ = watched.set(after.zip(before).map(|(after, before)| after - before));
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            ended = scenario::drive(load, everyone) => ended,
            () = watcher => Ok(()),
        }
    });
    (outcome, used.get().copied().flatten())
}

/// The main thread, which watches the others.
struct Watch {
    run: Arc<Run>,
    loads: Vec<Arc<Load>>,
    ended: UnboundedReceiver<Ended>,
    measured: Measured,
    /// Sentences for the user.
    notes: Vec<String>,
    /// The first thing for which there can be no result.
    failure: Option<Failure>,
    /// Processor time of the thread that had most to do.
    busiest: Option<Duration>,
    was_stopped: bool,
}

impl Watch {
    async fn follow(&mut self) -> Result<(), Failure> {
        let progress = Progress::start(Arc::clone(&self.run), self.loads.clone());
        let run = Arc::clone(&self.run);
        let measuring = measure(Arc::clone(&run));
        tokio::pin!(measuring);
        let restarting = restart::failure(&run).fuse();
        tokio::pin!(restarting);
        // One for all turns: what came between two would be lost.
        let interrupt = tokio::signal::ctrl_c();
        tokio::pin!(interrupt);
        let deadline = tokio::time::sleep(self.longest());
        tokio::pin!(deadline);
        let mut left = run.options.threads;
        let mut is_measured = false;
        while left > 0 {
            tokio::select! {
                biased;
                _ = &mut interrupt => {
                    if self.was_stopped {
                        return Err(Failure::new(Status::Interrupted, ""));
                    }
                    self.was_stopped = true;
                    interrupt.set(tokio::signal::ctrl_c());
                    run.enter(Phase::Over);
                }
                measured = &mut measuring, if !is_measured => {
                    is_measured = true;
                    self.measured = measured;
                }
                Some(sentence) = &mut restarting => {
                    progress.say(&sentence);
                    self.notes.push(sentence);
                }
                ended = self.ended.recv() => {
                    left -= 1;
                    self.take(ended);
                }
                () = progress.tick() => {}
                () = &mut deadline => {
                    self.note("The tool's threads did not end in time; the figures are incomplete.");
                    break;
                }
            }
        }
        if !is_measured {
            self.measured.memory_after = run.options.pid.and_then(system::resident);
        }
        progress.end();
        Ok(())
    }

    fn note(&mut self, sentence: &str) {
        self.notes.push(sentence.to_owned());
    }

    /// Everything has a deadline of its own; this is for what is forgotten.
    fn longest(&self) -> Duration {
        let options = &self.run.options;
        let opening = Duration::from_secs_f64(options.connections as f64 / options.open_rate);
        let asking = options.timeout * 4 + options.server.connect_timeout * 2;
        opening * 4 + asking + options.warm_up + options.duration + options.away + SLACK
    }

    fn take(&mut self, ended: Option<Ended>) {
        let Some((outcome, used)) = ended else {
            return self.note("A thread of the tool panicked; the figures are incomplete.");
        };
        self.busiest = self.busiest.max(used);
        if let Err(failure) = outcome {
            self.run.enter(Phase::Over);
            self.failure.get_or_insert(failure);
        }
    }

    fn finish(self, end: Result<(), Failure>) -> Result<Status, Failure> {
        end?;
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let options = &self.run.options;
        let mut tally = Tally::new(self.run.window);
        self.loads.iter().for_each(|load| tally.add(&load.tally()));
        tally.count_lost();
        let mut report = Report::new(&self.run, tally, self.measured, self.notes);
        report.judge(self.busiest);
        let status = match self.was_stopped {
            true => Status::Interrupted,
            false => report.status(),
        };
        report.write(options, status)?;
        Ok(status)
    }
}

/// Begins the load when all threads are ready, and takes what the processes have used while it ran.
async fn measure(run: Arc<Run>) -> Measured {
    let mut measured = Measured::default();
    let pid = run.options.pid;
    measured.memory_before = pid.and_then(system::resident);
    run.is_ready().await;
    measured.memory_after = pid.and_then(system::resident);
    run.begin();
    let from = run.moment(run.window.from);
    tokio::select! {
        () = tokio::time::sleep_until(from.into()) => {}
        () = run.reached(Phase::Over) => {}
    }
    let (tool, server) = (system::own_cpu(), pid.and_then(system::process_cpu));
    let begin = Instant::now();
    let to = run.moment(run.window.to);
    tokio::select! {
        () = tokio::time::sleep_until(to.into()) => {}
        () = run.reached(Phase::Over) => {}
    }
    let since = |after: Option<Duration>, before: Option<Duration>| {
        after
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before))
    };
    measured.time = begin.elapsed();
    measured.tool = since(system::own_cpu(), tool);
    measured.server = since(pid.and_then(system::process_cpu), server);
    measured
}
