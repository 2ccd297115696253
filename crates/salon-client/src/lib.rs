//! Socket.IO client on tokio and hyper.
//!
//! | Room | What it knows |
//! |---|---|
//! | `transport/` | how bytes travel: connections, TLS, proxies, HTTP polling, WebSocket |
//!
//! Every rule of the protocol is in `salon-proto`, whose `client` is the same for every runtime.

pub mod transport;
