//! A client and its server's session in virtual time, for tests that read as transcripts.
//!
//! ```
//! use salon_testkit::Client;
//!
//! let mut client = Client::polling();
//! client.poll();
//! client.server_sends("4hello");
//! client.expect_poll("4hello");
//! client.poll();
//! client.at(25_000);
//! client.expect_poll("2");
//! ```
//!
//! | Room | What it knows |
//! |---|---|
//! | `setup` | what a session is opened with |
//! | `client` | what the client does: polls, posts, frames, candidates |
//! | `server` | what the application does, and the passing of time |
//! | `shell` | drives the session as the real shell does, and watches over its promises |
//! | `expect` | what the client or the application must have got |
//! | `pair` | a client and a server, with a network between them |
//! | `world` | a client's manager and a server, with a network between them that fails |
//! | `socket_server` | a small Socket.IO server |
//! | `network` | what is on its way, and how it gets lost |
//! | `frame` | a client's WebSocket frame, encoded without the code under test |
//! | `link` | one WebSocket, whose bytes pass through the real decoder both ways |
//! | `allocations` | how often a thread allocates, and what it holds |
//! | `splits`, `random` | where a stream may be cut; chance that is the same in every run |
//!
//! There is no sleep and no runtime: a minute passes by saying so.
//!
//! The shell breaks the test when the session breaks a promise that holds always: it
//! answers only a poll that is held, says once that it is over, has by then answered the
//! held poll, and never asks to be woken in the past.

pub mod allocations;
mod client;
mod expect;
mod frame;
mod link;
mod network;
mod pair;
mod random;
mod server;
mod setup;
mod shell;
mod socket_server;
mod splits;
mod world;

pub use frame::client_frame;
pub use network::Cut;
pub use pair::Pair;
pub use random::Random;
pub use setup::{Client, Setup};
pub use socket_server::SocketServer;
pub use splits::{bytewise, splits};
pub use world::{Told, World};
