//! One measurement.

use std::io;
use std::time::{Duration, Instant};

use crate::latency::Latency;
use crate::usage::Cpu;

/// What was measured once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The scenario's name.
    pub scenario: &'static str,
    /// Microseconds of a program's processor time per message, delivery or connection; or bytes
    /// per session.
    pub value: f64,
    /// How that time was used.
    pub speed: Option<Speed>,
    /// How many threads the server had.
    pub threads: usize,
    /// How long messages took, where the load keeps to a fixed rate.
    pub latency: Option<Latency>,
    /// How many answers came before the answer to an earlier message of the same connection. No
    /// server should do so; some with several threads do.
    pub overtaken: u64,
}

impl Sample {
    /// Processor time or bytes, and nothing besides.
    #[must_use]
    pub const fn new(scenario: &'static str, value: f64, speed: Option<Speed>) -> Self {
        Self {
            scenario,
            value,
            speed,
            threads: 1,
            latency: None,
            overtaken: 0,
        }
    }
}

/// What belongs to processor time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Messages in a second of the clock on the wall.
    pub per_second: f64,
    /// The same of what it talks with.
    pub load: f64,
    /// Its processor time.
    pub cpu: Cpu,
}

/// Measures the processor time of a process, and of the one that it talks with.
#[derive(Debug)]
pub struct Watch {
    process: u32,
    load: u32,
    started: (Cpu, Cpu, Instant),
}

impl Watch {
    /// Begins.
    ///
    /// # Errors
    /// When one of them is gone, or there is no /proc.
    pub fn start(process: u32, load: u32) -> io::Result<Self> {
        let started = (Cpu::of(process)?, Cpu::of(load)?, Instant::now());
        Ok(Self {
            process,
            load,
            started,
        })
    }

    /// Ends; so many messages there were. The first value is microseconds per message.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn stop(self, messages: u64) -> io::Result<(f64, Option<Speed>)> {
        let (cpu, load, instant) = self.started;
        let seconds = instant.elapsed().as_secs_f64();
        let cpu = Cpu::of(self.process)?.since(cpu);
        let load = Cpu::of(self.load)?.since(load);
        let messages = messages as f64;
        let per_message = |time: Duration| time.as_secs_f64() * 1e6 / messages;
        let speed = Speed {
            per_second: messages / seconds,
            load: per_message(load.total),
            cpu,
        };
        Ok((per_message(cpu.total), Some(speed)))
    }
}
