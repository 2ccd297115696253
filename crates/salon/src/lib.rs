//! Socket.IO server on tokio, tower and hyper.

#[doc(hidden)]
pub mod hub;
#[doc(hidden)]
pub mod wheel;
