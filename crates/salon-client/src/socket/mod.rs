//! A namespace of the server, as the application holds it.

mod builder;
mod emit;
mod emitter;
mod extras;
mod handlers;
mod peer;
mod received;
mod view;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::error::ConnectError;
use crate::manager::Manager;
use crate::session::{Command, SocketNumber};

pub(crate) use builder::Settings;
pub use builder::SocketBuilder;
pub use emitter::Emitter;
pub(crate) use handlers::Table;
pub use peer::DisconnectDetails;
pub(crate) use peer::{AckId, Disconnection};
pub use received::Received;
pub(crate) use received::{Bounds, Kept};

use extras::Extras;
pub(crate) use view::View;

/// One namespace of a server, over its [`Manager`]'s connection. JavaScript's `Socket`.
///
/// Clones are cheap and mean the same socket. It lives as long as a clone of it does, and keeps its
/// manager alive; so does each handler of it that is running. When the last clone is dropped it
/// leaves its namespace, and when the last socket and manager are dropped the connection ends;
/// what was emitted before is still sent, if it is connected.
///
/// A handler gets the socket as an argument: `|socket: Socket| async move { … }`. One that
/// *captures* a clone of its own socket keeps it alive as long as the handler is registered, so
/// that dropping all others does not end it; [`Manager::close`] does, since it drops all handlers.
/// A [`WeakSocket`] may be captured by anybody.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use salon_client::Manager;
///
/// let manager = Manager::builder("http://localhost:3000").build()?;
/// let chat = manager.socket("/chat");
/// chat.on("message", |text: String| async move { println!("{text}") });
/// chat.connect();
/// chat.emit("message", "hello");
/// let members: u32 = chat.emit_with_ack("count", ()).await?;
/// println!("{members} of us");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Socket(Arc<SocketInner>);

/// A socket that is not kept alive by this. Made by [`Socket::downgrade`].
#[derive(Clone)]
pub struct WeakSocket(Weak<SocketInner>);

pub(crate) struct SocketInner {
    number: SocketNumber,
    namespace: Box<str>,
    manager: Manager,
    settings: Settings,
    handlers: Arc<Table>,
    /// As in JavaScript it begins at 0 and goes on over all connections.
    next_ack: AtomicU64,
    /// The application has disconnected it, which the task may not know yet.
    has_left: AtomicBool,
    view: Mutex<View>,
    /// Told of each change of the view.
    changed: Notify,
    extras: Extras,
}

/// What it is.
impl Socket {
    /// The namespace, such as `/chat`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.0.namespace
    }

    /// The manager, which has the connection.
    #[must_use]
    pub fn manager(&self) -> &Manager {
        &self.0.manager
    }

    /// The id that the server gave it; `None` while it is not connected. A new connection gives a
    /// new one, unless the state was [recovered](Self::is_recovered).
    #[must_use]
    pub fn id(&self) -> Option<Arc<str>> {
        self.0.view.lock().id.clone()
    }

    /// Whether the namespace has taken it and the connection still stands, as far as is known.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.0.view.lock().is_connected
    }

    /// Whether it is connected or somebody tries: it will connect again by itself.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.0.view.lock().is_active
    }

    /// Whether the server has given it back its state, at its newest connection: the same id, the
    /// same rooms, and the events that it has missed.
    #[must_use]
    pub fn is_recovered(&self) -> bool {
        self.0.view.lock().is_recovered
    }

    /// The same socket, not kept alive.
    #[must_use]
    pub fn downgrade(&self) -> WeakSocket {
        WeakSocket(Arc::downgrade(&self.0))
    }
}

/// Connecting.
impl Socket {
    /// Begins to connect, and comes back again whenever the connection is lost. Does nothing where
    /// that is so already, or once the manager is closed.
    pub fn connect(&self) {
        self.0.has_left.store(false, Ordering::Release);
        self.0.view.lock().is_active = true;
        if !self.command(Command::Connect(self.0.number)) {
            self.change(|view| view.failed(ConnectError::closed(), false));
        }
    }

