//! All that was found out of salon and its peers: as JSON here; as tables and pictures beside.

use std::io;

use serde_json::{Map, Value, json};

use super::contenders::SALON;
use super::options::Options;
use super::verdicts;
use crate::machine::machine;
use crate::progress::tell;
use crate::runner::Journal;
use crate::sample::Sample;
use crate::samples::{Row, Samples};

/// All that was found out.
#[derive(Debug)]
pub struct Report {
    pub(crate) contenders: Vec<Entry>,
    pub(crate) samples: Samples,
    pub(crate) failures: Vec<Failure>,
    pub(crate) conditions: String,
}

/// One of those that should be measured.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    /// What it is, or why it is not there.
    pub(crate) about: Result<String, String>,
}

/// A scenario in which a contender did not do what it should.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) contender: &'static str,
    pub(crate) scenario: &'static str,
    pub(crate) reason: String,
}

impl Report {
    pub(crate) fn new(options: &Options, contenders: Vec<Entry>) -> Self {
        let (rounds, count) = (options.rounds, options.slices.count);
        let milliseconds = options.slices.time.as_millis();
        let machine = machine();
        Self {
            contenders,
            samples: Samples::default(),
            failures: Vec::new(),
            conditions: format!(
                "{machine}; {rounds} rounds with {count} slices of {milliseconds} ms each"
            ),
        }
    }

    /// Those that were measured, in the order of the tables.
    pub(crate) fn measured(&self) -> impl Iterator<Item = &'static str> {
        let there = self.contenders.iter().filter(|one| one.about.is_ok());
        there.map(|one| one.name)
    }

    /// Everything, with every slice.
    #[must_use]
    pub fn json(&self) -> Value {
        let contenders = self.contenders.iter().map(|one| match &one.about {
            Ok(about) => json!({ "name": one.name, "about": about }),
            Err(reason) => json!({ "name": one.name, "left_out": reason }),
        });
        let failures = self.failures.iter().map(
            |one| json!({ "contender": one.contender, "scenario": one.scenario, "reason": one.reason }),
        );
        let rows = self.samples.rows().into_iter().map(|row| self.row(row));
        let verdicts = verdicts::of(self).into_iter().map(|one| one.json());
        json!({
            "conditions": self.conditions,
            "contenders": contenders.collect::<Value>(),
            "failures": failures.collect::<Value>(),
            "goals": verdicts.collect::<Value>(),
            "scenarios": rows.collect::<Value>(),
        })
    }

    fn row(&self, row: Row) -> Value {
        let ours = self.samples.of(SALON, row);
        let mut servers = Map::new();
        for name in self.measured() {
            let figures = self.samples.of(name, row);
            if !figures.is_empty() {
                let mut json = figures.json();
                json["of_salon"] = figures.ratio(&ours).into();
                servers.insert(name.to_owned(), json);
            }
        }
        json!({ "scenario": row.scenario, "threads": row.threads, "servers": servers })
    }
}

impl Journal for Report {
    fn sample(&mut self, contender: &'static str, sample: Sample) {
        self.samples.add(contender, sample);
    }

    /// The others go on.
    fn failure(
        &mut self,
        contender: &'static str,
        scenario: &'static str,
        error: io::Error,
    ) -> io::Result<()> {
        tell(&format!("{contender} failed in \"{scenario}\": {error}"));
        self.failures.push(Failure {
            contender,
            scenario,
            reason: short(&error.to_string()),
        });
        Ok(())
    }
}

/// What was received may be long, and be bytes.
fn short(reason: &str) -> String {
    const MOST: usize = 160;
    let is_text = |letter: &char| !letter.is_control() && *letter != char::REPLACEMENT_CHARACTER;
    reason.chars().filter(is_text).take(MOST).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::latency::{Latency, PERCENTILES};
    use crate::peers::contenders::{ALL, PYTHON};
    use crate::sample::Speed;
    use crate::stage::Work;
    use crate::stages::STAGES;
    use crate::usage::Cpu;

    /// Every scenario with made-up figures: the n-th contender costs n times as much as the floor.
    pub(crate) fn made_up() -> Report {
        let options = Options::read([], "a".into()).unwrap();
        let entries = ALL.map(|name| Entry {
            name,
            about: Ok(format!("{name} 1.0")),
        });
        let mut report = Report::new(&options, entries.into());
        report.contenders[7].about = Err("no Python".into());
        let silent = io::Error::other("it is silent");
        report
            .failure("bun", "polling echo, 100 clients", silent)
            .unwrap();
        for (factor, name) in (1..).zip(ALL) {
            for stage in STAGES {
                for threads in stage.threads {
                    for scenario in stage.scenarios {
                        let mut sample = sample(scenario.name, scenario.work, f64::from(factor));
                        sample.threads = *threads;
                        report.sample(name, sample);
                    }
                }
            }
        }
        report
    }

    fn sample(name: &'static str, work: Work, factor: f64) -> Sample {
        if work == Work::Idle {
            return Sample::new(name, factor * 1_024.0, None);
        }
        let speed = Speed {
            per_second: 100_000.0 / factor,
            load: 1.0,
            cpu: Cpu::default(),
        };
        let mut sample = Sample::new(name, factor, Some(speed));
        if matches!(work, Work::EchoLatency(_) | Work::RoomLatency(_)) {
            sample.latency = Some(Latency {
                count: 100,
                micros: PERCENTILES.map(|percentile| percentile * factor),
            });
        }
        sample
    }

    #[test]
    fn json_has_everything() {
        let json = made_up().json();
        let echo = &json["scenarios"][0];
        assert_eq!(echo["scenario"], STAGES[0].scenarios[0].name);
        assert_eq!(echo["servers"]["floor"]["slices"], json!([1.0]));
        assert_eq!(echo["servers"]["floor"]["of_salon"], 0.5);
        assert_eq!(echo["servers"][PYTHON], Value::Null);
        assert_eq!(json["contenders"][7]["left_out"], "no Python");
        assert_eq!(json["failures"][0]["contender"], "bun");
        assert!(json["goals"].as_array().unwrap().len() > 40);
    }
}
