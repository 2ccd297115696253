//! `cargo bench-micro`: what single pieces of the server cost, in nanoseconds, instructions and
//! allocations.
//!
//! | module | what it is |
//! |---|---|
//! | [`bench`](mod@bench) | a named piece of work; the list of all, from which everything else is made |
//! | `work` | the pieces: packets, payloads, frames, the hub, dispatch, broadcasts, and their floors |
//! | `world` | a server and its clients in one thread, on real TCP |
//! | [`measure`] | how long a piece takes, and how often it allocates |
//! | [`callgrind`] | how many instructions it takes, counted by valgrind |
//! | [`crates`] | in whose code these instructions are |
//! | [`baseline`] | the counts that were accepted, and the comparison with them |
//! | [`options`], [`table`] | the command line, and what it shows |
//!
//! `tests/allocations.rs` holds each piece to its bound, and `cargo verify instructions` to
//! `instructions.txt`. README.md says how to read the figures.

pub mod baseline;
pub mod bench;
pub mod callgrind;
pub mod crates;
pub mod measure;
pub mod options;
pub mod table;
mod work;
mod world;
