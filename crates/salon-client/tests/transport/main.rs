//! The client's transports over real sockets, against salon and against servers that misbehave.
//!
//! `interop/client/` has the same against Node.

mod failures;
mod proxies;
mod requests;
mod sessions;
mod support;
mod tls;
