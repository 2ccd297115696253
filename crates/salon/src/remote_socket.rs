//! Sockets that may be anywhere.

use std::fmt;
use std::sync::Arc;

use salon_proto::SocketId;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ack::AckFuture;
use crate::broadcast::Broadcast;
use crate::error::{Emitted, not_connected};
use crate::handler::{Event, HandlerError};
use crate::handshake::Handshake;
use crate::hub::Rooms;
use crate::namespace::Namespace;
use crate::socket::{Socket, read_data};

/// A socket as it was when it was fetched, and ways to reach it; see
/// [`Broadcast::fetch_sockets`].
///
/// It is a copy: what it tells does not change, and it keeps nothing of the client alive but the
/// handshake. Where several servers form a cluster it may be a socket of any of them, so it can
/// do less than a [`Socket`].
#[derive(Clone)]
pub struct RemoteSocket {
    id: SocketId,
    namespace: Namespace,
    handshake: Arc<Handshake>,
    auth: Option<Box<str>>,
    rooms: Vec<String>,
    data: Option<Arc<str>>,
}

/// What it was.
impl RemoteSocket {
    /// `None` if it has gone.
    pub(crate) fn of(socket: &Socket) -> Option<Self> {
        let rooms = socket.rooms();
        socket.is_connected().then(|| Self {
            id: socket.id(),
            namespace: socket.namespace(),
            handshake: Arc::clone(socket.handshake()),
            auth: socket.auth_json().map(Into::into),
            rooms,
            data: socket.data_json(),
        })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> SocketId {
        self.id.clone()
    }

    /// The request that opened its session.
    #[must_use]
    pub const fn handshake(&self) -> &Arc<Handshake> {
        &self.handshake
    }

    /// The auth data that the client sent when it joined the namespace; `{}` if none.
    ///
    /// # Errors
    /// When the data does not fit `T`.
    pub fn auth<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        read_data(self.auth.as_deref())
    }

    /// The rooms that it was in, that of its own id among them.
    #[must_use]
    pub fn rooms(&self) -> &[String] {
        &self.rooms
    }

    /// The data that was kept with it by [`Socket::set_data`]; `{}` if none was.
    ///
    /// # Errors
    /// When it does not fit `T`.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        read_data(self.data.as_deref())
    }
}

/// What can be done with it. If it has gone meanwhile, nothing happens.
impl RemoteSocket {
    /// Sends an event to its client; see [`Socket::emit`].
    pub fn emit<T: Serialize>(&self, event: &str, args: T) -> Emitted {
        self.target().emit(event, args)
    }

    /// Sends an event that says its own name; see [`Event`].
    pub fn emit_event<E: Event>(&self, event: &E) -> Emitted {
        self.emit(E::NAME, event)
    }

    /// Sends an event and waits for the client's answer; see [`Socket::emit_with_ack`]. It fails
    /// at once if the socket has gone.
    pub fn emit_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        args: impl Serialize,
    ) -> AckFuture<R> {
        match self.namespace.socket(&self.id) {
            Some(socket) => socket.emit_with_ack(event, args),
            None => AckFuture::failed(not_connected()),
        }
    }

    /// Puts it into a room, or several.
    pub fn join(&self, rooms: impl Into<Rooms>) {
        self.target().sockets_join(rooms);
    }

    /// Takes it out of a room, or several.
    pub fn leave(&self, rooms: impl Into<Rooms>) {
        self.target().sockets_leave(rooms);
    }

    /// Disconnects its client; `close` as for [`Socket::disconnect`].
    pub fn disconnect(&self, close: bool) {
        self.target().disconnect_sockets(close);
    }

    fn target(&self) -> Broadcast {
        self.namespace.to(self.id())
    }
}

impl fmt::Debug for RemoteSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteSocket")
            .field("id", &self.id)
            .field("namespace", &self.namespace.name())
            .finish_non_exhaustive()
    }
}
