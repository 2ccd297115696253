//! What is said at the end.

mod chart;
mod html;
mod json;
mod text;

use std::fs;
use std::io::{Write, stdout};
use std::path::Path;
use std::time::Duration;

use super::load::Run;
use super::tally::{Latencies, Tally};
use crate::escape::escape;
use crate::exit::{Failure, Status};
use crate::options::{Bench, Json, Rate, Scenario};

/// From here on a thread has no time left for what comes at once.
const SATURATED: f64 = 0.9;

/// Messages that are sent so much later than meant, one in a hundred of them, are the tool's doing.
const LATE: u64 = 10_000;

/// What was measured beside the load.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// How long the processor time was counted.
    pub(crate) time: Duration,
    /// Processor time of this program, and of the server.
    pub(crate) tool: Option<Duration>,
    pub(crate) server: Option<Duration>,
    /// Bytes of the server, without the connections and with them.
    pub(crate) memory_before: Option<u64>,
    pub(crate) memory_after: Option<u64>,
}

/// Everything about a run that has ended.
pub(crate) struct Report {
    scenario: Scenario,
    /// Without its query, which may be secret.
    url: String,
    opened: usize,
    connections: usize,
    threads: usize,
    load: String,
    payload: usize,
    duration: Duration,
    tally: Tally,
    measured: Measured,
    /// Sentences for the user.
    notes: Vec<String>,
}

impl Report {
    pub(crate) fn new(run: &Run, tally: Tally, measured: Measured, notes: Vec<String>) -> Self {
        let options = &run.options;
        let url = options
            .server
            .url
            .split(['?', '#'])
            .next()
            .unwrap_or_default();
        Self {
            scenario: options.scenario,
            url: escape(without_secrets(url)).into_owned(),
            opened: run.opened.load(std::sync::atomic::Ordering::Relaxed),
            connections: options.connections,
            threads: options.threads,
            load: load(options),
            payload: options.payload,
            duration: Duration::from_nanos(
                run.now()
                    .clamp(1, run.window.to)
                    .saturating_sub(run.window.from),
            ),
            tally,
            measured,
            notes,
        }
    }

    /// Says where the figures are the tool's rather than the server's.
    pub(crate) fn judge(&mut self, busiest: Option<Duration>) {
        let notes = &mut self.notes;
        let busy =
            busiest.map(|used| used.as_secs_f64() / self.measured.time.as_secs_f64().max(0.001));
        if busy.is_some_and(|busy| busy > SATURATED) {
            notes.push(format!(
                "A thread of the tool was busy all the time: it, and not the server, may be what \
                 limits the figures. --threads gives it more than {}.",
                self.threads
            ));
        }
        let late = self.tally.late.value_at_quantile(0.99);
        if !self.tally.late.is_empty() && late > LATE {
            notes.push(format!(
                "The tool sent one in a hundred messages more than {} later than it meant to; the \
                 latencies have that in them. This machine is too busy, or --threads too few.",
                millis(late)
            ));
        }
        if self.scenario == Scenario::Avalanche && self.tally.expected == 0 {
            notes.push(
                "No connection was lost: restart the server while this runs, or let \
                 --restart-command do it."
                    .to_owned(),
            );
        }
    }

    /// Whether all came that was due.
    pub(crate) fn status(&self) -> Status {
        let nothing = self.tally.expected == 0;
        match self.tally.failed_count() == 0 && !nothing {
            true => Status::Done,
            false => Status::Lossy,
        }
    }

    /// Writes it to where the user wants it.
    pub(crate) fn write(&self, options: &Bench, status: Status) -> Result<(), Failure> {
        let object = self.json(status);
        match &options.json {
            Some(Json::Stdout) => print(&format!("{object}\n"))?,
            Some(Json::File(file)) => save("json", file, &format!("{object}\n"))?,
            None => {}
        }
        if options.json != Some(Json::Stdout) {
            print(&self.text())?;
        }
        match &options.html {
            Some(file) => save("html", file, &self.html()),
            None => Ok(()),
        }
    }

    fn per_second(&self) -> f64 {
        self.tally.delivered as f64 / self.duration.as_secs_f64().max(0.001)
    }

    /// Microseconds of processor time for each message.
    fn per_message(&self, used: Option<Duration>) -> Option<f64> {
        let messages = match self.scenario {
            // There are none.
            Scenario::Idle | Scenario::Avalanche => 0,
            _ => self.tally.delivered,
        };
        used.filter(|_| messages > 0)
            .map(|used| used.as_secs_f64() * 1e6 / messages as f64)
    }

    fn cores(&self, used: Option<Duration>) -> Option<f64> {
        used.map(|used| used.as_secs_f64() / self.measured.time.as_secs_f64().max(0.001))
    }

    /// Bytes that the server needs for each connection.
    fn memory_per_connection(&self) -> Option<u64> {
        let (before, after) = (self.measured.memory_before?, self.measured.memory_after?);
        let opened = u64::try_from(self.opened).ok().filter(|count| *count > 0)?;
        Some(after.saturating_sub(before) / opened)
    }

    /// What the latencies are of.
    const fn latency_of(&self) -> &'static str {
        match self.scenario {
            Scenario::Connect => "to connect",
            Scenario::Idle => "between pings",
            Scenario::Jitter => "to come back",
            Scenario::Avalanche => "until back",
            Scenario::Events => "to confirm",
            _ => "latency",
        }
    }
}

/// A name and a password in a URL are nobody's business.
fn without_secrets(url: &str) -> &str {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.rsplit_once('@').map_or(url, |(_, host)| host)
}

fn load(options: &Bench) -> String {
    match (options.scenario, options.rate) {
        (Scenario::Idle | Scenario::Avalanche, _) => "no messages".to_owned(),
        (_, Rate::PerSecond(rate)) => format!("{rate}/s"),
        (_, Rate::Max) => format!("{} in flight", options.in_flight),
    }
}

/// The percentiles that are told, with their names.
fn percentiles(latencies: &Latencies) -> [(&'static str, u64); 5] {
    let at = |quantile| latencies.value_at_quantile(quantile);
    [
        ("p50", at(0.5)),
        ("p90", at(0.9)),
        ("p99", at(0.99)),
        ("p99.9", at(0.999)),
        ("max", latencies.max()),
    ]
}

/// Microseconds as people read them.
fn millis(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{:.2} ms", micros as f64 / 1e3),
        10_000..1_000_000 => format!("{:.0} ms", micros as f64 / 1e3),
        _ => format!("{:.2} s", micros as f64 / 1e6),
    }
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = stdout().lock();
    stdout.write_all(text.as_bytes())?;
    Ok(stdout.flush()?)
}

fn save(option: &str, file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(|error| {
        let sentence = format!(
            "--{option}: {} could not be written: {error}.",
            file.display()
        );
        Failure::new(Status::Other, sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(millis(1_234), "1.23 ms");
        assert_eq!(millis(123_456), "123 ms");
        assert_eq!(millis(1_500_000), "1.50 s");
    }

    #[test]
    fn a_password_in_the_url_is_not_told() {
        assert_eq!(without_secrets("http://me:secret@host/x"), "host/x");
        assert_eq!(without_secrets("http://host/x"), "http://host/x");
    }
}
