//! Medians and ratios, as a table for people and as JSON for programs.

use std::fmt::Write;
use std::io;

use serde_json::{Map, Value, json};

use crate::contender::FLOOR;
use crate::figures::or_dash;
use crate::runner::Journal;
use crate::sample::Sample;
use crate::samples::Samples;

/// The one of this build.
pub(crate) const THIS: &str = "this";
/// The one to compare with.
pub(crate) const AGAINST: &str = "against";
/// All that was measured, slice by slice.
#[derive(Debug, Default)]
pub struct Report {
    samples: Samples,
}

const HEAD: &str = "\
| scenario | this: median (best) | user | 1000/s | load | against | this/against | floor | this/floor |
|---|---|---|---|---|---|---|---|---|
";

impl Report {
    /// A table in Markdown. Figures are µs of the server's processor time per message, or bytes.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = HEAD.to_owned();
        for row in self.samples.rows() {
            let this = self.samples.of(THIS, row);
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
            for name in [AGAINST, FLOOR] {
                let other = self.samples.of(name, row);
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
        let scenarios = self.samples.rows().into_iter().map(|row| {
            let this = self.samples.of(THIS, row);
            let servers = [THIS, AGAINST, FLOOR].map(|name| {
                let figures = self.samples.of(name, row);
                let mut json = figures.json();
                json["this_ratio"] = this.ratio(&figures).into();
                (name.to_owned(), json)
            });
            let servers: Map<_, _> = servers.into_iter().collect();
            json!({ "scenario": row.scenario, "threads": row.threads, "servers": servers })
        });
        scenarios.collect()
    }
}

impl Journal for Report {
    fn sample(&mut self, contender: &'static str, sample: Sample) {
        self.samples.add(contender, sample);
    }

    /// Here every failure is the end.
    fn failure(
        &mut self,
        contender: &'static str,
        scenario: &'static str,
        error: io::Error,
    ) -> io::Result<()> {
        let what = format!("{contender} in \"{scenario}\": {error}");
        Err(io::Error::new(error.kind(), what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(values: &[(&'static str, f64)]) -> Report {
        let mut report = Report::default();
        for (name, value) in values {
            let scenario = "memory of an idle session";
            report.sample(name, Sample::new(scenario, *value, None));
        }
        report
    }

    #[test]
    fn slices_are_compared_one_by_one() {
        // The machine halves its speed for the second slice.
        let report = report(&[(THIS, 11.0), (AGAINST, 10.0), (AGAINST, 20.0), (THIS, 22.0)]);
        let table = report.table();
        let row = table.lines().nth(2).unwrap();
        let expected =
            "| memory of an idle session | 16 (11) | – | – | – | 15 (10) | 1.100 | – | – |";
        assert_eq!(row, expected);
        assert_eq!(report.json()[0]["servers"]["against"]["this_ratio"], 1.1);
        assert_eq!(report.json()[0]["servers"]["floor"]["median"], Value::Null);
    }
}
