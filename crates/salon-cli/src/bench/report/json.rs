//! The report for programs: one object. docs/bench.md has its fields.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Report, percentiles};
use crate::exit::Status;

impl Report {
    pub(super) fn json(&self, status: Status) -> Value {
        let tally = &self.tally;
        json!({
            "tool": concat!("salon ", env!("CARGO_PKG_VERSION")),
            "scenario": self.scenario.name(),
            "url": self.url,
            "load": self.load,
            "connections": self.connections,
            "opened": self.opened,
            "threads": self.threads,
            "payload": self.payload,
            "seconds": self.duration.as_secs_f64(),
            "sent": tally.sent,
            "expected": tally.expected,
            "delivered": tally.delivered,
            "per_second": self.per_second(),
            "latency_ms": self.latency_ms(),
            "failures": tally.failures,
            "counts": tally.counts,
            "cpu": {
                "tool": self.cpu(self.measured.tool),
                "server": self.cpu(self.measured.server),
            },
            "memory_per_connection": self.memory_per_connection(),
            "timeline": self.timeline(),
            "notes": self.notes,
            "status": status as u8,
        })
    }

    fn latency_ms(&self) -> Value {
        let latency = &self.tally.latency;
        if latency.is_empty() {
            return Value::Null;
        }
        let mut object = json!({
            "count": latency.len(),
            "min": latency.min() as f64 / 1e3,
            "mean": latency.mean() / 1e3,
        });
        for (name, micros) in percentiles(latency) {
            object[name] = json!(micros as f64 / 1e3);
        }
        object
    }

    fn cpu(&self, used: Option<Duration>) -> Value {
        match self.cores(used) {
            None => Value::Null,
            Some(cores) => json!({
                "cores": cores,
                "us_per_message": self.per_message(used),
            }),
        }
    }

    /// One entry for each second.
    fn timeline(&self) -> Vec<Value> {
        let seconds = self.tally.seconds.iter();
        let entry = |second: &crate::bench::tally::Second| {
            json!({
                "delivered": second.delivered,
                "failed": second.failed,
                "max_ms": second.slowest as f64 / 1e3,
            })
        };
        seconds.map(entry).collect()
    }
}
