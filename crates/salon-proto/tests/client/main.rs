//! The client above Engine.IO, in virtual time.

mod acks;
mod connecting;
mod hostile;
mod network;
mod parsers;
mod reconnecting;
mod recovery;
mod retries;
mod script;
mod sending;
