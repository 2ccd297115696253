//! Medians and ratios, as a table for people and as JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::sample::{Sample, Speed};
use crate::stage::STAGES;

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
        for name in self.scenarios() {
            let this = self.of(Target::This, name);
            let _ = write!(table, "| {name} | {} |", this.shown());
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
                let other = self.of(target, name);
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
        let scenarios = self.scenarios().map(|name| {
            let this = self.of(Target::This, name);
            let targets = Target::ALL.map(|target| {
                let figures = self.of(target, name);
                (target.name().to_owned(), figures.json(&this))
            });
            json!({ "scenario": name, "servers": targets.into_iter().collect::<serde_json::Map<_, _>>() })
        });
        scenarios.collect()
    }

    /// The names of what was measured, in order.
    fn scenarios(&self) -> impl Iterator<Item = &'static str> {
        let names = STAGES
            .iter()
            .flat_map(|stage| stage.scenarios)
            .map(|one| one.name);
        names.filter(|name| !self.of(Target::This, name).0.is_empty())
    }

    fn of(&self, target: Target, scenario: &str) -> Figures {
        let samples = self.samples.iter();
        let samples = samples.filter(|(of, sample)| *of == target && sample.scenario == scenario);
        Figures(samples.map(|(_, sample)| *sample).collect())
    }
}

/// One scenario with one server, slice by slice.
struct Figures(Vec<Sample>);

impl Figures {
    fn shown(&self) -> String {
        let values = || self.0.iter().map(|sample| sample.value);
        let digits = if self.0.iter().any(|sample| sample.speed.is_some()) {
            2
        } else {
            0
        };
        or_dash(median(values()), |median| {
            let best = values().fold(f64::INFINITY, f64::min);
            format!("{median:.digits$} ({best:.digits$})")
        })
    }

    fn median_of(&self, part: impl Fn(&Speed) -> f64) -> Option<f64> {
        let speeds = self.0.iter().filter_map(|sample| sample.speed.as_ref());
        median(speeds.map(part))
    }

    /// The part of the time that was spent in the server's own code, over all rounds.
    fn user_share(&self) -> Option<f64> {
        let speeds = || self.0.iter().filter_map(|sample| sample.speed);
        let user: u64 = speeds().map(|speed| speed.cpu.user_ticks).sum();
        let system: u64 = speeds().map(|speed| speed.cpu.system_ticks).sum();
        (user + system > 0).then(|| user as f64 / (user + system) as f64)
    }

    /// The median of the ratios slice by slice: what was measured a moment apart is compared,
    /// since the machine changes its speed from minute to minute.
    fn ratio(&self, other: &Self) -> Option<f64> {
        let pairs = self.0.iter().zip(&other.0);
        median(pairs.map(|(this, other)| this.value / other.value))
    }

    fn json(&self, this: &Self) -> Value {
        json!({
            "median": median(self.0.iter().map(|sample| sample.value)),
            "slices": self.0.iter().map(|sample| sample.value).collect::<Value>(),
            "per_second": self.median_of(|speed| speed.per_second),
            "load": self.median_of(|speed| speed.load),
            "user_share": self.user_share(),
            "this_ratio": this.ratio(self),
        })
    }
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(values[middle]),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn or_dash(value: Option<f64>, shown: impl FnOnce(f64) -> String) -> String {
    value.map_or_else(|| "–".into(), shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(values: &[(Target, f64)]) -> Report {
        let mut report = Report::default();
        for (target, value) in values {
            let scenario = "memory of an idle session";
            report.add(
                *target,
                Sample {
                    scenario,
                    value: *value,
                    speed: None,
                },
            );
        }
        report
    }

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), Some(2.0));
        assert_eq!(median([4.0, 1.0].into_iter()), Some(2.5));
        assert_eq!(median([].into_iter()), None);
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
