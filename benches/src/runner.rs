//! The rounds: in each, every stage is measured with all servers, which take turns.

use std::collections::HashSet;
use std::io;

use crate::contender::Contender;
use crate::measure::Record;
use crate::process::ServerProcess;
use crate::progress::Progress;
use crate::sample::Sample;
use crate::stage::{Slices, Stage};

/// How many connections this process may hold at once: what a limit of 20,000 open files allows,
/// with room to spare. Larger stages have the servers one after the other.
const AT_ONCE: usize = 15_000;

/// What shall be measured.
#[derive(Debug)]
pub struct Plan {
    /// Of whom.
    pub contenders: Vec<Contender>,
    /// What.
    pub stages: Vec<Stage>,
    /// How often.
    pub rounds: usize,
    /// How each scenario is cut in each round.
    pub slices: Slices,
    /// The threads of every server, whatever the stages say.
    pub threads: Option<usize>,
}

impl Plan {
    /// With how many threads each server is measured in a stage.
    fn threads<'a>(&'a self, stage: &Stage) -> &'a [usize] {
        match &self.threads {
            Some(threads) => std::slice::from_ref(threads),
            None => stage.threads,
        }
    }
}

/// What hears of everything.
pub trait Journal {
    /// A measurement. The n-th ones of two contenders in one scenario are a pair.
    fn sample(&mut self, contender: &'static str, sample: Sample);

    /// A contender has not done what it should; it is not measured in this scenario any more.
    ///
    /// # Errors
    /// When this is the end.
    fn failure(
        &mut self,
        contender: &'static str,
        scenario: &'static str,
        error: io::Error,
    ) -> io::Result<()>;
}

/// Measures all.
///
/// # Errors
/// When a failure is the end, or a server does not start.
pub fn run(mut plan: Plan, journal: &mut impl Journal) -> io::Result<()> {
    let mut progress = Progress::new(plan.rounds * plan.stages.len());
    let mut failed = HashSet::new();
    for round in 1..=plan.rounds {
        for stage in &plan.stages {
            progress.tell(&format!("round {round} of {}: {stage}", plan.rounds));
            let able: Vec<_> = plan
                .contenders
                .iter()
                .filter(|one| one.can(stage))
                .collect();
            let threads = plan.threads(stage);
            let connections = stage.connections * threads.len();
            for group in able.chunks((AT_ONCE / connections).max(1)) {
                let servers = start(group, stage, threads, journal)?;
                measure(&servers, stage, plan.slices, &mut failed, journal)?;
            }
        }
        // Who comes first may find another machine than who comes last: they take turns.
        plan.contenders.reverse();
    }
    Ok(())
}

/// A contender and a scenario.
type Pair = (&'static str, &'static str);

/// Servers with their names.
type Servers = (Vec<&'static str>, Vec<ServerProcess>);

/// Starts each with every number of threads; who does not start is not in this stage.
fn start(
    contenders: &[&Contender],
    stage: &Stage,
    threads: &[usize],
    journal: &mut impl Journal,
) -> io::Result<Servers> {
    let (mut names, mut servers) = Servers::default();
    for contender in contenders {
        for threads in threads {
            match contender.start(stage, *threads, &cores(*threads)) {
                Ok(server) => {
                    servers.push(server);
                    names.push(contender.name());
                }
                Err(error) => journal.failure(contender.name(), stage.scenarios[0].name, error)?,
            }
        }
    }
    Ok((names, servers))
}

/// Measures one stage with some servers side by side.
fn measure(
    (names, servers): &Servers,
    stage: &Stage,
    slices: Slices,
    failed: &mut HashSet<Pair>,
    journal: &mut impl Journal,
) -> io::Result<()> {
    let group = Group {
        names,
        failed,
        journal,
    };
    stage.measure(servers, slices, group)
}

/// The cores of a server, in the words of taskset. The load has core 1.
fn cores(threads: usize) -> String {
    match threads {
        1 => "0".into(),
        threads => format!("0-{}", threads - 1),
    }
}

/// Tells the journal of servers by their names.
struct Group<'a, J> {
    names: &'a [&'static str],
    failed: &'a mut HashSet<Pair>,
    journal: &'a mut J,
}

impl<J: Journal> Record for Group<'_, J> {
    fn wants(&self, server: usize, scenario: &'static str) -> bool {
        !self.failed.contains(&(self.names[server], scenario))
    }

    fn sample(&mut self, server: usize, sample: Sample) {
        self.journal.sample(self.names[server], sample);
    }

    fn failure(
        &mut self,
        server: usize,
        scenario: &'static str,
        error: io::Error,
    ) -> io::Result<()> {
        let name = self.names[server];
        self.failed.insert((name, scenario));
        self.journal.failure(name, scenario, error)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::stages::STAGES;

    /// Notes what it hears.
    #[derive(Default)]
    struct Notes(Vec<String>);

    impl Journal for Notes {
        fn sample(&mut self, contender: &'static str, sample: Sample) {
            self.0.push(format!("{contender}: {}", sample.scenario));
        }

        fn failure(
            &mut self,
            name: &'static str,
            _: &'static str,
            error: io::Error,
        ) -> io::Result<()> {
            self.0.push(format!("{name} failed: {error}"));
            Ok(())
        }
    }

    #[test]
    fn who_does_not_start_is_left_out() {
        let plan = Plan {
            contenders: vec![Contender::new("absent", "/no/such/program")],
            stages: vec![STAGES[0]],
            rounds: 1,
            slices: Slices {
                count: 1,
                time: Duration::ZERO,
            },
            threads: None,
        };
        let mut notes = Notes::default();
        run(plan, &mut notes).unwrap();
        assert!(notes.0[0].starts_with("absent failed: "), "{:?}", notes.0);
        assert_eq!(notes.0.len(), 1);
    }

    #[test]
    fn who_has_failed_is_out_of_that_scenario() {
        let (mut failed, mut notes) = (HashSet::new(), Notes::default());
        let mut group = Group {
            names: &["a", "b"],
            failed: &mut failed,
            journal: &mut notes,
        };
        group
            .failure(1, "echo", io::Error::other("silent"))
            .unwrap();
        assert!(group.wants(0, "echo") && !group.wants(1, "echo"));
        assert!(group.wants(1, "broadcast"));
        group.sample(0, Sample::new("echo", 1.0, None));
        assert_eq!(notes.0, ["b failed: silent", "a: echo"]);
    }
}
