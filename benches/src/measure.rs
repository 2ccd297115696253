//! One stage with some servers side by side. One that fails in a scenario is out of it, and the
//! others go on.

use std::io;

use crate::process::ServerProcess;
use crate::sample::Sample;
use crate::stage::{Scenario, Slices, Stage, Work, turns};
use crate::visit::Visit;

/// What hears of each measurement. The servers have the numbers that they are given in.
pub trait Record {
    /// Whether a server shall be measured in a scenario.
    fn wants(&self, _server: usize, _scenario: &'static str) -> bool {
        true
    }

    /// A measurement.
    fn sample(&mut self, server: usize, sample: Sample);

    /// A server has not done what it should; from now on it is not wanted in this scenario.
    ///
    /// # Errors
    /// When this is the end.
    fn failure(
        &mut self,
        server: usize,
        scenario: &'static str,
        error: io::Error,
    ) -> io::Result<()>;
}

/// With a closure, the first failure is the end.
impl<F: FnMut(usize, Sample)> Record for F {
    fn sample(&mut self, server: usize, sample: Sample) {
        self(server, sample);
    }

    fn failure(&mut self, _: usize, scenario: &'static str, error: io::Error) -> io::Result<()> {
        Err(io::Error::new(error.kind(), format!("{scenario}: {error}")))
    }
}

impl Stage {
    /// Opens the connections to each of some fresh servers and measures each scenario.
    ///
    /// # Errors
    /// When a failure is the end.
    pub fn measure(
        &self,
        servers: &[ServerProcess],
        slices: Slices,
        mut record: impl Record,
    ) -> io::Result<()> {
        let mut side_by_side = SideBySide {
            stage: self,
            servers,
            visits: Vec::new(),
            record: &mut record,
        };
        side_by_side.open()?;
        for scenario in self.scenarios {
            side_by_side.measure(*scenario, slices)?;
        }
        Ok(())
    }
}

struct SideBySide<'a, R> {
    stage: &'a Stage,
    servers: &'a [ServerProcess],
    /// Each server's, unless it takes no connections.
    visits: Vec<Option<Visit<'a>>>,
    record: &'a mut R,
}

impl<R: Record> SideBySide<'_, R> {
    fn open(&mut self) -> io::Result<()> {
        for (index, server) in self.servers.iter().enumerate() {
            let is_wanted = |one: &&Scenario| self.record.wants(index, one.name);
            let first = self.stage.scenarios.iter().find(is_wanted);
            let visit = first.map(|first| (first.name, Visit::begin(self.stage, server)));
            self.visits.push(match visit {
                Some((_, Ok(visit))) => Some(visit),
                Some((first, Err(error))) => {
                    self.record.failure(index, first, error)?;
                    None
                }
                None => None,
            });
        }
        Ok(())
    }

    fn measure(&mut self, scenario: Scenario, slices: Slices) -> io::Result<()> {
        if scenario.work == Work::Pings {
            return self.measure_pings(scenario.name);
        }
        let slices = scenario.work.slices(slices);
        for index in 0..self.servers.len() {
            let prepare = |visit: &mut Visit<'_>| visit.prepare(scenario.work, slices.time);
            self.visit(index, scenario.name, prepare)?;
        }
        for index in turns(self.servers.len(), slices.count) {
            let measure = |visit: &mut Visit<'_>| visit.measure(scenario, slices.time);
            if let Some(sample) = self.visit(index, scenario.name, measure)? {
                self.record.sample(index, sample);
            }
        }
        Ok(())
    }

    /// Does something with a server, if it is wanted and there.
    fn visit<T>(
        &mut self,
        index: usize,
        scenario: &'static str,
        work: impl FnOnce(&mut Visit<'_>) -> io::Result<T>,
    ) -> io::Result<Option<T>> {
        let visit = self.visits[index].as_mut();
        let Some(visit) = visit.filter(|_| self.record.wants(index, scenario)) else {
            return Ok(None);
        };
        match work(visit) {
            Ok(done) => Ok(Some(done)),
            Err(error) => {
                self.record.failure(index, scenario, error)?;
                // What is in flight would be in the way of the next scenario.
                self.visits[index] = Visit::begin(self.stage, &self.servers[index]).ok();
                Ok(None)
            }
        }
    }

    fn measure_pings(&mut self, name: &'static str) -> io::Result<()> {
        let visits = self.visits.iter().enumerate();
        let there: Vec<_> = visits
            .filter(|(index, _)| self.record.wants(*index, name))
            .filter_map(|(index, visit)| Some((index, visit.as_ref()?)))
            .collect();
        let visits: Vec<_> = there.iter().map(|(_, visit)| *visit).collect();
        let outcomes = Visit::measure_pings(&visits, self.stage, name);
        for ((index, _), outcome) in there.into_iter().zip(outcomes) {
            match outcome {
                Ok(sample) => self.record.sample(index, sample),
                Err(error) => self.record.failure(index, name, error)?,
            }
        }
        Ok(())
    }
}
