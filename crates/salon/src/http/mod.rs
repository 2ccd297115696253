//! The only room that knows HTTP: requests in, sessions and answers out.

mod client;
mod compress;
mod cookie;
mod cors;
mod head;
mod hooks;
mod layer;
mod path;
mod polling;
mod query;
mod refused;
mod request;
mod respond;
mod serve;
mod service;
mod upgrade;

pub use cookie::{Cookie, SameSite};
pub use cors::Cors;
pub use head::RequestHead;
pub use layer::{SalonLayer, SalonService};
pub use refused::ConnectionError;
pub use request::{Encrypted, PeerAddr};
#[cfg(feature = "tls")]
pub use serve::Tls;
pub use serve::{Listener, Serve, serve};

pub(crate) use client::ClientFiles;
pub(crate) use hooks::Hooks;
pub(crate) use path::Path;
