//! How often each piece may allocate: its bound stands beside it in `src/work/`.

use salon_bench_micro::bench::{all, find, twice};
use salon_bench_micro::measure::allocations_of;
use salon_testkit::allocations::CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// What each received event costs beside the types of its handler: the handler's future.
const PER_EVENT: f64 = 1.0;

/// What one more item of a piece costs, if what comes once in a go does not count.
fn per_item(name: &str) -> f64 {
    let once = find(name).unwrap_or_else(|| panic!("there is no {name}"));
    let twice = twice(once).unwrap_or_else(|| panic!("there is no double {name}"));
    let more = allocations_of(twice) - allocations_of(once);
    more / (twice.items - once.items) as f64
}

/// A list or table that grows once in many goes is no cost of a go: only a whole allocation counts.
fn check(groups: &[&str]) {
    for group in groups {
        for bench in all().filter(|bench| bench.name.split('/').next() == Some(group)) {
            let allocations = allocations_of(bench);
            assert!(
                allocations < bench.allocations as f64 + 1.0,
                "{}: {allocations} allocations, and {} are allowed",
                bench.name,
                bench.allocations
            );
        }
    }
}

#[test]
fn packets_payloads_and_frames_keep_to_their_bounds() {
    check(&["decode", "encode", "payload", "mask", "frame"]);
}

#[test]
fn rooms_keep_to_their_bounds() {
    check(&["hub"]);
}

#[test]
fn events_keep_to_their_bounds() {
    check(&["dispatch"]);
}

#[test]
fn broadcasts_keep_to_their_bounds() {
    check(&["broadcast"]);
}

#[test]
fn requests_keep_to_their_bounds() {
    check(&["connect", "polling"]);
}

#[test]
fn floors_keep_to_their_bounds() {
    check(&["floor"]);
}

#[test]
fn every_group_is_checked() {
    let groups = [
        "decode",
        "encode",
        "payload",
        "mask",
        "frame",
        "hub",
        "dispatch",
        "broadcast",
        "connect",
        "polling",
        "floor",
    ];
    for bench in all() {
        let group = bench.name.split('/').next().unwrap();
        assert!(groups.contains(&group), "{group}: add it to a test");
    }
}

#[test]
fn a_broadcast_to_twice_as_many_allocates_no_more() {
    let cost = per_item("broadcast/1000");
    assert!(cost < 0.01, "{cost} for a receiver");
}

#[test]
fn a_received_event_costs_one_allocation_beside_its_data() {
    let cost = per_item("dispatch/event");
    assert!(cost < PER_EVENT + 0.1, "{cost} for an event");
}