    /// Waits until it is connected. It does not begin to connect: [`connect`](Self::connect) does.
    ///
    /// # Errors
    /// When the next try fails, or nobody tries. Where the manager
    /// [tries again](Self::is_active), so may you: by calling this once more.
    ///
    /// ```no_run
    /// # async fn example(socket: salon_client::Socket) -> Result<(), salon_client::ConnectError> {
    /// socket.connect();
    /// while let Err(error) = socket.connected().await {
    ///     if !socket.is_active() {
    ///         return Err(error);
    ///     }
    ///     println!("{error}; trying again");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn connected(&self) -> Result<(), ConnectError> {
        let failures = self.0.view.lock().failures;
        loop {
            let changed = self.0.changed.notified();
            if let Some(outcome) = self.0.view.lock().outcome(failures) {
                return outcome;
            }
            changed.await;
        }
    }

    /// Leaves the namespace; nobody tries again. Events that were emitted before are sent first,
    /// if it is connected; handlers of events are not called any more. `on_disconnect` handlers
    /// hear of it. [`connect`](Self::connect) begins anew.
    pub fn disconnect(&self) {
        self.0.has_left.store(true, Ordering::Release);
        self.change(|view| view.disconnected(false));
        self.command(Command::Disconnect(self.0.number));
    }

    /// The next event that no handler took. Several clones share the events: each gets some.
    ///
    /// `None`: there is none, and nobody tries to connect any more: the server or the application
    /// disconnected the socket, the server refused it, or reconnecting failed for good.
    ///
    /// Events wait in a queue with [bounds](crate::ManagerBuilder::recv_buffer); see
    /// [`missed_events`](Self::missed_events). It may stand in a `select!`: no event gets lost.
    pub async fn recv(&self) -> Option<Received> {
        loop {
            let changed = self.0.changed.notified();
            if let Some(event) = self.try_recv() {
                return Some(event);
            }
            if !self.is_active() {
                // Something may have come between the two looks.
                return self.try_recv();
            }
            changed.await;
        }
    }

    /// The next event that no handler took, if there is one now.
    #[must_use]
    pub fn try_recv(&self) -> Option<Received> {
        let kept = self.0.view.lock().arrived.pop()?;
        let ack = self.ack_for(kept.ack);
        Some(Received::new(kept, ack))
    }

    /// How many events were forgotten because [`recv`](Self::recv) was not called in time: the
    /// oldest give way. The log has the first.
    #[must_use]
    pub fn missed_events(&self) -> u64 {
        self.0.view.lock().arrived.missed()
    }
}

impl WeakSocket {
    /// The socket, if anybody keeps it alive.
    #[must_use]
    pub fn upgrade(&self) -> Option<Socket> {
        self.0.upgrade().map(Socket)
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.0.strong_count() > 0
    }
}

/// For the rest of the crate.
impl Socket {
    pub(crate) fn new(
        manager: Manager,
        namespace: &str,
        settings: Settings,
        handlers: Arc<Table>,
    ) -> Self {
        let number = manager.inbox().next_socket();
        let socket = Self(Arc::new(SocketInner {
            number,
            namespace: namespace.into(),
            manager,
            settings,
            handlers,
            next_ack: AtomicU64::new(0),
            has_left: AtomicBool::new(false),
            view: Mutex::default(),
            changed: Notify::new(),
            extras: Extras::default(),
        }));
        socket.command(Command::Enter(number, socket.downgrade()));
        socket
    }

    pub(crate) fn number(&self) -> SocketNumber {
        self.0.number
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn table(&self) -> &Arc<Table> {
        &self.0.handlers
    }

    /// `false`: the manager is over, and the command does nothing.
    pub(crate) fn command(&self, command: Command) -> bool {
        self.0.manager.inbox().push(command)
    }

    /// Changes what handles see, and tells those that wait for it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut View) -> T) -> T {
        let changed = change(&mut self.0.view.lock());
        self.0.changed.notify_waiters();
        changed
    }

    /// Keeps an event that no handler took.
    pub(crate) fn keep(&self, event: Kept) {
        let bounds = self.0.manager.recv_bounds();
        if self.change(|view| view.arrived.push(event, bounds)) {
            let namespace = self.namespace();
            tracing::warn!(
                namespace,
                "events that no handler takes are forgotten: call Socket::recv more often, or \
                 have a handler for them"
            );
        }
    }

    /// Whether the application has disconnected it since it told it to connect.
    pub(crate) fn has_left(&self) -> bool {
        self.0.has_left.load(Ordering::Acquire)
    }

    fn next_ack_id(&self) -> u64 {
        self.0.next_ack.fetch_add(1, Ordering::Relaxed)
    }
}

impl Drop for SocketInner {
    fn drop(&mut self) {
        self.manager.inbox().push(Command::Leave(self.number));
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("namespace", &self.0.namespace)
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WeakSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakSocket")
    }
}
