//! The client's side of Engine.IO: the session as a state machine.
//!
//! | Room | What it knows |
//! |---|---|
//! | [`session`] | opening, polls and posts, heartbeat, upgrade, closing |
//! | [`handshake`] | what the server's open packet says |
//! | [`outgoing`] | what waits to go out, and how much of it fits into one post |

pub mod handshake;
pub mod outgoing;
pub mod session;

pub use handshake::Handshake;
pub use outgoing::{Message, Outgoing};
pub use session::{Output, Received, Session};
