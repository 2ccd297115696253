//! Medians and ratios, as a table for people and as JSON for programs.

use std::fmt::Write;

use serde_json::{Value, json};

use super::contender::{Client, Server};
use super::options::Options;
use super::picture;
use super::work::{STAGES, Scenario};
use crate::documents::Picture;
use crate::figures::{Figures, or_dash};
use crate::machine::machine;
use crate::sample::Sample;

/// Of whom a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) server: Server,
    pub(crate) client: Client,
}

/// All that was measured, slice by slice.
#[derive(Debug)]
pub struct Report {
    samples: Vec<(Key, Sample)>,
    /// What each client says it is.
    about: Vec<(Client, String)>,
    conditions: String,
}

/// One scenario with one server.
pub(crate) struct Row {
    pub(crate) scenario: &'static Scenario,
    pub(crate) server: Server,
    /// In the order of [`Client::ALL`].
    figures: Vec<Figures>,
}

/// What became of a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Met,
    Missed,
    /// The floor misses it too.
    OutOfReach,
}

impl Report {
    pub(crate) fn new(options: &Options) -> Self {
        let Options { rounds, slices, .. } = options;
        let milliseconds = slices.time.as_millis();
        let count = slices.count;
        let machine = machine();
        let conditions =
            format!("{machine}; {rounds} rounds with {count} slices of {milliseconds} ms each");
        Self {
            samples: Vec::new(),
            about: Vec::new(),
            conditions,
        }
    }

    /// Adds what was measured. The n-th samples of two clients with one server are a pair.
    pub(crate) fn add(&mut self, key: Key, sample: Sample) {
        self.samples.push((key, sample));
    }

    pub(crate) fn note(&mut self, client: Client, about: &str) {
        if self.about.iter().all(|(known, _)| *known != client) {
            self.about.push((client, about.to_owned()));
        }
    }

    /// A text and a table in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for client in Client::ALL {
            let _ = writeln!(text, "- **{}**: {}", client.name(), self.about(client));
        }
        let _ = writeln!(text, "- {}\n\n{}", self.conditions, head());
        for row in self.rows() {
            let _ = writeln!(text, "{}", row.markdown());
        }
        let _ = writeln!(text, "\n{}\n\n{PARTED_HEAD}", self.conclusion());
        for row in self.rows() {
            text.push_str(&row.parted());
        }
        text
    }

    /// The same with every slice.
    #[must_use]
    pub fn json(&self) -> Value {
        let clients = Client::ALL.map(|client| json!({client.name(): self.about(client)}));
        let rows: Vec<_> = self.rows().map(|row| row.json()).collect();
        json!({ "clients": clients, "conditions": self.conditions, "scenarios": rows })
    }

    /// A picture of the table: SVG.
    #[must_use]
    pub fn picture(&self) -> Picture {
        picture::draw(&self.rows().collect::<Vec<_>>())
    }

    /// In how many rows the goal for messages is met, and what of the others.
    fn conclusion(&self) -> String {
        let verdicts = self.rows().filter(|row| row.figures_are_times());
        let verdicts: Vec<_> = verdicts.filter_map(|row| row.verdict()).collect();
        let count = |wanted| verdicts.iter().filter(|one| **one == wanted).count();
        let met = count(Verdict::Met);
        let all = verdicts.len();
        let missed = all - met;
        let by_floor = count(Verdict::OutOfReach);
        format!(
            "The goal for messages is met in {met} of {all} rows. Of the {missed} others, the floor \
             misses it in {by_floor}."
        )
    }

    fn rows(&self) -> impl Iterator<Item = Row> {
        let scenarios = STAGES.iter().flat_map(|stage| stage.scenarios);
        let pairs = scenarios.flat_map(|one| Server::ALL.map(|server| (one, server)));
        let rows = pairs.map(|(scenario, server)| Row {
            scenario,
            server,
            figures: Client::ALL
                .map(|client| self.of(Key { server, client }, scenario.name))
                .into(),
        });
        rows.filter(|row| !row.of(Client::Node).is_empty())
    }

    fn of(&self, key: Key, scenario: &str) -> Figures {
        let samples = self.samples.iter();
        let samples = samples.filter(|(of, sample)| *of == key && sample.scenario == scenario);
        Figures::new(samples.map(|(_, sample)| sample))
    }

    fn about(&self, client: Client) -> &str {
        let mut about = self.about.iter();
        about
            .find(|(of, _)| *of == client)
            .map_or("not measured", |(_, text)| text)
    }
}

/// The kernel does the same work for all, so the own code is what each has of its own. Both cost more
/// time right after a sleep.
const PARTED_HEAD: &str = "\
| processor time | server | own code: Node's | ours | of Node's | in the kernel: Node's | ours | the floor's | sleeps: Node's | ours | the floor's |
|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

