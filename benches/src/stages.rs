//! Everything that is measured.

use crate::stage::Pings::{Default, Never};
use crate::stage::Work::{
    self, Broadcast, Connect, Echo, EchoLatency, Idle, Pings, PollingEcho, RoomLatency, Rooms,
};
use crate::stage::{Scenario, Stage};
use crate::wire::Audience::{Namespace, Room};
use crate::wire::Content::{Binary, LongText, Text};
use crate::wire::MAX_WINDOW;

const ONE: &[usize] = &[1];
const ONE_AND_TWO: &[usize] = &[1, 2];

const fn scenario(name: &'static str, work: Work) -> Scenario {
    Scenario { name, work }
}

/// A stage like most.
const fn stage(connections: usize, scenarios: &'static [Scenario]) -> Stage {
    Stage {
        connections,
        threads: ONE,
        pings: Never,
        scenarios,
    }
}

/// Everything that is measured.
pub const STAGES: &[Stage] = &[
    stage(
        100,
        &[
            scenario("echo, 100 connections", Echo(Text, 1)),
            scenario(
                "echo, 100 connections, 16 in flight",
                Echo(Text, MAX_WINDOW),
            ),
            scenario("binary echo of 1 KiB", Echo(Binary(1_024), 1)),
            scenario("echo, 2,000 a second", EchoLatency(2_000)),
        ],
    ),
    stage(
        20,
        &[
            scenario("binary echo of 64 KiB", Echo(Binary(65_536), 1)),
            scenario("echo of a string of 100 KiB", Echo(LongText, 1)),
        ],
    ),
    stage(
        1_000,
        &[
            scenario("connect, 1,000 times", Connect),
            scenario("memory of an idle session, 1,000", Idle),
            scenario("echo, 1,000 connections", Echo(Text, 1)),
            scenario("broadcast to 1,000", Broadcast(Namespace, 1)),
            scenario("broadcast to 1,000, 8 in a burst", Broadcast(Namespace, 8)),
            scenario("broadcast to a room of 1,000", Broadcast(Room, 1)),
        ],
    ),
    stage(
        5_000,
        &[
            scenario("connect, 5,000 times", Connect),
            scenario("memory of an idle session, 5,000", Idle),
            scenario("broadcast to 5,000", Broadcast(Namespace, 1)),
        ],
    ),
    stage(
        10_000,
        &[
            scenario("connect, 10,000 times", Connect),
            scenario("memory of an idle session", Idle),
            scenario("broadcast to 10,000", Broadcast(Namespace, 1)),
            scenario("broadcast to a room of 10,000", Broadcast(Room, 1)),
            scenario("rooms of 10, 10,000 connections", Rooms),
        ],
    ),
    stage(
        15_000,
        &[
            scenario("connect, 15,000 times", Connect),
            scenario("memory of an idle session, 15,000", Idle),
            scenario("broadcast to 15,000", Broadcast(Namespace, 1)),
            scenario(
                "broadcast to a room of 100, 100 a second, 15,000 idle",
                RoomLatency(100),
            ),
        ],
    ),
    stage(100, &[scenario("polling echo, 100 clients", PollingEcho)]),
    Stage {
        connections: 2_000,
        threads: ONE,
        pings: Default,
        scenarios: &[scenario("ping of an idle session", Pings)],
    },
    Stage {
        connections: 100,
        threads: ONE_AND_TWO,
        pings: Never,
        scenarios: &[
            scenario("echo, on two cores", Echo(Text, 1)),
            scenario("echo, on two cores, 16 in flight", Echo(Text, MAX_WINDOW)),
        ],
    },
    Stage {
        connections: 1_000,
        threads: ONE_AND_TWO,
        pings: Never,
        scenarios: &[
            scenario("broadcast to 1,000, on two cores", Broadcast(Namespace, 1)),
            scenario(
                "broadcast to 1,000, on two cores, 8 in a burst",
                Broadcast(Namespace, 8),
            ),
        ],
    },
];
