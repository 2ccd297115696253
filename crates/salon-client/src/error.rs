//! Why a connection, an event or an answer did not come to pass.

use std::fmt;
use std::sync::Arc;

use salon_proto::client;
use serde_json::Value;

/// Why a socket did not connect: JavaScript's `connect_error`.
///
/// Either the server refused it ([`is_refused`](Self::is_refused)): then nobody tries again, until
/// [`Socket::connect`](crate::Socket::connect) is called. Or the server was not reached: then the
/// manager tries again by itself, if reconnection is on. Clones are cheap.
///
/// ```no_run
/// # async fn example() {
/// match salon_client::connect("http://localhost:3000/admin").await {
///     Ok(socket) => println!("connected as {:?}", socket.id()),
///     Err(error) if error.is_refused() => println!("no: {error}, {:?}", error.data()),
///     Err(error) => println!("not reached: {error}"),
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct ConnectError(Arc<Inner>);

struct Inner {
    kind: ConnectErrorKind,
    message: Box<str>,
    details: Option<Arc<str>>,
    data: Option<Value>,
}

/// What kind of reason a [`ConnectError`] has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectErrorKind {
    /// The URL or an option cannot be used; see the message.
    Config,
    /// The server refused the socket: a middleware said no, or there is no such namespace.
    Refused,
    /// The server could not be reached, or did not speak as a Socket.IO server.
    Transport,
    /// The server did not answer in time
    /// ([`ManagerBuilder::timeout`](crate::ManagerBuilder::timeout)), or its namespace did not
    /// ([`Timing::join_timeout`](crate::Timing)): then it may still.
    Timeout,
    /// The application's own auth function failed.
    Auth,
    /// This side stopped: the socket was disconnected or the manager closed, before or meanwhile.
    Closed,
}

impl ConnectError {
    pub(crate) fn new(kind: ConnectErrorKind, message: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            message: message.into(),
            details: None,
            data: None,
        }))
    }

    /// An option that cannot be used.
    pub(crate) fn config(error: &impl fmt::Display) -> Self {
        Self::new(ConnectErrorKind::Config, error.to_string())
    }

    /// As the protocol's core says it.
    pub(crate) fn from_core(error: &client::ConnectError) -> Self {
        use client::{ConnectError, Failure};
        let kind = match error {
            ConnectError::Refused { .. } => ConnectErrorKind::Refused,
            ConnectError::Session(error) if error.failure() == Failure::Timeout => {
                ConnectErrorKind::Timeout
            }
            ConnectError::Unanswered => ConnectErrorKind::Timeout,
            _ => ConnectErrorKind::Transport,
        };
        let details = match error {
            ConnectError::Session(error) => error.details().map(Into::into),
            _ => None,
        };
        Self(Arc::new(Inner {
            kind,
            message: error.message().into(),
            details,
            // What is no JSON is no data; the core has checked it.
            data: error
                .data()
                .and_then(|data| serde_json::from_str(data).ok()),
        }))
    }

    /// The connection could not be opened, or broke.
    pub(crate) fn from_session(error: &client::SessionError) -> Self {
        Self::from_core(&client::ConnectError::Session(error.clone()))
    }

    pub(crate) fn closed() -> Self {
        Self::new(ConnectErrorKind::Closed, "the socket is not connecting")
    }

    /// The message, the server's own where it refused: JavaScript's `error.message`. What is
    /// displayed has the [details](Self::details) too.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What more is known, in words: an error of the system, a status of HTTP.
    #[must_use]
    pub fn details(&self) -> Option<&str> {
        self.0.details.as_deref()
    }

    /// What the server's middleware gave along: JavaScript's `error.data`.
    #[must_use]
    pub fn data(&self) -> Option<&Value> {
        self.0.data.as_ref()
    }

    /// What kind of reason it is.
    #[must_use]
    pub fn kind(&self) -> ConnectErrorKind {
        self.0.kind
    }

    /// Whether the server was reached and said no. Nobody tries again by itself.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.kind() == ConnectErrorKind::Refused
    }
}

impl fmt::Debug for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("details", &self.0.details)
            .field("data", &self.0.data)
            .finish()
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.details() {
            Some(details) => write!(f, "{}: {details}", self.message()),
            None => f.write_str(self.message()),
        }
    }
}

impl std::error::Error for ConnectError {}
