//! Options of a socket.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use salon_proto::client::WhenFull;
use serde::Serialize;

use super::{Socket, Table};
use crate::auth::Auth;
use crate::manager::Manager;

/// How long to wait for an answer where nobody says. JavaScript waits for ever.
const ACK_TIMEOUT: Duration = Duration::from_secs(10);

/// What a socket was told when it was made.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) auth: Auth,
    pub(crate) retries: u32,
    pub(crate) ack_timeout: Duration,
    pub(crate) max_buffered_age: Option<Duration>,
    pub(crate) when_full: WhenFull,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            auth: Auth::default(),
            retries: 0,
            ack_timeout: ACK_TIMEOUT,
            max_buffered_age: None,
            when_full: WhenFull::default(),
        }
    }
}

/// Makes a [`Socket`] with options of its own. Made by [`Manager::socket_builder`].
///
/// ```no_run
/// # fn example(manager: salon_client::Manager) {
/// use std::time::Duration;
/// use serde_json::json;
///
/// let orders = manager
///     .socket_builder("/orders")
///     .auth(json!({"token": "s3cret"}))
///     .retries(3)
///     .ack_timeout(Duration::from_secs(5))
///     .build();
/// orders.connect();
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct SocketBuilder {
    manager: Manager,
    namespace: Box<str>,
    settings: Settings,
}

impl SocketBuilder {
    pub(crate) fn new(manager: Manager, namespace: &str) -> Self {
        Self {
            manager,
            namespace: namespace.into(),
            settings: Settings::default(),
        }
    }

    /// What to tell the server at each connection: anything that serde writes as an object.
    /// Default: nothing. JavaScript's `auth`.
    pub fn auth(mut self, auth: impl Serialize) -> Self {
        self.settings = self.settings.auth(auth);
        self
    }

    /// The same, asked for at each connection, since tokens expire.
    ///
    /// ```no_run
    /// # async fn fresh_token() -> String { String::new() }
    /// # fn example(manager: salon_client::Manager) {
    /// use serde_json::json;
    ///
    /// let socket = manager
    ///     .socket_builder("/")
    ///     .auth_with(|| async { json!({"token": fresh_token().await}) })
    ///     .build();
    /// # }
    /// ```
    pub fn auth_with<F, Fut, T>(mut self, auth: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = T> + Send + 'static,
        T: Serialize,
    {
        self.settings = self.settings.auth_with(auth);
        self
    }

    /// The same with a function that may fail. Its error is that of the connection
    /// ([`ConnectErrorKind::Auth`](crate::ConnectErrorKind::Auth)): `on_connect_error` hears of it, and
    /// nobody tries again until [`Socket::connect`] is called.
    pub fn try_auth_with<F, Fut, T, E>(mut self, auth: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
        T: Serialize,
        E: fmt::Display,
    {
        self.settings = self.settings.try_auth_with(auth);
        self
    }

    /// How often an event is sent again if the server does not answer it in time. Default: 0.
    ///
    /// With more, events are sent one after the other, each when the one before has been
    /// answered, and the server must answer each, so that it gets each at least once; it may get
    /// one twice. The time for each try is the [`ack_timeout`](Self::ack_timeout).
    pub fn retries(mut self, retries: u32) -> Self {
        self.settings.retries = retries;
        self
    }

    /// How long to wait for the server's answer. Default: 10 s. JavaScript, by default, waits
    /// for ever.
    pub fn ack_timeout(mut self, timeout: Duration) -> Self {
        self.settings.ack_timeout = timeout;
        self
    }

    /// How long an event may wait for a connection. Default: as long as it takes, as in
    /// JavaScript; but a client that was offline for an hour may not want to tell an hour's
    /// events at once.
    pub fn max_buffered_age(mut self, age: Duration) -> Self {
        self.settings.max_buffered_age = Some(age);
        self
    }

    /// What happens to an event when as many wait for a connection as may
    /// ([`Limits::max_outbox`](crate::Limits) and its like). Default: it is refused. JavaScript
    /// keeps all.
    pub fn when_full(mut self, when_full: WhenFull) -> Self {
        self.settings.when_full = when_full;
        self
    }

    /// Makes the socket, which does not connect yet.
    ///
    /// A manager has one socket for each namespace: if there is one, that one is returned, with the
    /// options that it had.
    #[must_use]
    pub fn build(self) -> Socket {
        let handlers = Arc::<Table>::default();
        self.manager.enter(&self.namespace, self.settings, handlers)
    }
}

impl Settings {
    pub(crate) fn auth(mut self, auth: impl Serialize) -> Self {
        self.auth = Auth::value(auth);
        self
    }

    pub(crate) fn auth_with<F, Fut, T>(self, auth: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = T> + Send + 'static,
        T: Serialize,
    {
        self.try_auth_with(move || {
            let asked = auth();
            async move { Ok::<_, std::convert::Infallible>(asked.await) }
        })
    }

    pub(crate) fn try_auth_with<F, Fut, T, E>(mut self, auth: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
        T: Serialize,
        E: fmt::Display,
    {
        self.auth = Auth::function(auth);
        self
    }
}

impl fmt::Debug for SocketBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketBuilder")
            .field("namespace", &self.namespace)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