/// The columns are the clients, and each but Node's has its part of Node's cost.
fn head() -> String {
    let mut names = format!(
        "| per message or connection | server | {} |",
        Client::Node.name()
    );
    let mut rule = "|---|---|---:|".to_owned();
    for client in Client::RIVALS {
        let _ = write!(names, " {} | of Node's |", client.name());
        rule.push_str("---:|---:|");
    }
    format!("{names} salon-client to the floor | goal |\n{rule}---:|---|")
}

impl Row {
    pub(crate) fn of(&self, client: Client) -> &Figures {
        &self.figures[client as usize]
    }

    /// The client's cost as a part of Node's: the median of the slices' ratios.
    pub(crate) fn part(&self, client: Client) -> Option<f64> {
        self.of(client).ratio(self.of(Client::Node))
    }

    /// How often ours has the floor in it, likewise. The floor's memory is next to nothing.
    fn to_floor(&self) -> Option<f64> {
        let ours = self.of(Client::Salon);
        let ratio = ours.ratio(self.of(Client::Floor))?;
        ours.is_time().then_some(ratio)
    }

    /// The median with its unit.
    pub(crate) fn cost(&self, client: Client) -> String {
        let figures = self.of(client);
        or_dash(figures.median(), |median| match figures.is_time() {
            true => format!("{median:.2} µs"),
            false => format!("{:.1} KiB", median / 1_024.0),
        })
    }

    fn markdown(&self) -> String {
        let (name, server) = (self.scenario.name, self.server.name());
        let mut line = format!("| {name} | {server} | {} |", self.cost(Client::Node));
        for client in Client::RIVALS {
            let part = or_dash(self.part(client), percent);
            let _ = write!(line, " {} | {part} |", self.cost(client));
        }
        let to_floor = or_dash(self.to_floor(), |ratio| format!("{ratio:.1} ×"));
        format!("{line} {to_floor} | {} |", self.judgement())
    }

    /// Without memory, which has no such parts.
    fn parted(&self) -> String {
        let parted = |client| self.of(client).parted();
        let all = [Client::Node, Client::Salon, Client::Floor].map(parted);
        let [Some(node), Some(ours), Some(floor)] = all else {
            return String::new();
        };
        let (name, server) = (self.scenario.name, self.server.name());
        let part = percent(ours.0 / node.0);
        let mut line = format!(
            "| {name} | {server} | {:.2} µs | {:.2} µs | {part} | {:.2} µs | {:.2} µs | {:.2} µs |",
            node.0, ours.0, node.1, ours.1, floor.1
        );
        for client in [Client::Node, Client::Salon, Client::Floor] {
            let sleeps = or_dash(self.of(client).sleeps(), |sleeps| format!("{sleeps:.2}"));
            let _ = write!(line, " {sleeps} |");
        }
        line + "\n"
    }

    /// What the goal is, and whether it is met.
    fn judgement(&self) -> String {
        let Some(goal) = self.scenario.work.goal() else {
            return "–".into();
        };
        let verdict = match self.verdict() {
            Some(Verdict::Met) => "met",
            Some(Verdict::OutOfReach) => "**missed**, by the floor too",
            Some(Verdict::Missed) => "**missed**",
            None => "–",
        };
        format!("{}: {verdict}", percent(goal))
    }

    /// `None`: there is no goal, or nothing was measured.
    fn verdict(&self) -> Option<Verdict> {
        let goal = self.scenario.work.goal()?;
        let is_met = |client| self.part(client).map(|part| part <= goal);
        Some(match (is_met(Client::Salon)?, is_met(Client::Floor)) {
            (true, _) => Verdict::Met,
            (false, Some(false)) => Verdict::OutOfReach,
            (false, _) => Verdict::Missed,
        })
    }

    fn figures_are_times(&self) -> bool {
        self.of(Client::Salon).is_time()
    }

    fn json(&self) -> Value {
        let node = self.of(Client::Node);
        let clients = Client::ALL.map(|client| {
            let figures = self.of(client);
            let mut json = figures.json();
            json["of_node"] = figures.ratio(node).into();
            (client.name().to_owned(), json)
        });
        json!({
            "scenario": self.scenario.name,
            "server": self.server.name(),
            "goal": self.scenario.work.goal(),
            "clients": clients.into_iter().collect::<serde_json::Map<_, _>>(),
        })
    }
}

