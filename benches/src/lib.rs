//! `cargo bench-salon`: whether the server has become slower or larger. `cargo bench-client`: what
//! the client costs beside Node's.
//!
//! | module | what it is |
//! |---|---|
//! | [`wire`], [`cycle`] | the messages of the bench as bytes, made once |
//! | [`load`] | the clients: many connections on one thread, cheaper than what they drive |
//! | [`process`], [`usage`] | a program as a process of its own; what it has used |
//! | [`stages`], [`stage`] | what is measured, and with which number of connections |
//! | [`sample`], [`latency`] | one measurement |
//! | [`options`], [`runner`] | the command line; the rounds, in which the servers take turns |
//! | [`report`] | medians and ratios, as a table and as JSON |
//! | [`clients`] | all of `cargo bench-client` |
//!
//! The programs are `salon-bench` (the runner), `salon-bench-server` (salon), `salon-bench-floor`
//! (the same bytes with no protocol), `salon-bench-clients` (the runner for clients),
//! `salon-bench-client` (salon-client) and `salon-bench-floor-client` (again the same bytes with no
//! protocol). README.md says how to read the figures.

pub mod clients;
pub mod cycle;
mod figures;
pub mod latency;
pub mod load;
pub mod options;
pub mod process;
pub mod report;
pub mod runner;
pub mod sample;
pub mod stage;
pub mod stages;
pub mod usage;
mod visit;
pub mod wire;
