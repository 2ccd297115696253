//! One connection to a server, as the application holds it.

mod builder;
mod handlers;
mod peer;

use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use salon_handler::Values;
use salon_proto::client::{Options, Reconnection};
use salon_proto::engine::Transport;
use salon_proto::parser::Codec;
use tokio::runtime::Handle;

use crate::error::ConnectError;
use crate::session::{self, Command, Inbox};
use crate::socket::{self, Bounds, Settings, Socket, SocketBuilder, WeakSocket};
use crate::transport::Target;

pub use builder::ManagerBuilder;
pub use handlers::ManagerHandler;
pub(crate) use handlers::Table;

/// One connection to a server, over which the [sockets](Socket) of several namespaces go.
/// JavaScript's `Manager`.
///
/// It connects when the first of its sockets does, comes back by itself when the connection is
/// lost, and closes the connection when no socket uses it any more.
///
/// Clones are cheap and mean the same manager. Its one task ends when the last clone and the last
/// socket are dropped, after what was emitted before has been sent, or at the latest after
/// [`Timing::close_timeout`](crate::Timing); nothing outlives it. A handler of its own that captures
/// it keeps it alive until [`close`](Self::close).
///
/// ```no_run
/// # async fn example() -> Result<(), salon_client::ConnectError> {
/// use salon_client::Manager;
///
/// let manager = Manager::builder("http://localhost:3000").build()?;
/// let (news, chat) = (manager.socket("/news"), manager.socket("/chat"));
/// news.connect();
/// chat.connect();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Manager(Arc<ManagerInner>);

/// What the task knows its manager by.
pub(crate) struct WeakManager(Weak<ManagerInner>);

struct ManagerInner {
    inbox: Arc<Inbox>,
    codec: Codec,
    /// Absent until there is one.
    handlers: OnceLock<Arc<Table>>,
    /// For handlers with a task of their own.
    runtime: Handle,
    recv_bounds: Bounds,
    states: Mutex<Values>,
    /// As the task last told it.
    transport: Mutex<Option<Transport>>,
    reconnection: Mutex<Reconnection>,
    sequence: OnceLock<Arc<tokio::sync::Mutex<()>>>,
    /// One for each namespace, while it lives.
    sockets: Mutex<Vec<(Box<str>, WeakSocket)>>,
}

impl Manager {
    /// Begins to put together a manager for the server of this URL, such as
    /// `http://localhost:3000` or `https://example.com`. A query goes along with each request; a
    /// path means nothing here.
    pub fn builder(url: &str) -> ManagerBuilder {
        ManagerBuilder::new(url)
    }

    /// The socket for a namespace, such as `/` or `/chat`. It does not connect by itself.
    ///
    /// There is one for each namespace, as long as it lives.
    #[must_use]
    pub fn socket(&self, namespace: &str) -> Socket {
        self.socket_builder(namespace).build()
    }

    /// The same with options.
    pub fn socket_builder(&self, namespace: &str) -> SocketBuilder {
        SocketBuilder::new(self.clone(), namespace)
    }

    /// How its connection travels at the moment; `None` while there is none. JavaScript's
    /// `engine.transport.name`.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        *self.0.transport.lock()
    }

    /// Whether and when it connects again.
    #[must_use]
    pub fn reconnection(&self) -> Reconnection {
        *self.0.reconnection.lock()
    }

    /// Changes that. Switched off, an attempt that is waited for does not happen.
    ///
    /// ```no_run
    /// # fn example(manager: salon_client::Manager) {
    /// use salon_client::{Manager, Reconnection};
    ///
    /// manager.on_reconnect_attempt(|manager: Manager, attempt: u32| async move {
    ///     if attempt == 3 {
    ///         manager.set_reconnection(Reconnection { enabled: false, ..manager.reconnection() });
    ///     }
    /// });
    /// # }
    /// ```
    pub fn set_reconnection(&self, reconnection: Reconnection) {
        *self.0.reconnection.lock() = reconnection;
        self.0.inbox.push(Command::Reconnection(reconnection));
    }

    /// Another server, from the next connection on: JavaScript's `manager.uri`. The query of the
    /// former URL goes with it; a path means nothing here. Sockets keep their namespaces, and what
    /// waits in them.
    ///
    /// This and its kin may be called at any time; in a handler of
    /// [`on_reconnect_attempt`](Self::on_reconnect_attempt), before it waits for anything, they hold
    /// for that attempt:
    ///
    /// ```no_run
    /// # fn example(manager: salon_client::Manager) {
    /// use salon_client::Manager;
    ///
    /// manager.on_reconnect_attempt(|manager: Manager, attempt: u32| async move {
    ///     manager.set_query("attempt", &attempt.to_string());
    /// });
    /// # }
    /// ```
    ///
    /// # Errors
    /// When it is no URL of a server. Nothing is changed then.
    pub fn set_url(&self, url: &str) -> Result<(), ConnectError> {
        let changed = self.0.inbox.retarget(|target| target.with_url(url));
        changed.map_err(|error| ConnectError::config(&error))
    }

    /// Sets a parameter of the query, from the next connection on: JavaScript's
    /// `manager.opts.query`.
    pub fn set_query(&self, name: &str, value: &str) {
        let changed = |target: Target| Ok::<_, Infallible>(target.query(name, value));
        let Ok(()) = self.0.inbox.retarget(changed);
    }

    /// Sets a header, from the next connection on: JavaScript's `manager.opts.extraHeaders`.
    ///
    /// # Errors
    /// When HTTP does not allow the name or the value. Nothing is changed then.
    pub fn set_header(&self, name: &str, value: &str) -> Result<(), ConnectError> {
        let changed = self.0.inbox.retarget(|target| target.header(name, value));
        changed.map_err(|error| ConnectError::config(&error))
    }

    /// Shares a value with all handlers, which get it as [`State<T>`](crate::State). One value
    /// for each type. It lives as long as the manager: do not put the manager or a socket of it
    /// into it, or both live for ever.
    pub fn set_state<T: Send + Sync + 'static>(&self, value: T) {
        let replaced = self.0.states.lock().set(value);
        // Its end may run code of the application, which no lock of ours may wait for.
        drop(replaced);
    }

    /// Gives up the connection as if it had broken: sockets are disconnected with
    /// [`TransportError`](crate::CloseReason::TransportError) and come back where
    /// [reconnection](Self::reconnection) is on, with what the server kept for them. For tests of just
    /// that. Does nothing while there is no connection.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// socket.on_connect(|socket: salon_client::Socket| async move {
    ///     println!("back, recovered: {}", socket.is_recovered());
    /// });
    /// socket.manager().drop_connection();
    /// # }
    /// ```
    pub fn drop_connection(&self) {
        self.0.inbox.push(Command::DropConnection);
    }

    /// Ends everything: what was emitted before is sent, if there is a connection; the connection is
    /// closed; handlers that are running end. It takes
    /// [`Timing::close_timeout`](crate::Timing) at most, 30 s by default.
    ///
    /// This is for good: sockets of this manager do not connect any more, and all its handlers are
    /// dropped. Dropping the future changes nothing: the manager closes all the same.
    ///
    /// A handler of its own that awaits it makes it take that long, since it waits for the handler.
    pub fn close(&self) -> impl Future<Output = ()> + Send + 'static {
        let inbox = Arc::clone(&self.0.inbox);
        inbox.close();
        async move { inbox.ended().await }
    }
}

