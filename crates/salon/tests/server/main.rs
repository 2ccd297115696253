//! The server as its users see it, beyond what crosses the wire: handlers, lifetimes, bounds.
//!
//! What JavaScript clients can see is tested in `interop/`.

mod acks;
mod broadcast_acks;
mod data;
mod deadlines;
mod deadlocks;
mod deflate;
mod disconnects;
mod dynamic;
mod engine;
mod extractors;
mod failures;
mod fetch;
mod flags;
mod handlers;
mod hooks;
#[cfg(feature = "http2")]
mod http2;
mod lifetimes;
mod malformed;
mod middleware;
mod order;
mod outgoing;
mod panics;
mod parsers;
mod policies;
mod pressure;
mod recovery;
mod replies;
mod retries;
mod rooms;
mod serve;
mod settings;
mod shutdown;
mod support;
mod tcp;
mod threads;
#[cfg(feature = "tls")]
mod tls;
mod typed;
