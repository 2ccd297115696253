//! The Socket.IO packet.

pub mod json;
