//! The short way to a connected socket.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;

#[cfg(doc)]
use crate::SocketBuilder;
use crate::error::ConnectError;
use crate::manager::{Manager, ManagerBuilder};
use crate::socket::{Settings, Socket, Table};
use crate::{EventHandler, Handler};

/// Begins to connect to the server and namespace of this URL: await what is returned.
///
/// The path of the URL is the namespace and its query goes along with each request, as in
/// JavaScript. The socket has a [`Manager`] of its own, which ends with it.
///
/// Awaiting it gives the connected socket, or the error of the first try, and then nobody tries
/// again. For a client that waits for its server, make a [`Manager`] and a [`Socket`] and call
/// [`Socket::connected`] as often as you like.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use salon_client::Socket;
///
/// let socket = salon_client::connect("http://localhost:3000/chat?room=blue")
///     .on("message", |text: String| async move { println!("{text}") })
///     .on("ping me", |socket: Socket| async move {
///         socket.emit("pong", ());
///     })
///     .await?;
/// socket.emit("message", "hello").await?;
/// socket.manager().close().await;
/// # Ok(())
/// # }
/// ```
pub fn connect(url: &str) -> Connect {
    Connect {
        manager: Manager::builder(url),
        settings: Settings::default(),
        handlers: Table::default(),
    }
}

/// A socket that is about to connect. Made by [`connect`]; await it.
///
/// For many connections of one kind make one of these and await clones of it: they share what does
/// not change, such as the options, and are independent of one another in everything else.
#[derive(Clone)]
#[must_use = "await it to connect"]
pub struct Connect {
    manager: ManagerBuilder,
    settings: Settings,
    handlers: Table,
}

impl Connect {
    /// Has a handler for each event of this name, from the very first on; see [`Socket::on`].
    pub fn on<M: 'static>(self, event: &str, handler: impl Handler<M>) -> Self {
        self.handlers.shared.events.add(event, false, handler);
        self
    }

    /// Has a handler for each event of the type of its last argument, which says the name; see
    /// [`Event`](crate::Event).
    pub fn on_event<M: 'static>(self, handler: impl EventHandler<M>) -> Self {
        let event = handler.event_name();
        self.on(event, handler)
    }

    /// Has a handler for the first event of this name; see [`Socket::once`].
    pub fn once<M: 'static>(self, event: &str, handler: impl Handler<M>) -> Self {
        self.handlers.shared.events.add(event, true, handler);
        self
    }

    /// Has a handler for each event that arrives; see [`Socket::on_any`].
    pub fn on_any<M: 'static>(self, handler: impl Handler<M>) -> Self {
        self.handlers.shared.any.add(handler);
        self
    }

    /// Has a handler for each time that it has connected; see [`Socket::on_connect`].
    pub fn on_connect<M: 'static>(self, handler: impl Handler<M>) -> Self {
        self.handlers.shared.connect.add(handler);
        self
    }

    /// Has a handler for each time that it was disconnected; see [`Socket::on_disconnect`].
    pub fn on_disconnect<M: 'static>(self, handler: impl Handler<M>) -> Self {
        self.handlers.shared.disconnect.add(handler);
        self
    }

    /// Has a handler for each time that connecting fails; see [`Socket::on_connect_error`].
    pub fn on_connect_error<M: 'static>(self, handler: impl Handler<M>) -> Self {
        self.handlers.connect_error.add(handler);
        self
    }

    /// What to tell the server at each connection; see [`SocketBuilder::auth`].
    pub fn auth(mut self, auth: impl Serialize) -> Self {
        self.settings = self.settings.auth(auth);
        self
    }

    /// The same, asked for at each connection; see [`SocketBuilder::auth_with`].
    pub fn auth_with<F, Fut, T>(mut self, auth: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = T> + Send + 'static,
        T: Serialize,
    {
        self.settings = self.settings.auth_with(auth);
        self
    }

    /// Sets options of the connection.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), salon_client::ConnectError> {
    /// use salon_client::Transport;
    ///
    /// let socket = salon_client::connect("http://localhost:3000")
    ///     .manager(|manager| manager.transports([Transport::WebSocket]).header("x-room", "blue"))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn manager(mut self, change: impl FnOnce(ManagerBuilder) -> ManagerBuilder) -> Self {
        self.manager = change(self.manager);
        self
    }

    /// Makes the manager and the socket, and connects, but does not wait for the connection, and
    /// comes back after failures as the manager is told: `connect(url).await` without waiting.
    ///
    /// # Errors
    /// When the URL or an option cannot be used, or this is not called within a tokio runtime.
    pub fn start(self) -> Result<Socket, ConnectError> {
        let namespace = Box::<str>::from(self.manager.namespace());
        let manager = self.manager.build()?;
        let handlers = Arc::new(self.handlers);
        let socket = manager.enter(&namespace, self.settings, handlers);
        socket.connect();
        Ok(socket)
    }
}

impl IntoFuture for Connect {
    type Output = Result<Socket, ConnectError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let socket = self.start()?;
            socket.connected().await?;
            Ok(socket)
        })
    }
}

impl fmt::Debug for Connect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connect")
            .field("manager", &self.manager)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
