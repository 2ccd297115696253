//! All that was measured, slice by slice.

use crate::figures::Figures;
use crate::sample::Sample;
use crate::stages::STAGES;

/// Samples, each with the name of the contender that it is of. The n-th samples of two contenders
/// in one row are a pair.
#[derive(Debug, Default)]
pub(crate) struct Samples(Vec<(&'static str, Sample)>);

/// A row of a table: a scenario, with some number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) scenario: &'static str,
    pub(crate) threads: usize,
}

impl Samples {
    pub(crate) fn add(&mut self, contender: &'static str, sample: Sample) {
        self.0.push((contender, sample));
    }

    /// What was measured, in order.
    pub(crate) fn rows(&self) -> Vec<Row> {
        let scenarios = STAGES.iter().flat_map(|stage| stage.scenarios);
        let rows = scenarios.flat_map(|one| {
            let scenario = one.name;
            (1..=self.max_threads()).map(move |threads| Row { scenario, threads })
        });
        rows.filter(|row| self.0.iter().any(|(_, sample)| row.has(sample)))
            .collect()
    }

    /// The figures of a contender in a row; they may be empty.
    pub(crate) fn of(&self, contender: &str, row: Row) -> Figures {
        let samples = self.0.iter();
        let samples = samples.filter(|(of, sample)| *of == contender && row.has(sample));
        Figures::new(samples.map(|(_, sample)| sample))
    }

    fn max_threads(&self) -> usize {
        let threads = self.0.iter().map(|(_, sample)| sample.threads);
        threads.max().unwrap_or_default()
    }
}

impl Row {
    /// With one thread.
    pub(crate) const fn new(scenario: &'static str) -> Self {
        let threads = 1;
        Self { scenario, threads }
    }

    fn has(self, sample: &Sample) -> bool {
        (sample.scenario, sample.threads) == (self.scenario, self.threads)
    }

    pub(crate) fn shown(self) -> String {
        match self.threads {
            1 => self.scenario.to_owned(),
            threads => format!("{}, {threads} threads", self.scenario),
        }
    }
}
