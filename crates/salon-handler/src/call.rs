//! What a handler is called with.

use std::any::Any;

use bytes::Bytes;
use salon_proto::packet::json;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ack::{Ack, Asker, Owed};
use crate::emit_error::EmitError;
use crate::error::HandlerError;
use crate::peer::Peer;

/// One call of a handler: who, what, and with which data.
pub struct Call<'a, P: Peer> {
    socket: &'a P,
    occasion: Occasion<'a, P>,
    data: Data<'a>,
    owed: Owed<P>,
}

/// Why a handler is called.
#[derive(Clone, Debug)]
pub enum Occasion<'a, P: Peer> {
    /// The socket has connected.
    Connect,
    /// An event of this name came, or is sent.
    Event(&'a str),
    /// The socket has disconnected, or is about to.
    Disconnect(P::DisconnectReason),
    /// What only one side has, such as an error of a client's connection, for extractors of that
    /// side to find by [`Call::detail`].
    Other(&'a (dyn Any + Send + Sync)),
}

/// The data of a call, still JSON.
#[derive(Clone, Copy, Debug)]
pub enum Data<'a> {
    /// There is none.
    None,
    /// One value, such as the auth data of a connection.
    Value(&'a str),
    /// An event's array, its name first.
    Event {
        /// JSON.
        array: &'a str,
        /// What is known of its first argument, or nothing.
        first: json::First,
        /// The bytes that belong to it.
        attachments: &'a [Bytes],
    },
}

impl<'a, P: Peer> Call<'a, P> {
    /// Made by a side, for its handlers. `id`: the event's, if its sender wants an answer.
    pub const fn new(
        socket: &'a P,
        occasion: Occasion<'a, P>,
        data: Data<'a>,
        id: Option<P::AckId>,
    ) -> Self {
        let owed = Owed::new(id);
        Self {
            socket,
            occasion,
            data,
            owed,
        }
    }

    /// The socket that it concerns.
    #[must_use]
    pub const fn socket(&self) -> &'a P {
        self.socket
    }

    /// The event's name; `None` when the call is about something else, such as a connection.
    #[must_use]
    pub const fn event(&self) -> Option<&'a str> {
        match self.occasion {
            Occasion::Event(name) => Some(name),
            _ => None,
        }
    }

    /// Why the socket disconnected, if this is about that.
    #[must_use]
    pub fn disconnect_reason(&self) -> Option<P::DisconnectReason> {
        match &self.occasion {
            Occasion::Disconnect(reason) => Some(reason.clone()),
            _ => None,
        }
    }

    /// What the call is about, where that is a thing of this type. For extractors of one side,
    /// such as the error of a client's connection.
    #[must_use]
    pub fn detail<T: Send + Sync + 'static>(&self) -> Option<&'a T> {
        match self.occasion {
            Occasion::Other(detail) => detail.downcast_ref(),
            _ => None,
        }
    }

    /// The way to answer the event.
    #[must_use]
    pub fn ack(&self) -> Ack<P> {
        self.owed.take(self.socket)
    }

    /// The same call, to be answered in another way.
    pub(crate) fn with_ack(&self, ack: Ack<P>) -> Self {
        Self {
            socket: self.socket,
            occasion: self.occasion.clone(),
            data: self.data,
            owed: ack.into(),
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
            Data::Value(json) => json::read_value(json),
            Data::Event {
                array, attachments, ..
            } => json::read_args(array, 1, attachments),
        };
        read.map_err(|error| HandlerError::invalid_data(&error))
    }

    /// The same for a handler's last argument, which text and bytes become with less work.
    pub(crate) fn last_argument<T: DeserializeOwned + 'static>(&self) -> Result<T, HandlerError> {
        let Data::Event {
            array,
            first,
            attachments,
        } = self.data
        else {
            return self.data();
        };
        let read = json::read_event(array, first, attachments);
        read.map_err(|error| HandlerError::invalid_data(&error))
    }

    /// An event's array as JSON, its name first, and the bytes that belong to it.
    #[must_use]
    pub const fn event_json(&self) -> Option<(&'a str, &'a [Bytes])> {
        match self.data {
            Data::Event {
                array, attachments, ..
            } => Some((array, attachments)),
            _ => None,
        }
    }
}

impl<P: Peer> Asker for Call<'_, P> {
    fn answer<T: Serialize + ?Sized>(&self, values: &T) -> Result<(), EmitError> {
        self.owed.send(self.socket, values)
    }
}
