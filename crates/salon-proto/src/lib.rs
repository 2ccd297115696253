//! The Engine.IO and Socket.IO protocols as sans-I/O state machines.
#![forbid(unsafe_code)]

pub mod packet;
