//! What is measured, with how many connections, and what the goal is.

use std::fmt;
use std::io;
use std::time::Duration;

use super::order::Order;
use super::visit::Visit;
use super::worker::Worker;
use crate::sample::Sample;
use crate::stage::{Slices, turns};

/// Connections that are opened once, and what is measured with them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stage {
    pub(crate) connections: usize,
    pub(crate) scenarios: &'static [Scenario],
}

/// One measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    /// Its name in the table.
    pub(crate) name: &'static str,
    pub(crate) work: Work,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Opening the stage's connections, which comes first.
    Open,
    /// Bytes in memory for each of them, when they are idle.
    Idle,
    /// Echo with so many requests in flight on each connection.
    Echo(usize),
    /// Broadcasts in bursts of so many.
    Receive(usize),
}

use Work::{Echo, Idle, Open, Receive};

const fn scenario(name: &'static str, work: Work) -> Scenario {
    Scenario { name, work }
}

/// Everything that is measured. Many in flight come first: so V8 has compiled all that an echo
/// runs when there is only one.
pub(crate) const STAGES: &[Stage] = &[
    Stage {
        connections: 1,
        scenarios: &[
            scenario("echo, 1 connection, 16 in flight", Echo(16)),
            scenario("echo, 1 connection", Echo(1)),
            scenario("receive, 1 connection, 100 in a burst", Receive(100)),
        ],
    },
    Stage {
        connections: 100,
        scenarios: &[
            scenario("echo, 100 connections, 16 in flight", Echo(16)),
            scenario("echo, 100 connections", Echo(1)),
            scenario("receive a broadcast, 100 connections", Receive(1)),
        ],
    },
    Stage {
        connections: 1_000,
        scenarios: &[
            scenario("open a connection", Open),
            scenario("memory of an idle connection", Idle),
        ],
    },
];

impl Stage {
    /// Opens the connections of some fresh clients to a server and measures each scenario;
    /// `take` is told the client's index.
    pub(crate) fn measure(
        &self,
        workers: &mut [Worker],
        server: u32,
        slices: Slices,
        mut take: impl FnMut(usize, Sample),
    ) -> io::Result<()> {
        let visits = workers
            .iter_mut()
            .map(|worker| Visit::begin(self, worker, server));
        let mut visits = visits.collect::<io::Result<Vec<_>>>()?;
        for Scenario { name, work } in self.scenarios {
            for visit in &mut visits {
                visit.warm_up(*work, slices)?;
            }
            // Connections are opened, and idle, only once.
            let count = if work.is_opening() { 1 } else { slices.count };
            for index in turns(visits.len(), count) {
                let (value, speed) = visits[index].measure(*work, slices.time)?;
                take(index, Sample::new(name, value, speed));
            }
        }
        Ok(())
    }

    /// Whether it is about the connections themselves.
    pub(crate) fn is_opening(&self) -> bool {
        self.scenarios.iter().any(|one| one.work.is_opening())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.scenarios.iter().map(|one| one.name).collect();
        f.write_str(&names.join("; "))
    }
}

impl Work {
    const fn is_opening(self) -> bool {
        matches!(self, Open | Idle)
    }

    /// `None`: it was measured when the connections were opened.
    pub(crate) const fn order(self, time: Duration) -> Option<Order> {
        match self {
            Echo(window) => Some(Order::Echo { window, time }),
            Receive(burst) => Some(Order::Receive { burst, time }),
            Open | Idle => None,
        }
    }

    /// The most that ours may cost, as a part of what Node's costs.
    pub(crate) const fn goal(self) -> Option<f64> {
        match self {
            Echo(_) | Receive(_) => Some(0.25),
            Idle => Some(0.1),
            Open => None,
        }
    }
}