/// For the rest of the crate.
impl Manager {
    fn start(
        target: Arc<Target>,
        options: Arc<Options>,
        recv_bounds: Bounds,
    ) -> Result<Self, ConnectError> {
        let runtime = Handle::try_current().map_err(|error| ConnectError::config(&error))?;
        let inbox = Arc::new(Inbox::new(target, &options.limits));
        let manager = Self(Arc::new(ManagerInner {
            inbox: Arc::clone(&inbox),
            codec: options.codec.clone(),
            handlers: OnceLock::new(),
            runtime: runtime.clone(),
            recv_bounds,
            states: Mutex::default(),
            transport: Mutex::default(),
            reconnection: Mutex::new(options.reconnection),
            sequence: OnceLock::new(),
            sockets: Mutex::default(),
        }));
        session::start(&runtime, manager.downgrade(), inbox, options);
        Ok(manager)
    }

    fn downgrade(&self) -> WeakManager {
        WeakManager(Arc::downgrade(&self.0))
    }

    /// The socket of a namespace, or a new one.
    pub(crate) fn enter(
        &self,
        namespace: &str,
        settings: Settings,
        handlers: Arc<socket::Table>,
    ) -> Socket {
        let namespace = match namespace {
            "" => "/".to_owned(),
            name if name.starts_with('/') => name.to_owned(),
            name => format!("/{name}"),
        };
        let mut sockets = self.0.sockets.lock();
        let there = sockets.iter().find(|(name, _)| **name == *namespace);
        if let Some(socket) = there.and_then(|(_, socket)| socket.upgrade()) {
            return socket;
        }
        let socket = Socket::new(self.clone(), &namespace, settings, handlers);
        sockets.retain(|(_, socket)| socket.is_alive());
        // Most managers have one.
        sockets.reserve_exact(1);
        sockets.push((namespace.into(), socket.downgrade()));
        socket
    }

    pub(crate) fn inbox(&self) -> &Inbox {
        &self.0.inbox
    }

    pub(crate) fn codec(&self) -> &Codec {
        &self.0.codec
    }

    /// Where handlers stand; `None`: it has never had one.
    pub(crate) fn table(&self) -> Option<&Arc<Table>> {
        self.0.handlers.get()
    }

    pub(crate) fn show_transport(&self, transport: Option<Transport>) {
        *self.0.transport.lock() = transport;
    }

    pub(crate) fn recv_bounds(&self) -> Bounds {
        self.0.recv_bounds
    }

    pub(crate) fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.states.lock().get()
    }

    /// Runs a future in a task of its own, which ends at the latest when whoever waits for it
    /// does; `None` if it panicked.
    pub(crate) async fn run_apart<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        session::run_apart(&self.0.runtime, future).await
    }
}

impl WeakManager {
    pub(crate) fn upgrade(&self) -> Option<Manager> {
        self.0.upgrade().map(Manager)
    }
}

impl Drop for ManagerInner {
    fn drop(&mut self) {
        self.inbox.close();
    }
}

impl fmt::Debug for Manager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Manager")
    }
}
