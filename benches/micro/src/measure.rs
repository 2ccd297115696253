//! How long a piece takes, and how often it allocates.

use std::time::{Duration, Instant};

use salon_testkit::allocations::allocations;

use crate::bench::{Bench, Work};

/// How long the work goes on between two looks at the clock, about.
const SLICE: Duration = Duration::from_millis(10);

/// Slices, of which the best counts: whatever else the machine does only makes them longer.
const SLICES: usize = 25;

/// How often this thread allocates in one go, once all is warm. A fraction is a rare growth.
#[must_use]
pub fn allocations_of(bench: &Bench) -> f64 {
    let goes = bench.goes.div_ceil(4).max(8);
    let mut work = (bench.make)();
    work(goes);
    allocations(|| work(goes)) as f64 / goes as f64
}

/// Nanoseconds per item.
#[must_use]
pub fn time_of(bench: &Bench) -> f64 {
    let mut work = (bench.make)();
    let goes = goes_of_a_slice(&mut work);
    let slices = (0..SLICES).map(|_| time(&mut work, goes));
    let best = slices.min().unwrap_or_default();
    best.as_secs_f64() * 1e9 / (goes * bench.items) as f64
}

fn goes_of_a_slice(work: &mut Work) -> usize {
    let mut goes = 1;
    while time(work, goes) < SLICE {
        goes *= 2;
    }
    goes
}

fn time(work: &mut Work, goes: usize) -> Duration {
    let start = Instant::now();
    work(goes);
    start.elapsed()
}
