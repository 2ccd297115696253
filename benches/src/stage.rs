//! What is measured, and with how many connections.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::process::ServerProcess;
use crate::sample::Sample;
use crate::visit::Visit;
use crate::wire::Audience::{self, Namespace, Room};
use crate::wire::MAX_WINDOW;

/// Connections that are opened once, and what is measured with them.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// How many connections, or polling clients.
    pub connections: usize,
    /// In this order, since the room is joined on the way.
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

/// What a scenario does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Opening the stage's connections, which comes first.
    Connect,
    /// Bytes in memory for each of them, when they are idle.
    Idle,
    /// Echo with so many requests in flight on each connection.
    Echo(usize),
    /// Broadcasts in bursts of so many.
    Broadcast(Audience, usize),
    /// Echo over long-polling, all clients on polling.
    PollingEcho,
}

use Work::{Broadcast, Connect, Echo, Idle, PollingEcho};

const fn scenario(name: &'static str, work: Work) -> Scenario {
    Scenario { name, work }
}

/// Everything that is measured.
pub const STAGES: &[Stage] = &[
    Stage {
        connections: 100,
        scenarios: &[
            scenario("echo, 100 connections", Echo(1)),
            scenario("echo, 100 connections, 16 in flight", Echo(MAX_WINDOW)),
        ],
    },
    Stage {
        connections: 1_000,
        scenarios: &[
            scenario("echo, 1,000 connections", Echo(1)),
            scenario("broadcast to 1,000", Broadcast(Namespace, 1)),
            scenario("broadcast to 1,000, 8 in a burst", Broadcast(Namespace, 8)),
            scenario("broadcast to a room of 1,000", Broadcast(Room, 1)),
        ],
    },
    Stage {
        connections: 10_000,
        scenarios: &[
            scenario("connect, 10,000 times", Connect),
            scenario("memory of an idle session", Idle),
            scenario("broadcast to 10,000", Broadcast(Namespace, 1)),
            scenario("broadcast to a room of 10,000", Broadcast(Room, 1)),
        ],
    },
    Stage {
        connections: 100,
        scenarios: &[scenario("polling echo, 100 clients", PollingEcho)],
    },
];

/// How a measurement is cut: the servers take turns in short slices, so that all see the same
/// weather, which is other programs and a machine that changes its speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slices {
    /// How many there are of each scenario.
    pub count: usize,
    /// How long each one is.
    pub time: Duration,
}

impl Stage {
    /// Opens the connections to each of some fresh servers and measures each scenario; `take` is
    /// told the server's index.
    ///
    /// # Errors
    /// When a server does not do what it should, or there is no /proc.
    pub fn measure(
        &self,
        servers: &[ServerProcess],
        slices: Slices,
        mut take: impl FnMut(usize, Sample),
    ) -> io::Result<()> {
        let visits = servers.iter().map(|server| Visit::begin(self, server));
        let mut visits = visits.collect::<io::Result<Vec<_>>>()?;
        for scenario in self.scenarios {
            for visit in &mut visits {
                visit.prepare(scenario.work, slices.time)?;
            }
            for index in scenario.work.turns(visits.len(), slices.count) {
                take(index, visits[index].measure(*scenario, slices.time)?);
            }
        }
        Ok(())
    }

    /// Whether it is about polling.
    #[must_use]
    pub fn is_polling(&self) -> bool {
        let mut scenarios = self.scenarios.iter();
        scenarios.any(|scenario| scenario.work == PollingEcho)
    }
}

impl Work {
    /// Whose turn it is, slice after slice.
    fn turns(self, servers: usize, slices: usize) -> impl Iterator<Item = usize> {
        // Connections are opened, and idle, only once.
        let slices = if matches!(self, Connect | Idle) {
            1
        } else {
            slices
        };
        turns(servers, slices)
    }
}

/// Whose turn it is, slice after slice: there and back again, so that nobody is always the first.
pub(crate) fn turns(contenders: usize, slices: usize) -> impl Iterator<Item = usize> {
    (0..slices).flat_map(move |slice| {
        (0..contenders).map(move |turn| {
            if slice % 2 == 0 {
                turn
            } else {
                contenders - 1 - turn
            }
        })
    })
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
    fn servers_take_turns() {
        let turns = |work: Work| work.turns(2, 3).collect::<Vec<_>>();
        assert_eq!(turns(Echo(1)), [0, 1, 1, 0, 0, 1]);
        assert_eq!(turns(Idle), [0, 1]);
    }
}
