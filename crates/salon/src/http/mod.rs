//! The only room that knows HTTP: requests in, sessions and answers out.

mod compress;
mod cors;
mod layer;
mod path;
mod request;
mod respond;
mod serve;
mod service;
mod upgrade;

pub use cors::Cors;
pub use layer::{SalonLayer, SalonService};
pub use request::PeerAddr;
pub use serve::serve;

pub(crate) use path::Path;
