//! Whether each goal is met.

use serde_json::{Value, json};

use super::contenders::SALON;
use super::goals::{Against, Figure, GOALS, Goal};
use super::report::Report;
use crate::figures::{Figures, or_dash};
use crate::samples::Row;

/// A goal in one scenario, and what came of it.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) scenario: &'static str,
    /// What ours is compared with.
    pub(crate) against: String,
    goal: &'static Goal,
    /// Ours as a part of theirs. `None`: one of both was not measured.
    measured: Option<f64>,
}

/// All that can be said of what was measured.
pub(crate) fn of(report: &Report) -> Vec<Verdict> {
    let pairs = GOALS
        .iter()
        .flat_map(|goal| goal.scenarios.iter().map(move |scenario| (goal, *scenario)));
    let is_measured = |scenario| !report.samples.of(SALON, Row::new(scenario)).is_empty();
    pairs
        .filter(|(_, scenario)| is_measured(*scenario))
        .map(|(goal, scenario)| verdict(report, goal, scenario))
        .collect()
}

fn verdict(report: &Report, goal: &'static Goal, scenario: &'static str) -> Verdict {
    let row = Row::new(scenario);
    let two = Row { threads: 2, ..row };
    let ours = report.samples.of(SALON, row);
    let (against, measured) = match (goal.figure, goal.against) {
        (Figure::Overtaken, _) => {
            let overtaken = report.samples.of(SALON, two).overtaken();
            (
                "answers that overtook others".into(),
                Some(overtaken as f64),
            )
        }
        (_, Against::Given(bytes)) => {
            let part = ours.median().map(|median| median / bytes);
            (format!("{:.0} KiB", bytes / 1_024.0), part)
        }
        (_, Against::OneThread) => (
            "salon on one core".into(),
            report.samples.of(SALON, two).ratio(&ours),
        ),
        (figure, Against::Best(names)) => against_best(report, row, names, figure),
    };
    Verdict {
        scenario,
        against,
        goal,
        measured,
    }
}

/// The one of these that ours is the largest part of.
fn against_best(
    report: &Report,
    row: Row,
    names: &[&'static str],
    figure: Figure,
) -> (String, Option<f64>) {
    let ours = report.samples.of(SALON, row);
    let part = |theirs: &Figures| match figure {
        Figure::P99 => ours.latency_ratio(theirs, 99.0),
        _ => ours.ratio(theirs),
    };
    let there = names
        .iter()
        .filter(|name| report.measured().any(|one| one == **name));
    let parts = there.filter_map(|name| Some((*name, part(&report.samples.of(name, row))?)));
    match parts.max_by(|(_, one), (_, other)| one.total_cmp(other)) {
        Some((name, part)) => (name.to_owned(), Some(part)),
        None => (names.join(", "), None),
    }
}

impl Verdict {
    pub(crate) fn is_met(&self) -> Option<bool> {
        self.measured.map(|measured| measured <= self.goal.most)
    }

    /// A row of the table of goals.
    pub(crate) fn markdown(&self) -> String {
        let what = match self.goal.figure {
            Figure::Cost | Figure::Overtaken => "",
            Figure::P99 => ", p99",
        };
        let result = match self.is_met() {
            Some(true) => "met",
            Some(false) => "**missed**",
            None => "not measured",
        };
        let (goal, measured) = match self.goal.figure {
            Figure::Overtaken => {
                let count = or_dash(self.measured, |count| format!("{count:.0}"));
                ("none".into(), count)
            }
            _ => {
                let shown = |part: f64| format!("{part:.2} ×");
                (
                    format!("≤ {}", shown(self.goal.most)),
                    or_dash(self.measured, shown),
                )
            }
        };
        let (scenario, against) = (self.scenario, &self.against);
        format!("| {scenario}{what} | {against} | {goal} | {measured} | {result} |")
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "scenario": self.scenario,
            "against": self.against,
            "most": self.goal.most,
            "measured": self.measured,
            "is_met": self.is_met(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::made_up;
    use super::*;

    fn row(start: &str) -> String {
        let rows = of(&made_up()).into_iter().map(|one| one.markdown());
        let mut rows = rows.filter(|row| row.starts_with(start));
        rows.next().unwrap()
    }

    #[test]
    fn ours_is_compared_with_the_floor_and_the_best_peer() {
        assert_eq!(
            row("| echo, 100 connections | floor"),
            "| echo, 100 connections | floor | ≤ 1.20 × | 2.00 × | **missed** |"
        );
        assert_eq!(
            row("| echo, 100 connections | socketioxide"),
            "| echo, 100 connections | socketioxide | ≤ 0.85 × | 0.67 × | met |"
        );
    }

    #[test]
    fn other_figures_have_goals_too() {
        let memory = row("| memory of an idle session | 2 KiB");
        assert!(memory.ends_with("| ≤ 1.00 × | 1.00 × | met |"), "{memory}");
        let latency = row("| broadcast to a room of 100");
        assert!(
            latency.contains(", p99 | floor | ≤ 1.50 × | 2.00 ×"),
            "{latency}"
        );
        let overtaken = row("| echo, on two cores | answers");
        assert!(overtaken.ends_with("| none | 0 | met |"), "{overtaken}");
    }
}
