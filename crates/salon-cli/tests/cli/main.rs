//! The program as people and scripts use it, against a server of salon's.

mod bench;
mod connect;
mod emit;
mod failures;
mod support;
#[cfg(unix)]
mod terminal;
