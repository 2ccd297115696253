//! The client above Engine.IO, in virtual time.

mod acks;
mod connecting;
mod heartbeat;
mod hostile;
mod network;
mod parsers;
mod receiving;
mod reconnecting;
mod recovery;
mod retries;
mod script;
mod sending;
