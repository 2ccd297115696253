//! Socket.IO server on tokio, tower and hyper.
