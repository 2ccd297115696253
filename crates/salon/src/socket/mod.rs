//! A client in one namespace.

mod acks;
mod emit;
mod emitter;
mod extras;
mod handlers;
mod membership;
mod recovery;
mod rooms;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use salon_proto::ack::AckTable;
use salon_proto::engine::Transport;
use salon_proto::{RecoveryId, SocketId};
use serde::de::DeserializeOwned;

use crate::ack::Waiter;
use crate::connection::{Connection, v4};
use crate::handler::{Call, Data, HandlerError, Occasion};
use crate::handshake::Handshake;
use crate::namespace::{Namespace, NamespaceInner};
use crate::random;
use crate::recovery::Away;
use crate::server::Server;

pub use emitter::Emitter;
pub(crate) use extras::{Kept, read_data};
pub(crate) use recovery::Resumed;

use extras::Extras;
use membership::Membership;
use recovery::Recoverable;

/// A client in one namespace. Clones are cheap and mean the same socket.
///
/// A client has one socket for each namespace it has joined. A clone that is kept after the
/// client has gone keeps its memory too, so keep [`SocketId`]s instead.
#[derive(Clone)]
pub struct Socket(Arc<SocketInner>);

struct SocketInner {
    id: SocketId,
    namespace: Arc<NamespaceInner>,
    connection: Arc<Connection>,
    auth: Option<Box<str>>,
    membership: Mutex<Membership>,
    /// Answers that the client owes; rarely any, so it is absent until needed.
    acks: Mutex<Option<Box<AckTable<Waiter>>>>,
    extras: Mutex<Option<Box<Extras>>>,
    /// Whether it is let in and not gone, as `membership` says too, but without its lock: each
    /// packet to the client asks.
    is_connected: AtomicBool,
    /// Whether there are handlers among the extras.
    has_handlers: AtomicBool,
    recovery: Option<Box<Recoverable>>,
}

/// What a socket is.
impl Socket {
    /// Its public id, which is also the name of the room that it is in from the start.
    #[must_use]
    pub fn id(&self) -> SocketId {
        self.0.id.clone()
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> Namespace {
        Namespace::from_inner(Arc::clone(&self.0.namespace))
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> Server {
        Server::from_inner(Arc::clone(&self.0.connection.server))
    }

    /// All sockets of its client, this one included if it is connected: one for each namespace
    /// that the client has joined.
    #[must_use]
    pub fn client_sockets(&self) -> Vec<Self> {
        self.0.connection.sockets()
    }

    /// The request that opened its session.
    #[must_use]
    pub fn handshake(&self) -> &Arc<Handshake> {
        &self.0.connection.handshake
    }

    /// The auth data that the client sent when it joined the namespace; `{}` if none.
    ///
    /// # Errors
    /// When the data does not fit `T`.
    pub fn auth<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        let data = Data::Value(self.auth_json().unwrap_or("{}"));
        Call::new(self, Occasion::Connect, data, None).data()
    }

    /// Whether it is connected. In a middleware it is not yet.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.0.is_connected.load(Ordering::Acquire)
    }

    /// What more is known of why its connection ended, where the
    /// [reason](crate::DisconnectReason) is "transport error": what the client did wrong, in
    /// words for a log. Node: the second argument of the event `disconnect`.
    ///
    /// ```
    /// use salon::{DisconnectReason, Server, Socket};
    ///
    /// let io = Server::new();
    /// io.on_disconnect(|socket: Socket, reason: DisconnectReason| async move {
    ///     println!("{reason} {}", socket.disconnect_details().unwrap_or_default());
    /// });
    /// ```
    #[must_use]
    pub fn disconnect_details(&self) -> Option<&'static str> {
        self.0.connection.session.details()
    }

    /// How its client is connected now.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.0.connection.session.transport()
    }
}

/// For the rest of the crate.
impl Socket {
    /// `None` if no id can be made.
    pub(crate) fn new(
        connection: &Arc<Connection>,
        namespace: Arc<NamespaceInner>,
        auth: Option<Cow<'_, str>>,
    ) -> Option<Self> {
        let id = match connection.is_v4() {
            true => v4::socket_id(&connection.session, &namespace.name),
            false => SocketId::from_entropy(random::entropy()?),
        };
        let recovery = match &namespace.recovery {
            Some(_) if !connection.is_v4() => Some(RecoveryId::from_entropy(random::entropy()?)),
            _ => None,
        };
        Some(Self(Arc::new(SocketInner {
            id,
            namespace,
            connection: Arc::clone(connection),
            auth: auth.map(|json| json.into()),
            membership: Mutex::new(Membership::Connecting(Vec::new())),
            acks: Mutex::new(None),
            extras: Mutex::new(None),
            is_connected: AtomicBool::new(false),
            has_handlers: AtomicBool::new(false),
            recovery: recovery.map(|id| Box::new(Recoverable::new(id))),
        })))
    }

    /// The socket of a client that comes back.
    pub(crate) fn resumed(
        connection: &Arc<Connection>,
        namespace: Arc<NamespaceInner>,
        auth: Option<Cow<'_, str>>,
        resumed: Resumed,
    ) -> Self {
        let Resumed { id, claim } = resumed;
        let Away {
            socket,
            mut rooms,
            kept,
            trace,
        } = claim.away;
        rooms.retain(|room| room.as_str() != socket.as_str());
        Self(Arc::new(SocketInner {
            id: socket,
            namespace,
            connection: Arc::clone(connection),
            auth: auth.map(|json| json.into()),
            membership: Mutex::new(Membership::Connecting(rooms)),
            acks: Mutex::new(None),
            extras: Mutex::new(kept.0),
            is_connected: AtomicBool::new(false),
            has_handlers: AtomicBool::new(false),
            recovery: Some(Box::new(Recoverable::resumed(id, trace, claim.from))),
        }))
    }

    /// Ids do not tell sockets of clients of protocol 4 apart that came one after the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.0.connection
    }

    pub(crate) fn namespace_inner(&self) -> &NamespaceInner {
        &self.0.namespace
    }

    pub(crate) fn namespace_name(&self) -> &str {
        &self.0.namespace.name
    }

    pub(crate) fn auth_json(&self) -> Option<&str> {
        self.0.auth.as_deref()
    }
}

/// One whose middlewares were cut off, since the runtime ends or a bug ended its session's task.
impl Drop for SocketInner {
    fn drop(&mut self) {
        if let Membership::Connecting(_) = self.membership.get_mut() {
            self.connection.server.vacate(&self.namespace);
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("id", &self.id())
            .field("namespace", &self.namespace_name())
            .finish_non_exhaustive()
    }
}
