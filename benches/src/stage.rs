//! What is measured, and with how many connections; [`STAGES`](crate::stages::STAGES) has all.

use std::fmt;
use std::process::Command;
use std::time::Duration;

use crate::wire::{Audience, Content};

/// Connections that are opened once, and what is measured with them.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// How many connections, or polling clients.
    pub connections: usize,
    /// The servers' threads. Where there are several numbers, each server is started once with each,
    /// and its samples are compared with one another.
    pub threads: &'static [usize],
    /// When the servers send pings.
    pub pings: Pings,
    /// In this order, since rooms are joined on the way.
    pub scenarios: &'static [Scenario],
}

/// One measurement, and its name in the table.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// What is done.
    pub work: Work,
}

/// When servers send pings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pings {
    /// Once an hour, which is longer than any stage, so that no ping is among what is counted.
    Never,
    /// After the 25 seconds of Socket.IO's default.
    Default,
    /// As often as this, for tests: only our own servers can.
    Every(Duration),
}

/// What a scenario does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Opening the stage's connections, which comes first.
    Connect,
    /// Bytes in memory for each of them, when they are idle.
    Idle,
    /// Echo with so many requests in flight on each connection.
    Echo(Content, usize),
    /// Broadcasts in bursts of so many.
    Broadcast(Audience, usize),
    /// All connections are in rooms of ten, and publishes go to rooms taken at random.
    Rooms,
    /// Echo over long-polling, all clients on polling.
    PollingEcho,
    /// Sessions that only answer pings; they are opened within one ping interval, so that pings
    /// are spread evenly. It is measured for all servers at once.
    Pings,
    /// Echoes at a fixed rate of so many a second, whatever the server does.
    EchoLatency(usize),
    /// Broadcasts at a fixed rate of so many a second to a room of 100 of the connections.
    RoomLatency(usize),
}

/// How a measurement is cut: the servers take turns in short slices, so that all see the same
/// weather, which is other programs and a machine that changes its speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slices {
    /// How many there are of each scenario.
    pub count: usize,
    /// How long each one is.
    pub time: Duration,
}

impl Slices {
    /// So many, of so many milliseconds each.
    #[must_use]
    pub const fn new(count: usize, milliseconds: u64) -> Self {
        let time = Duration::from_millis(milliseconds);
        Self { count, time }
    }
}

impl Stage {
    /// Whether it is about polling.
    #[must_use]
    pub fn is_polling(&self) -> bool {
        let mut scenarios = self.scenarios.iter();
        scenarios.any(|scenario| scenario.work == Work::PollingEcho)
    }

    /// Whether it takes much longer than others, for many connections or for waiting.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.connections > 10_000 || self.pings != Pings::Never
    }
}

impl Pings {
    /// Tells a server, before it is started.
    pub fn tell(self, server: &mut Command) {
        const NAME: &str = "BENCH_PINGS";
        match self {
            Self::Never => server.env_remove(NAME),
            Self::Default => server.env(NAME, "default"),
            Self::Every(time) => server.env(NAME, time.as_millis().to_string()),
        };
    }

    /// The time between two pings of a session.
    #[must_use]
    pub const fn interval(self) -> Duration {
        match self {
            Self::Never => Duration::from_secs(3_600),
            Self::Default => Duration::from_secs(25),
            Self::Every(time) => time,
        }
    }

    /// What this process was told, if it is a server.
    #[must_use]
    pub fn told() -> Self {
        match std::env::var("BENCH_PINGS").ok().as_deref() {
            Some("default") => Self::Default,
            Some(number) => number.parse().map_or(Self::Never, |milliseconds| {
                Self::Every(Duration::from_millis(milliseconds))
            }),
            None => Self::Never,
        }
    }
}

impl Work {
    pub(crate) fn slices(self, slices: Slices) -> Slices {
        let count = slices.count as u32;
        match self {
            // Connections are opened, and idle, only once.
            Self::Connect | Self::Idle => Slices { count: 1, ..slices },
            // Percentiles need many messages, at a rate that is not high.
            Self::EchoLatency(_) | Self::RoomLatency(_) => Slices {
                count: 1,
                time: slices.time * count * LONGER,
            },
            _ => slices,
        }
    }
}

/// How much longer the slice of a latency is than all of others together.
pub(crate) const LONGER: u32 = 8;

/// Whose turn it is, slice after slice: always in the same order, so that each has rested as long as
/// the others when its turn comes. After a rest of 200 ms TCP acknowledges the next 16 messages at once,
/// which on one machine takes the sender's time: who had two turns one after the other would be spared it.
pub(crate) fn turns(contenders: usize, slices: usize) -> impl Iterator<Item = usize> {
    (0..slices).flat_map(move |_| 0..contenders)
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.scenarios.iter().map(|one| one.name).collect();
        f.write_str(&names.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_take_turns_and_each_rests_as_long() {
        assert_eq!(turns(3, 2).collect::<Vec<_>>(), [0, 1, 2, 0, 1, 2]);
        for contenders in 1..9 {
            let order: Vec<_> = turns(contenders, 6).collect();
            let rests = order.iter().zip(&order[contenders..]);
            assert!(rests.clone().count() > 0 && rests.clone().all(|(now, next)| now == next));
        }
    }

    #[test]
    fn latencies_are_measured_in_one_long_slice() {
        let slices = Slices {
            count: 8,
            time: Duration::from_millis(80),
        };
        let all = |work: Work| work.slices(slices);
        assert_eq!(all(Work::Echo(Content::Text, 1)), slices);
        assert_eq!(all(Work::Idle).count, 1);
        assert_eq!(all(Work::EchoLatency(1)).time, Duration::from_millis(5_120));
        assert_eq!(all(Work::EchoLatency(1)).count, 1);
    }
}
