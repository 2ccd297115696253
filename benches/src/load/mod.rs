//! The clients of the bench: many connections on one thread, on mio, which tokio is built on too.
//!
//! They send bytes that are made once and compare what comes with bytes that are made once. So
//! every answer is checked, its order too, and a client costs less than the server it drives.
//!
//! | file | what it measures |
//! |---|---|
//! | `connect` | opening sessions |
//! | `echo`, `answers` | echoes of every content; whether they come in order |
//! | `broadcast`, `rooms` | deliveries to all, and to rooms of ten |
//! | `room` | what the clients of `cargo bench-client` do |
//! | `polling`, `http` | echoes over long-polling |
//! | `pings` | idle sessions |
//! | `echo_latency`, `room_latency`, `pace` | latencies at a fixed rate |

mod answers;
mod broadcast;
mod connect;
mod connections;
mod echo;
mod echo_latency;
mod http;
mod pace;
mod pings;
mod polling;
mod room;
mod room_latency;
mod rooms;

use std::io;
use std::time::{Duration, Instant};

use crate::latency::Latency;

pub use broadcast::{broadcast, join_room};
pub use connect::{connect, connect_more};
pub use connections::Connections;
pub use echo::echo;
pub use echo_latency::echo_latency;
pub use pings::{answer_pings, connect_slowly};
pub use polling::{Pollers, polling_echo};
pub use room::{enter_room, receive};
pub use room_latency::{join_one_room, room_latency};
pub use rooms::{join_small_rooms, publish_to_rooms};

/// What has been done in a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Done {
    /// Answers or deliveries.
    pub messages: u64,
    /// How many answers came before one that was asked for earlier.
    pub overtaken: u64,
    /// How long they took, if the rate was fixed.
    pub latency: Option<Latency>,
}

impl Done {
    fn messages(messages: u64) -> Self {
        Self {
            messages,
            ..Self::default()
        }
    }
}

fn failure(what: &str) -> io::Error {
    io::Error::other(what)
}

fn unexpected(received: &[u8]) -> io::Error {
    /// Enough to see what it is.
    const SHOWN: usize = 300;
    let text = String::from_utf8_lossy(&received[..received.len().min(SHOWN)]);
    failure(&format!("this should not have come: {text:?}"))
}

/// When a run ends: no new requests from then on, only the answers to the old ones.
#[derive(Clone, Copy)]
struct Until(Instant);

impl Until {
    fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}
