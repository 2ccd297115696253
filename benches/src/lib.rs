//! `cargo bench-salon`: whether the server has become slower or larger. `cargo bench-peers`: what it
//! costs beside others. `cargo bench-client`: what the client costs beside Node's. `cargo bench-tool`: what
//! `salon bench` costs beside the servers that it drives.
//!
//! | module | what it is |
//! |---|---|
//! | [`wire`], [`cycle`] | the messages of the bench as bytes, made once |
//! | [`load`] | the clients: many connections on one thread, cheaper than what they drive |
//! | [`process`], [`usage`] | a program as a process of its own; what it has used |
//! | [`stages`], [`stage`] | what is measured, and with which number of connections |
//! | [`sample`], [`latency`] | one measurement |
//! | [`contender`] | a server that is measured, and how it is started |
//! | [`runner`], [`measure`] | the rounds; one stage, in which the servers take turns |
//! | [`command`] | what the commands have in common: words, places, the end |
//! | [`options`], [`report`] | the command line; medians and ratios, as a table and as JSON |
//! | [`peers`], [`clients`], [`tool`] | all of `cargo bench-peers`; of `cargo bench-client`; of `cargo bench-tool` |
//! | [`documents`], `plot` | what goes into the documentation; pictures |
//!
//! The programs are `salon-bench`, `salon-bench-peers` and `salon-bench-tool` (the runners), `salon-bench-server` (salon),
//! `salon-bench-floor` (the same bytes with no protocol), `salon-bench-clients` (the runner for
//! clients), `salon-bench-client` (salon-client) and `salon-bench-floor-client` (again the same bytes
//! with no protocol). README.md says how to read the figures.

pub mod clients;
pub mod command;
pub mod contender;
pub mod cycle;
pub mod documents;
mod figures;
pub mod latency;
pub mod load;
mod machine;
pub mod measure;
pub mod options;
pub mod peers;
mod plot;
pub mod process;
mod progress;
pub mod report;
pub mod runner;
pub mod sample;
mod samples;
pub mod stage;
pub mod stages;
pub mod tool;
pub mod usage;
mod visit;
pub mod wire;
