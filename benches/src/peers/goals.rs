//! The goals: what a message may cost, as a part of what it costs others.

use super::contenders::{EACH_SOCKETIOXIDE, FLOOR, NODE_UWS, PEERS};

/// Whose figures ours are compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Against {
    /// The best of these.
    Best(&'static [&'static str]),
    /// A figure that is given: bytes.
    Given(f64),
    /// Ours with one thread.
    OneThread,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Figure {
    /// Processor time, or bytes.
    Cost,
    /// The latency within which 99 of a hundred come.
    P99,
    /// How many answers have overtaken others.
    Overtaken,
}

/// One goal for some scenarios.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal {
    pub(crate) scenarios: &'static [&'static str],
    pub(crate) figure: Figure,
    pub(crate) against: Against,
    /// The most that ours may be, as a part of theirs.
    pub(crate) most: f64,
}

const FLOOR_ALONE: Against = Against::Best(&[FLOOR]);
const UWS: Against = Against::Best(&[NODE_UWS]);
const SOCKETIOXIDES: Against = Against::Best(EACH_SOCKETIOXIDE);
const EVERY_PEER: Against = Against::Best(&PEERS);

const fn cost(scenarios: &'static [&'static str], against: Against, most: f64) -> Goal {
    Goal {
        scenarios,
        figure: Figure::Cost,
        against,
        most,
    }
}

const ECHO: &[&str] = &["echo, 100 connections", "echo, 1,000 connections"];
const IN_FLIGHT: &[&str] = &["echo, 100 connections, 16 in flight"];
const BROADCAST: &[&str] = &[
    "broadcast to 1,000",
    "broadcast to a room of 1,000",
    "broadcast to 10,000",
    "broadcast to a room of 10,000",
];
const BURST: &[&str] = &["broadcast to 1,000, 8 in a burst"];
const ROOMS: &[&str] = &["rooms of 10, 10,000 connections"];
const BINARY: &[&str] = &["binary echo of 1 KiB"];
const LONG_BINARY: &[&str] = &["binary echo of 64 KiB"];
const LONG_TEXT: &[&str] = &["echo of a string of 100 KiB"];
const POLLING: &[&str] = &["polling echo, 100 clients"];
const CONNECT: &[&str] = &["connect, 10,000 times"];
const MEMORY: &[&str] = &["memory of an idle session"];
const PINGS: &[&str] = &["ping of an idle session"];
const TWO_THREADS: &[&str] = &[
    "echo, on two cores",
    "echo, on two cores, 16 in flight",
    "broadcast to 1,000, on two cores",
    "broadcast to 1,000, on two cores, 8 in a burst",
];
const ROOM_LATENCY: &[&str] = &["broadcast to a room of 100, 100 a second, 15,000 idle"];

/// All goals.
pub(crate) const GOALS: &[Goal] = &[
    cost(ECHO, FLOOR_ALONE, 1.2),
    cost(ECHO, SOCKETIOXIDES, 0.85),
    cost(IN_FLIGHT, FLOOR_ALONE, 1.7),
    cost(IN_FLIGHT, SOCKETIOXIDES, 0.45),
    cost(BROADCAST, FLOOR_ALONE, 1.12),
    cost(BROADCAST, UWS, 0.9),
    cost(BROADCAST, SOCKETIOXIDES, 0.65),
    cost(BURST, FLOOR_ALONE, 1.25),
    cost(BURST, UWS, 1.0),
    cost(ROOMS, FLOOR_ALONE, 1.25),
    cost(ROOMS, UWS, 0.85),
    cost(BINARY, FLOOR_ALONE, 1.2),
    cost(BINARY, SOCKETIOXIDES, 0.9),
    cost(LONG_BINARY, FLOOR_ALONE, 1.3),
    cost(LONG_BINARY, SOCKETIOXIDES, 0.75),
    cost(LONG_TEXT, FLOOR_ALONE, 1.5),
    cost(LONG_TEXT, SOCKETIOXIDES, 0.55),
    cost(POLLING, FLOOR_ALONE, 1.6),
    cost(POLLING, SOCKETIOXIDES, 0.85),
    cost(CONNECT, FLOOR_ALONE, 2.0),
    cost(CONNECT, SOCKETIOXIDES, 0.7),
    cost(MEMORY, Against::Given(2_048.0), 1.0),
    cost(MEMORY, EVERY_PEER, 0.25),
    cost(PINGS, EVERY_PEER, 0.6),
    cost(TWO_THREADS, Against::OneThread, 1.15),
    Goal {
        scenarios: TWO_THREADS,
        figure: Figure::Overtaken,
        against: Against::Given(0.0),
        most: 0.0,
    },
    Goal {
        scenarios: ROOM_LATENCY,
        figure: Figure::P99,
        against: FLOOR_ALONE,
        most: 1.5,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::STAGES;

    #[test]
    fn the_goals_are_about_what_is_measured() {
        let names = || STAGES.iter().flat_map(|stage| stage.scenarios);
        for name in GOALS.iter().flat_map(|goal| goal.scenarios) {
            let is_measured = names().any(|one| one.name == *name);
            assert!(is_measured, "nothing is called {name}");
        }
    }
}
