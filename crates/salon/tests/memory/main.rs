//! What clients may make the server hold, in bytes that are really allocated.

#![allow(missing_docs)]

mod allocations;
mod churn;
mod flood;
mod habits;
mod idle;
#[path = "../server/support/mod.rs"]
#[allow(dead_code, unused_imports)]
mod support;
mod ways;
