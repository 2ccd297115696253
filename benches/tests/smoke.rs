//! Every scenario in small, with the real programs: that the bench works, not how fast.
#![allow(missing_docs)]
#![cfg(target_os = "linux")]

use std::process::Command;
use std::time::Duration;

use salon_benches::process::ServerProcess;
use salon_benches::stage::{STAGES, Slices, Stage};

fn measure(program: &str, stage: &Stage) {
    let server = ServerProcess::start_command(&mut Command::new(program)).unwrap();
    let small = Stage {
        connections: 5,
        ..*stage
    };
    let mut names = Vec::new();
    let slices = Slices {
        count: 1,
        time: Duration::from_millis(10),
    };
    let measured = small.measure(&[server], slices, |_, sample| {
        assert!(sample.value.is_finite(), "{sample:?}");
        names.push(sample.scenario);
    });
    measured.unwrap_or_else(|error| panic!("{program}: {error}"));
    let expected: Vec<_> = stage.scenarios.iter().map(|one| one.name).collect();
    assert_eq!(names, expected);
}

#[test]
fn the_server_can_be_measured_in_every_stage() {
    for stage in STAGES {
        measure(env!("CARGO_BIN_EXE_salon-bench-server"), stage);
    }
}

#[test]
fn the_floor_can_be_measured_in_every_stage_on_websocket() {
    for stage in STAGES.iter().filter(|stage| !stage.is_polling()) {
        measure(env!("CARGO_BIN_EXE_salon-bench-floor"), stage);
    }
}
