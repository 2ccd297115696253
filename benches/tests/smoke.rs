//! Every scenario in small, with the real programs: that the bench works, not how fast.
#![allow(missing_docs, reason = "elsewhere it is empty, its own docs included")]
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::Duration;

use salon_benches::process::ServerProcess;
use salon_benches::sample::Sample;
use salon_benches::stage::{Pings, Slices, Stage, Work};
use salon_benches::stages::STAGES;

const SERVER: &str = env!("CARGO_BIN_EXE_salon-bench-server");
const FLOOR: &str = env!("CARGO_BIN_EXE_salon-bench-floor");

const SMALL: Slices = Slices {
    count: 1,
    time: Duration::from_millis(10),
};

/// With 25 connections there are two small rooms, and members of more than one kind.
fn small(stage: &Stage) -> Stage {
    Stage {
        connections: 25,
        pings: match stage.pings {
            Pings::Never => Pings::Never,
            _ => Pings::Every(Duration::from_millis(300)),
        },
        ..*stage
    }
}

fn measure(program: &str, stage: &Stage) {
    for threads in stage.threads {
        let small = small(stage);
        let mut command = Command::new(program);
        let server = ServerProcess::start_command(&mut command, *threads, small.pings).unwrap();
        let mut names = Vec::new();
        let measured = small.measure(&[server], SMALL, |_, sample| {
            check(&sample, stage);
            names.push(sample.scenario);
        });
        measured.unwrap_or_else(|error| panic!("{program}: {error}"));
        let expected: Vec<_> = stage.scenarios.iter().map(|one| one.name).collect();
        assert_eq!(names, expected);
    }
}

fn check(sample: &Sample, stage: &Stage) {
    let mut scenarios = stage.scenarios.iter();
    let work = scenarios
        .find(|one| one.name == sample.scenario)
        .unwrap()
        .work;
    assert!(sample.value.is_finite(), "{sample:?}");
    assert_eq!(sample.overtaken, 0, "{sample:?}");
    let is_at_fixed_rate = matches!(work, Work::EchoLatency(_) | Work::RoomLatency(_));
    assert_eq!(sample.latency.is_some(), is_at_fixed_rate, "{sample:?}");
    assert!(
        sample
            .latency
            .is_none_or(|latency| latency.count > 0 && latency.at(50.0) > 0.0)
    );
}

#[test]
fn the_server_can_be_measured_in_every_stage() {
    for stage in STAGES {
        measure(SERVER, stage);
    }
}

#[test]
fn the_floor_can_be_measured_in_every_stage() {
    for stage in STAGES {
        measure(FLOOR, stage);
    }
}
