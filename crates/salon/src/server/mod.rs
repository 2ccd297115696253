//! The server: its namespaces and its sessions.

mod handlers;
mod namespaces;

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use salon_handler::Values;
use salon_proto::DisconnectReason;
use salon_proto::packet::ROOT;
use salon_proto::timer::Instant;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::broadcast::Broadcast;
use crate::config::{Config, ServerBuilder};
use crate::connection::{Connection, ConnectionReceiver};
use crate::error::Emitted;
use crate::handler::{Event, Table};
use crate::handshake::Handshake;
use crate::host::{Core, Host};
use crate::http::SalonLayer;
use crate::hub::{Room, Rooms};
use crate::namespace::{Family, Namespace, NamespaceInner};
use crate::recovery::{ExpiredSocket, RecoveryStats};
use crate::remote_socket::RemoteSocket;
use crate::responses::ResponsesFuture;
use crate::session::{Receiver, Session};

pub(crate) use namespaces::Dynamic;

/// A Socket.IO server. Clones are cheap and mean the same one.
///
/// Its methods for handlers and events are those of the namespace `/`, which every client joins
/// unless it asks for another.
///
/// ```no_run
/// use salon::{Server, Socket};
///
/// # async fn example() -> std::io::Result<()> {
/// let io = Server::new();
/// io.on("join", |socket: Socket, io: Server, room: String| async move {
///     socket.join(&room);
///     io.to(&room).emit("news", format!("someone joined {room}"));
/// });
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
/// salon::serve(listener, io).await
/// # }
/// ```
#[derive(Clone)]
pub struct Server(Arc<ServerInner>);

pub(crate) struct ServerInner {
    core: Core,
    /// Hooks for all namespaces.
    pub(crate) handlers: Arc<Table>,
    root: Arc<NamespaceInner>,
    namespaces: RwLock<HashMap<Arc<str>, Arc<NamespaceInner>>>,
    /// In the order in which they were made.
    dynamic: RwLock<Vec<Arc<Dynamic>>>,
    states: RwLock<Values>,
}

impl Server {
    /// A server with the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Sets up a server.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::new()
    }

    pub(crate) fn with_config(config: Config) -> Self {
        let root = NamespaceInner::new(ROOT, &config, Family::Single);
        let namespaces = HashMap::from([(Arc::clone(&root.name), Arc::clone(&root))]);
        Self(Arc::new(ServerInner {
            core: Core::new(config),
            handlers: Arc::default(),
            root,
            namespaces: RwLock::new(namespaces),
            dynamic: RwLock::default(),
            states: RwLock::default(),
        }))
    }

    /// Shares a value with all handlers, which get it as [`State<T>`](crate::State). One value
    /// for each type.
    pub fn set_state<T: Send + Sync + 'static>(&self, value: T) {
        let replaced = self.0.states.write().set(value);
        // Its end may run code of the application, which no lock of ours may wait for.
        drop(replaced);
    }

    /// Puts the server in front of another service: a layer for axum or any tower stack.
    ///
    /// ```no_run
    /// # async fn example(listener: tokio::net::TcpListener) -> std::io::Result<()> {
    /// let io = salon::Server::new();
    /// let app = axum::Router::new().layer(io.layer());
    /// axum::serve(listener, app).await
    /// # }
    /// ```
    #[must_use]
    pub fn layer(&self) -> SalonLayer {
        SalonLayer::new(self.0.clone())
    }

    /// How many sessions are open. A client has one, whatever the number of its sockets.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.0.core.session_count()
    }

    /// Ends all sessions and opens no new ones. Sockets end with "server shutting down".
    ///
    /// Returns when the last session has gone. It does not close listeners: end your HTTP
    /// server as you would without salon.
    pub async fn close(&self) {
        self.0.clone().close().await;
    }

    pub(crate) const fn from_inner(inner: Arc<ServerInner>) -> Self {
        Self(inner)
    }

    #[cfg(test)]
    pub(crate) const fn inner(&self) -> &Arc<ServerInner> {
        &self.0
    }

    pub(crate) fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.states.read().get()
    }
}

