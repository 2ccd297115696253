//! What clients may make the server hold, in bytes that are really allocated.

mod allocations;
mod churn;
mod flood;
mod habits;
mod idle;
#[path = "../server/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
mod ways;
