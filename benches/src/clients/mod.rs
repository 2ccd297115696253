//! `cargo bench-client`: salon-client against socket.io-client, with the server of Node and ours.
//!
//! | module | what it is |
//! |---|---|
//! | `contender` | the clients and the servers: how each one is started |
//! | `work`, `visit` | what is measured, with how many connections, and what the goal is; one client's part of it |
//! | [`order`], `worker` | what a client program is told to do; such a program, running |
//! | [`options`], [`runner`] | the command line; the rounds, in which the clients take turns |
//! | `report`, `picture` | medians and ratios as table and JSON, and as a picture |

mod contender;
pub mod options;
pub mod order;
mod picture;
mod report;
pub mod runner;
mod visit;
mod work;
mod worker;

use crate::documents::Page;
pub use report::Report;

/// Where the figures are in the documentation.
pub const PAGE: Page = Page {
    file: "performance-client.md",
    command: "cargo bench-client --docs",
};
