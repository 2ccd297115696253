//! What the tests have in common.

mod program;
#[cfg(unix)]
pub(crate) mod screen;
mod server;
#[cfg(unix)]
pub(crate) mod terminal;

pub(crate) use program::{Run, command, conversation, salon};
pub(crate) use server::TestServer;
