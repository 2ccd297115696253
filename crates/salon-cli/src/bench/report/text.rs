//! The report for people.

use std::fmt::Write as _;

use super::{Report, grouped, millis, percentiles};
use crate::options::Scenario;

impl Report {
    pub(super) fn text(&self) -> String {
        let mut out = format!(
            "{} at {}: {}\n",
            self.scenario.name(),
            self.url,
            self.what()
        );
        let mut line = |name: &str, text: String| {
            // Writing to a text cannot fail.
            let _ = writeln!(out, "  {name:<14}{text}");
        };
        line("delivered", self.delivered());
        if !self.tally.latency.is_empty() {
            line(self.latency_of(), self.latencies());
        }
        if let Some(text) = self.processor() {
            line("processor", text);
        }
        if let Some(bytes) = self.memory_per_connection() {
            line(
                "memory",
                format!("{} bytes of the server for each connection", grouped(bytes)),
            );
        }
        for (kind, count) in &self.tally.counts {
            line("", format!("{}: {kind}", grouped(*count)));
        }
        for (kind, count) in &self.tally.failures {
            line("failed", format!("{}: {kind}", grouped(*count)));
        }
        for note in &self.notes {
            line("note", note.clone());
        }
        out
    }

    pub(super) fn what(&self) -> String {
        let connections = match self.scenario {
            Scenario::Connect => format!("{} opened", grouped(self.opened as u64)),
            _ => format!("{} connections", grouped(self.opened as u64)),
        };
        format!(
            "{connections}, {}, {:.1} s",
            self.load,
            self.duration.as_secs_f64()
        )
    }

    pub(super) fn delivered(&self) -> String {
        let (delivered, expected) = (self.tally.delivered, self.tally.expected);
        let whole = format!("{} of {}", grouped(delivered), grouped(expected));
        match self.scenario {
            Scenario::Idle => format!("{whole} connections stayed"),
            Scenario::Avalanche => format!("{whole} connections are back"),
            _ => format!("{whole}, {:.1}/s", self.per_second()),
        }
    }

    fn latencies(&self) -> String {
        let each = percentiles(&self.tally.latency);
        let each = each.map(|(name, value)| format!("{name} {}", millis(value)));
        each.join("  ")
    }

    pub(super) fn processor(&self) -> Option<String> {
        let used = |name: &str, used| {
            let cores = self.cores(used)?;
            Some(match self.per_message(used) {
                Some(micros) => format!("{name} {micros:.2} µs a message ({cores:.2} cores)"),
                None => format!("{name} {cores:.2} cores"),
            })
        };
        let tool = used("tool", self.measured.tool)?;
        Some(match used("server", self.measured.server) {
            Some(server) => format!("{tool}; {server}"),
            None => tool,
        })
    }
}
