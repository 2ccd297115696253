//! The server of plain Engine.IO.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use parking_lot::RwLock;
use salon_proto::CloseReason;
use salon_proto::timer::Instant;

use super::{EngineReceiver, Message, Socket};
use crate::config::{Config, ServerBuilder};
use crate::handshake::Handshake;
use crate::host::{Core, Host};
use crate::http::SalonLayer;
use crate::session::{Receiver, Session, Task};

/// A server of plain Engine.IO. Clones are cheap and mean the same one.
///
/// It has one handler for each occasion; registering another replaces it. Handlers of one client
/// start in the order in which things arrived, and one that waits does not keep the next from
/// starting.
///
/// See the [module](super) for an example.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    core: Core,
    handlers: Arc<Handlers>,
}

impl Server {
    /// A server with the default settings, found at `/engine.io`.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build_engine()
    }

    /// Sets up a server, with the settings that a Socket.IO server has too. Finish with
    /// [`build_engine`](ServerBuilder::build_engine). The path is `/engine.io` by default.
    ///
    /// ```
    /// use salon::engine::Server;
    ///
    /// let engine = Server::builder().max_payload(10_000).build_engine();
    /// ```
    pub fn builder() -> ServerBuilder {
        ServerBuilder::new().path("/engine.io")
    }

    pub(crate) fn with_config(config: Config) -> Self {
        Self(Arc::new(Inner {
            core: Core::new(config),
            handlers: Arc::default(),
        }))
    }

    /// Called with each new client.
    pub fn on_open<F, R>(&self, handler: F)
    where
        F: Fn(Socket) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let handler = Arc::new(handler);
        *self.0.handlers.open.write() = Some(Arc::new(move |socket| {
            let handler = Arc::clone(&handler);
            // Called inside, so that a panic is contained.
            async move { handler(socket).await }.boxed()
        }));
    }

    /// Called with each message of a client.
    pub fn on_message<F, R>(&self, handler: F)
    where
        F: Fn(Socket, Message) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let handler = Arc::new(handler);
        *self.0.handlers.message.write() = Some(Arc::new(move |socket, message| {
            let handler = Arc::clone(&handler);
            async move { handler(socket, message).await }.boxed()
        }));
    }

    /// Called when a client has gone, with the reason.
    pub fn on_close<F, R>(&self, handler: F)
    where
        F: Fn(Socket, CloseReason) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let handler = Arc::new(handler);
        *self.0.handlers.close.write() = Some(Arc::new(move |socket, reason| {
            let handler = Arc::clone(&handler);
            async move { handler(socket, reason).await }.boxed()
        }));
    }

    /// Puts the server in front of another service: a layer for axum or any tower stack.
    #[must_use]
    pub fn layer(&self) -> SalonLayer {
        SalonLayer::new(self.0.clone())
    }

    /// How many clients are connected.
    #[must_use]
    pub fn session_count(&self) -> usize {
        self.0.core.session_count()
    }

    /// Ends all sessions and opens no new ones. Returns when the last has gone.
    pub async fn close(&self) {
        self.0.clone().close().await;
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Server> for SalonLayer {
    fn from(server: Server) -> Self {
        server.layer()
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("engine::Server")
            .field("path", &self.0.core.config.path)
            .field("sessions", &self.session_count())
            .finish_non_exhaustive()
    }
}

impl Host for Inner {
    fn core(&self) -> &Core {
        &self.core
    }

    fn receiver(
        self: Arc<Self>,
        session: &Arc<Session>,
        handshake: Handshake,
        _now: Instant,
    ) -> Box<dyn Receiver> {
        let socket = Socket::new(Arc::clone(session), handshake);
        Box::new(EngineReceiver::new(Arc::clone(&self.handlers), socket))
    }

    fn close(self: Arc<Self>) -> BoxFuture<'static, ()> {
        async move {
            let sessions = self.core.begin_close();
            self.core.finish_close(sessions).await;
        }
        .boxed()
    }
}

type OnOpen = Arc<dyn Fn(Socket) -> Task + Send + Sync>;
type OnMessage = Arc<dyn Fn(Socket, Message) -> Task + Send + Sync>;
type OnClose = Arc<dyn Fn(Socket, CloseReason) -> Task + Send + Sync>;

#[derive(Default)]
pub(super) struct Handlers {
    open: RwLock<Option<OnOpen>>,
    message: RwLock<Option<OnMessage>>,
    close: RwLock<Option<OnClose>>,
}

/// Copies, since no lock may be held while they run.
impl Handlers {
    pub(super) fn open(&self) -> Option<OnOpen> {
        self.open.read().clone()
    }

    pub(super) fn message(&self) -> Option<OnMessage> {
        self.message.read().clone()
    }

    pub(super) fn close(&self) -> Option<OnClose> {
        self.close.read().clone()
    }
}
