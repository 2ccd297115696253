//! What a handler's arguments may be on a server only.

use std::sync::Arc;

use salon_handler::{Extract, HandlerError};
use salon_proto::DisconnectReason;

use super::Call;
use crate::handshake::Handshake;
use crate::namespace::Namespace;
use crate::server::Server;
use crate::socket::Socket;

impl Extract<Self> for Socket {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.socket().clone())
    }
}

impl Extract<Socket> for Namespace {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.socket().namespace())
    }
}

impl Extract<Socket> for Server {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(call.socket().server())
    }
}

impl Extract<Socket> for Arc<Handshake> {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        Ok(Self::clone(call.socket().handshake()))
    }
}

/// The reason is there in `on_disconnect` handlers only.
impl Extract<Socket> for DisconnectReason {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        call.disconnect_reason().ok_or_else(|| {
            HandlerError::new("DisconnectReason is an argument for on_disconnect handlers only")
        })
    }
}
