//! The client against salon's own server, over real connections.

mod connecting;
mod events;
mod lifetime;
mod reconnecting;
mod support;
mod typed;