pub(crate) fn percent(part: f64) -> String {
    let percent = part * 100.0;
    match percent < 9.95 {
        true => format!("{percent:.1} %"),
        false => format!("{percent:.0} %"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sample::Speed;
    use crate::usage::Cpu;

    fn sample(value: f64) -> Sample {
        Sample::new("memory of an idle connection", value, None)
    }

    fn speed() -> Speed {
        let cpu = Cpu {
            total: Duration::from_micros(80),
            user_ticks: 3,
            system_ticks: 1,
            sleeps: 1,
        };
        Speed {
            per_second: 1.0,
            load: 1.0,
            cpu,
        }
    }

    fn report(node: &[f64], salon: &[f64]) -> Report {
        report_of(&[(Client::Node, node), (Client::Salon, salon)])
    }

    fn report_of(all: &[(Client, &[f64])]) -> Report {
        let options = Options::read([], "a".into()).unwrap();
        let mut report = Report::new(&options);
        let server = Server::Node;
        for (client, values) in all {
            let client = *client;
            for value in *values {
                report.add(Key { server, client }, sample(*value));
            }
        }
        report
    }

    fn row(report: &Report) -> String {
        let text = report.markdown();
        let mut rows = text.lines().filter(|line| line.starts_with("| memory"));
        rows.next().unwrap().to_owned()
    }

    #[test]
    fn a_goal_is_met_or_missed() {
        let met = row(&report(&[20_480.0, 40_960.0], &[1_024.0, 2_048.0]));
        assert_eq!(
            met,
            "| memory of an idle connection | socket.io | 30.0 KiB | 1.5 KiB | 5.0 % | – | – | – | – | – | 10 %: met |"
        );
        let missed = row(&report(&[10_240.0], &[5_120.0]));
        assert!(
            missed.ends_with(" 50 % | – | – | – | – | – | 10 %: **missed** |"),
            "{missed}"
        );
    }

    #[test]
    fn the_conclusion_counts_rows() {
        let mut report = report(&[], &[]);
        let mut add = |scenario: &'static str, node, ours, floor| {
            for (client, value) in [
                (Client::Node, node),
                (Client::Salon, ours),
                (Client::Floor, floor),
            ] {
                let speed = Some(speed());
                let server = Server::Salon;
                let sample = Sample::new(scenario, value, speed);
                report.add(Key { server, client }, sample);
            }
        };
        add("echo, 1 connection", 8.0, 4.0, 3.0);
        add("echo, 100 connections", 8.0, 4.0, 1.0);
        add("receive a broadcast, 100 connections", 8.0, 2.0, 1.0);
        // It has no goal.
        add("open a connection", 8.0, 2.0, 1.0);
        let expected = "The goal for messages is met in 1 of 3 rows. Of the 2 others, the floor misses it in 1.";
        assert!(
            report.markdown().contains(expected),
            "{}",
            report.markdown()
        );
    }

    #[test]
    fn a_goal_that_the_floor_misses_is_missed_by_all() {
        let with_floor = |floor: f64| {
            row(&report_of(&[
                (Client::Node, &[10_240.0]),
                (Client::Salon, &[5_120.0]),
                (Client::Floor, &[floor]),
            ]))
        };
        assert!(with_floor(2_048.0).ends_with("10 %: **missed**, by the floor too |"));
        assert!(with_floor(1_024.0).ends_with("10 %: **missed** |"));
    }

    #[test]
    fn json_has_every_slice() {
        let json = report(&[10.0, 30.0], &[5.0, 6.0]).json();
        let clients = &json["scenarios"][0]["clients"];
        assert_eq!(clients["socket.io-client"]["slices"], json!([10.0, 30.0]));
        assert_eq!(clients["salon-client"]["of_node"], 0.35);
    }

    #[test]
    fn a_table_has_a_head_for_each_column() {
        let columns = |line: &str| line.matches('|').count();
        assert!(
            head()
                .lines()
                .all(|line| columns(line) == columns(&row(&report(&[1.0], &[1.0]))))
        );

        let figures = |value| {
            let sample = Sample {
                speed: Some(speed()),
                ..sample(value)
            };
            Figures::new([sample].iter())
        };
        let row = Row {
            scenario: &STAGES[0].scenarios[0],
            server: Server::Node,
            figures: vec![figures(40.0), figures(10.0), figures(10.0), figures(4.0)],
        };
        let parted = row.parted();
        assert!(parted.ends_with(
            "| socket.io | 30.00 µs | 7.50 µs | 25 % | 10.00 µs | 2.50 µs | 1.00 µs | 0.50 | 0.12 | 0.05 |\n"
        ));
        assert!(row.markdown().contains(" | 10 % | 2.5 × | 25 %: met |"));
        assert!(
            PARTED_HEAD
                .lines()
                .all(|line| columns(line) == columns(&parted))
        );
    }
}
