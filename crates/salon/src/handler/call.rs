//! What a handler is called with.

use bytes::Bytes;
use salon_proto::DisconnectReason;
use salon_proto::packet::json;
use serde::de::DeserializeOwned;

use super::HandlerError;
use crate::ack::Ack;
use crate::socket::Socket;

/// One call of a handler: who, what, and with which data.
pub struct Call<'a> {
    socket: &'a Socket,
    occasion: Occasion<'a>,
    data: Data<'a>,
    ack: Ack,
}

/// Why a handler is called.
#[derive(Clone, Copy)]
pub(crate) enum Occasion<'a> {
    Connect,
    Event(&'a str),
    Disconnect(DisconnectReason),
}

/// The data of a call, still JSON.
#[derive(Clone, Copy)]
pub(crate) enum Data<'a> {
    /// There is none.
    None,
    /// The auth data of a connection.
    Auth(Option<&'a str>),
    /// An event's array, its name first.
    Event {
        array: &'a str,
        attachments: &'a [Bytes],
    },
}

impl<'a> Call<'a> {
    pub(crate) fn new(
        socket: &'a Socket,
        occasion: Occasion<'a>,
        data: Data<'a>,
        ack: Ack,
    ) -> Self {
        Self {
            socket,
            occasion,
            data,
            ack,
        }
    }

    /// The socket that it concerns.
    #[must_use]
    pub const fn socket(&self) -> &'a Socket {
        self.socket
    }

    /// The event's name; `None` when a client connects or disconnects.
    #[must_use]
    pub const fn event(&self) -> Option<&'a str> {
        match self.occasion {
            Occasion::Event(name) => Some(name),
            _ => None,
        }
    }

    /// Why the client disconnected, if this is about that.
    #[must_use]
    pub const fn disconnect_reason(&self) -> Option<DisconnectReason> {
        match self.occasion {
            Occasion::Disconnect(reason) => Some(reason),
            _ => None,
        }
    }

    /// The way to answer the event.
    #[must_use]
    pub fn ack(&self) -> Ack {
        self.ack.clone()
    }

    /// The same call, to be answered in another way.
    pub(super) const fn with_ack(&self, ack: Ack) -> Self {
        Self {
            socket: self.socket,
            occasion: self.occasion,
            data: self.data,
            ack,
        }
    }

    /// Reads the data: an event's arguments, or the auth data of a connection, which is `{}`
    /// for a client that sent none.
    ///
    /// # Errors
    /// When the data does not fit `T`, with the argument and the reason.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        let read = match self.data {
            Data::None => json::read_args("[]", 0, &[]),
            Data::Auth(auth) => json::read_value(auth.unwrap_or("{}")),
            Data::Event { array, attachments } => json::read_args(array, 1, attachments),
        };
        read.map_err(|error| HandlerError::invalid_data(&error))
    }

    /// An event's array, its name first, and the bytes that belong to it.
    pub(super) const fn event_data(&self) -> Option<(&'a str, &'a [Bytes])> {
        match self.data {
            Data::Event { array, attachments } => Some((array, attachments)),
            _ => None,
        }
    }
}
