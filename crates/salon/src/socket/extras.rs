//! What the application keeps with a socket. It costs nothing until it is used.

use std::sync::Arc;

use salon_handler::Values;
use salon_proto::packet::json;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Socket;
use crate::handler::{HandlerError, Table};

/// Absent from a socket until there is something in it.
#[derive(Clone, Default)]
pub(super) struct Extras {
    /// JSON, since it may have to travel.
    data: Option<Arc<str>>,
    extensions: Values,
    /// Its own handlers; gone when it has disconnected, since they may hold the socket itself.
    pub(super) handlers: Option<Arc<Table>>,
    /// Held by the sequential handler that is running.
    pub(super) sequence: Option<Arc<tokio::sync::Mutex<()>>>,
}

/// What you keep with a socket.
impl Socket {
    /// Keeps data with the socket, in place of what was kept before: Node's `socket.data`.
    ///
    /// It is kept as JSON, since other servers of a cluster may ask for it. What means something
    /// in this process only is an [extension](Self::set_extension).
    ///
    /// # Errors
    /// When it cannot be written as JSON; binary data cannot.
    ///
    /// ```
    /// use salon::{HandlerError, Server, Socket};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize)]
    /// struct User {
    ///     name: String,
    /// }
    ///
    /// let io = Server::new();
    /// io.middleware(|socket: Socket, user: User| async move { socket.set_data(user) });
    /// io.on("who am I?", |socket: Socket| async move {
    ///     let user: User = socket.data()?;
    ///     Ok::<_, HandlerError>(user.name)
    /// });
    /// ```
    pub fn set_data(&self, data: impl Serialize) -> Result<(), HandlerError> {
        let mut text = Vec::new();
        json::write_value(&mut text, &data)?;
        let text = String::from_utf8(text)?;
        let before = self.with_extras(|extras| extras.data.replace(text.into()));
        drop(before);
        self.update_kept();
        Ok(())
    }

    /// The data that is kept with the socket; `{}` if none is.
    ///
    /// # Errors
    /// When it does not fit `T`.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        read_data(self.data_json().as_deref())
    }

    /// Keeps a value with the socket, one for each type. A handler gets it as an
    /// [`Extension<T>`](crate::Extension) argument.
    ///
    /// It lives as long as the socket: do not put the socket itself into it, or both live for
    /// ever.
    ///
    /// ```
    /// use salon::{Extension, Server, Socket};
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// let io = Server::new();
    /// io.on_connect(|socket: Socket| async move { socket.set_extension(AtomicU64::new(0)) });
    /// io.on("count", |clicks: Extension<AtomicU64>| async move {
    ///     clicks.fetch_add(1, Ordering::Relaxed) + 1
    /// });
    /// ```
    pub fn set_extension<T: Send + Sync + 'static>(&self, value: T) {
        let before = self.with_extras(|extras| extras.extensions.set(value));
        // Its end may run code of the application, which no lock of ours may wait for.
        drop(before);
        self.update_kept();
    }

    /// The value of this type that is kept with the socket.
    #[must_use]
    pub fn extension<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.extras.lock().as_ref()?.extensions.get()
    }

    /// The data as it is kept.
    pub(crate) fn data_json(&self) -> Option<Arc<str>> {
        self.0.extras.lock().as_ref()?.data.clone()
    }

    /// A copy of what is kept with it for its client.
    pub(super) fn kept(&self) -> Kept {
        let extras = self.0.extras.lock();
        Kept(extras.as_ref().map(|extras| {
            Box::new(Extras {
                data: extras.data.clone(),
                extensions: extras.extensions.clone(),
                ..Extras::default()
            })
        }))
    }

    pub(super) fn with_extras<R>(&self, change: impl FnOnce(&mut Extras) -> R) -> R {
        change(self.0.extras.lock().get_or_insert_default())
    }
}

/// What was kept with a socket, while its client is away.
#[derive(Clone, Default)]
pub(crate) struct Kept(pub(super) Option<Box<Extras>>);

impl Kept {
    pub(crate) fn data<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        let extras = self.0.as_ref();
        read_data(extras.and_then(|extras| extras.data.as_deref()))
    }
}

pub(crate) fn read_data<T: DeserializeOwned>(text: Option<&str>) -> Result<T, HandlerError> {
    let data = json::read_value(text.unwrap_or("{}"));
    data.map_err(|error| HandlerError::new(format!("socket data: {error}")))
}
