//! Medians and ratios, as a table for people and as JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::figures::{Figures, or_dash};
use crate::sample::Sample;
use crate::stages::STAGES;

/// Which server a figure is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The one of this build.
    This,
    /// The one to compare with.
    Against,
    /// The bare loop.
    Floor,
}

impl Target {
    const ALL: [Self; 3] = [Self::This, Self::Against, Self::Floor];

    /// Its name in the report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::This => "this",
            Self::Against => "against",
            Self::Floor => "floor",
        }
    }
}

/// All that was measured, slice by slice.
#[derive(Debug, Default)]
pub struct Report {
    samples: Vec<(Target, Sample)>,
}

const HEAD: &str = "\
| scenario | this: median (best) | user | 1000/s | load | against | this/against | floor | this/floor |
|---|---|---|---|---|---|---|---|---|
";

impl Report {
    /// Adds what was measured of a server. The n-th samples of two servers are a pair.
    pub fn add(&mut self, target: Target, sample: Sample) {
        self.samples.push((target, sample));
    }

    /// A table in Markdown. Figures are µs of the server's processor time per message, or bytes.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = HEAD.to_owned();
        for row in self.rows() {
            let this = self.of(Target::This, row);
            let _ = write!(table, "| {} | {} |", row.shown(), this.shown());
            let _ = write!(
                table,
                " {} |",
                or_dash(this.user_share(), |share| format!("{:.0} %", share * 100.0))
            );
            let _ = write!(
                table,
                " {} |",
                or_dash(this.median_of(|speed| speed.per_second), |rate| format!(
                    "{:.1}",
                    rate / 1e3
                ))
            );
            let _ = write!(
                table,
                " {} |",
                or_dash(this.median_of(|speed| speed.load), |load| format!(
                    "{load:.2}"
                ))
            );
            for target in [Target::Against, Target::Floor] {
                let other = self.of(target, row);
                let ratio = or_dash(this.ratio(&other), |ratio| format!("{ratio:.3}"));
                let _ = write!(table, " {} | {ratio} |", other.shown());
            }
            table.push('\n');
        }
        table
    }

    /// The same with every slice.
    #[must_use]
    pub fn json(&self) -> Value {
        let scenarios = self.rows().map(|row| {
            let this = self.of(Target::This, row);
            let targets = Target::ALL.map(|target| {
                let figures = self.of(target, row);
                let mut json = figures.json();
                json["this_ratio"] = this.ratio(&figures).into();
                (target.name().to_owned(), json)
            });
            json!({ "scenario": row.scenario, "threads": row.threads, "servers": targets.into_iter().collect::<serde_json::Map<_, _>>() })
        });
        scenarios.collect()
    }

    /// What was measured, in order.
    fn rows(&self) -> impl Iterator<Item = Row> {
        let scenarios = STAGES.iter().flat_map(|stage| stage.scenarios);
        let rows = scenarios.flat_map(|one| {
            let scenario = one.name;
            (1..=self.max_threads()).map(move |threads| Row { scenario, threads })
        });
        rows.filter(|row| !self.of(Target::This, *row).is_empty())
    }

    fn max_threads(&self) -> usize {
        let threads = self.samples.iter().map(|(_, sample)| sample.threads);
        threads.max().unwrap_or_default()
    }

    fn of(&self, target: Target, row: Row) -> Figures {
        let samples = self.samples.iter();
        let samples = samples.filter(|(of, sample)| *of == target && row.has(sample));
        Figures::new(samples.map(|(_, sample)| sample))
    }
}

/// A row of the table: a scenario, with some number of threads.
#[derive(Clone, Copy)]
struct Row {
    scenario: &'static str,
    threads: usize,
}

impl Row {
    fn has(self, sample: &Sample) -> bool {
        (sample.scenario, sample.threads) == (self.scenario, self.threads)
    }

    fn shown(self) -> String {
        match self.threads {
            1 => self.scenario.to_owned(),
            threads => format!("{}, {threads} threads", self.scenario),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(values: &[(Target, f64)]) -> Report {
        let mut report = Report::default();
        for (target, value) in values {
            let scenario = "memory of an idle session";
            report.add(*target, Sample::new(scenario, *value, None));
        }
        report
    }

    #[test]
    fn slices_are_compared_one_by_one() {
        use Target::{Against, This};
        // The machine halves its speed for the second slice.
        let report = report(&[(This, 11.0), (Against, 10.0), (Against, 20.0), (This, 22.0)]);
        let table = report.table();
        let row = table.lines().nth(2).unwrap();
        let expected =
            "| memory of an idle session | 16 (11) | – | – | – | 15 (10) | 1.100 | – | – |";
        assert_eq!(row, expected);
        assert_eq!(report.json()[0]["servers"]["against"]["this_ratio"], 1.1);
        assert_eq!(report.json()[0]["servers"]["floor"]["median"], Value::Null);
    }
}
