//! The greeting app: a browser and a server that talk through salon.
//!
//! There is a client in the terminal, too: [`client`]. The page's own source is in `demo/page`, and its event names come from [`events`].

pub mod app;
pub mod client;
pub mod events;
pub mod failure;
pub mod options;
pub mod page;
pub mod shutdown;
pub mod socket;