/// The namespace `/`.
impl Server {
    /// Called for each client that was away and did not come back; see
    /// [`Namespace::on_recovery_expired`].
    pub fn on_recovery_expired<F, Fut>(&self, hook: F)
    where
        F: Fn(ExpiredSocket) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.root().on_recovery_expired(hook);
    }

    /// How many clients came back; see [`Namespace::recovery_stats`].
    #[must_use]
    pub fn recovery_stats(&self) -> RecoveryStats {
        self.root().recovery_stats()
    }

    /// Sends an event to everyone.
    pub fn emit<T: Serialize>(&self, event: &str, args: T) -> Emitted {
        self.root().emit(event, args)
    }

    /// Sends an event to everyone and waits for their answers; see
    /// [`Broadcast::emit_with_ack`].
    pub fn emit_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        args: impl Serialize,
    ) -> ResponsesFuture<R> {
        self.root().emit_with_ack(event, args)
    }

    /// Everyone, with a time for their answers; see [`Broadcast::timeout`].
    pub fn timeout(&self, timeout: Duration) -> Broadcast {
        self.root().timeout(timeout)
    }

    /// Sends everyone an event that says its own name; see [`Event`].
    pub fn emit_event<E: Event>(&self, event: &E) -> Emitted {
        self.emit(E::NAME, event)
    }

    /// Sends everyone the event `message`, as JavaScript's `send` does.
    pub fn send<T: Serialize>(&self, args: T) -> Emitted {
        self.emit("message", args)
    }

    /// Everyone in a room.
    pub fn to(&self, room: impl Into<Room>) -> Broadcast {
        self.root().to(room)
    }

    /// The same as [`to`](Self::to); JavaScript calls it `in`.
    pub fn within(&self, room: impl Into<Room>) -> Broadcast {
        self.root().to(room)
    }

    /// Everyone but the members of a room.
    pub fn except(&self, room: impl Into<Room>) -> Broadcast {
        self.root().except(room)
    }

    /// Everyone who is connected to this server, where several form a cluster.
    pub fn local(&self) -> Broadcast {
        self.root().local()
    }

    fn root(&self) -> Namespace {
        Namespace::from_inner(Arc::clone(&self.0.root))
    }
}

/// The sockets, wherever they are.
impl Server {
    /// All of them as they are now; see [`Broadcast::fetch_sockets`].
    pub fn fetch_sockets(&self) -> impl Future<Output = Vec<RemoteSocket>> + Send + use<> {
        self.root().fetch_sockets()
    }

    /// Puts everyone into a room, or several.
    pub fn sockets_join(&self, rooms: impl Into<Rooms>) {
        self.root().sockets_join(rooms);
    }

    /// Takes everyone out of a room, or several.
    pub fn sockets_leave(&self, rooms: impl Into<Rooms>) {
        self.root().sockets_leave(rooms);
    }

    /// Disconnects everyone; `close` as for [`Socket::disconnect`](crate::Socket::disconnect).
    pub fn disconnect_sockets(&self, close: bool) {
        self.root().disconnect_sockets(close);
    }
}

/// Sessions.
impl ServerInner {
    pub(crate) fn find_namespace(&self, name: &str) -> Option<Arc<NamespaceInner>> {
        self.namespaces.read().get(name).cloned()
    }

    fn all_namespaces(&self) -> Vec<Arc<NamespaceInner>> {
        self.namespaces.read().values().cloned().collect()
    }
}

/// What is not about Socket.IO.
impl Deref for ServerInner {
    type Target = Core;

    fn deref(&self) -> &Core {
        &self.core
    }
}

impl Host for ServerInner {
    fn core(&self) -> &Core {
        &self.core
    }

    fn receiver(
        self: Arc<Self>,
        session: &Arc<Session>,
        handshake: Handshake,
        now: Instant,
    ) -> Box<dyn Receiver> {
        let connection = Connection::new(self, Arc::clone(session), handshake, now);
        Box::new(ConnectionReceiver::new(connection))
    }

    fn close(self: Arc<Self>) -> BoxFuture<'static, ()> {
        async move {
            let sessions = self.core.begin_close();
            for namespace in self.all_namespaces() {
                for socket in Namespace::from_inner(namespace).sockets() {
                    socket.end(DisconnectReason::ServerShuttingDown);
                }
            }
            self.core.finish_close(sessions).await;
        }
        .boxed()
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("path", &self.0.config.path)
            .field("sessions", &self.session_count())
            .finish_non_exhaustive()
    }
}
