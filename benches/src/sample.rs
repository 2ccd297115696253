//! One measurement.

use std::io;
use std::time::{Duration, Instant};

use crate::process::ServerProcess;
use crate::usage::Cpu;

/// What was measured once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The scenario's name.
    pub scenario: &'static str,
    /// Microseconds of the server's processor time per message, delivery or connection; or bytes
    /// per session.
    pub value: f64,
    /// How that time was used.
    pub speed: Option<Speed>,
}

/// What belongs to processor time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Messages in a second of the clock on the wall.
    pub per_second: f64,
    /// Microseconds of the load's processor time per message.
    pub load: f64,
    /// The server's processor time.
    pub cpu: Cpu,
}

/// Measures the processor time of a server, and of this process, which is the load.
#[derive(Debug)]
pub struct Watch<'a> {
    server: &'a ServerProcess,
    started: (Cpu, Cpu, Instant),
}

impl<'a> Watch<'a> {
    /// Begins.
    ///
    /// # Errors
    /// When the server is gone, or there is no /proc.
    pub fn start(server: &'a ServerProcess) -> io::Result<Self> {
        let started = (Cpu::of(server.id())?, Self::load()?, Instant::now());
        Ok(Self { server, started })
    }

    /// Ends; so many messages there were. The first value is microseconds per message.
    ///
    /// # Errors
    /// As for [`start`](Self::start).
    pub fn stop(self, messages: u64) -> io::Result<(f64, Option<Speed>)> {
        let (server, load, instant) = self.started;
        let seconds = instant.elapsed().as_secs_f64();
        let cpu = Cpu::of(self.server.id())?.since(server);
        let load = Self::load()?.since(load);
        let messages = messages as f64;
        let per_message = |time: Duration| time.as_secs_f64() * 1e6 / messages;
        let speed = Speed {
            per_second: messages / seconds,
            load: per_message(load.total),
            cpu,
        };
        Ok((per_message(cpu.total), Some(speed)))
    }

    fn load() -> io::Result<Cpu> {
        Cpu::of(std::process::id())
    }
}
