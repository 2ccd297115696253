//! What a manager tells: its handlers.

use std::sync::Arc;

use salon_handler::{Handlers, Key, Remove};

use super::Manager;
use crate::Registration;

/// A handler of a [`Manager`]: an async function or closure, like those of sockets. Its first
/// arguments may be the [`Manager`] and [`State<T>`](crate::State).
pub trait ManagerHandler<M>: salon_handler::Handler<Manager, M> {}

impl<M, H: salon_handler::Handler<Manager, M>> ManagerHandler<M> for H {}

/// The handlers of one manager.
pub(crate) struct Table {
    pub(crate) open: Handlers<Manager>,
    pub(crate) close: Handlers<Manager>,
    pub(crate) reconnect_attempt: Handlers<Manager>,
    pub(crate) reconnect: Handlers<Manager>,
    pub(crate) reconnect_error: Handlers<Manager>,
    pub(crate) reconnect_failed: Handlers<Manager>,
    pub(crate) error: Handlers<Manager>,
    pub(crate) ping: Handlers<Manager>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            open: Handlers::new("opened connections"),
            close: Handlers::new("closed connections"),
            reconnect_attempt: Handlers::new("reconnection attempts"),
            reconnect: Handlers::new("reconnection"),
            reconnect_error: Handlers::new("reconnection errors"),
            reconnect_failed: Handlers::new("failed reconnection"),
            error: Handlers::new("connection errors"),
            ping: Handlers::new("pings"),
        }
    }
}

impl Table {
    fn all(&self) -> [&Handlers<Manager>; 8] {
        [
            &self.open,
            &self.close,
            &self.reconnect_attempt,
            &self.reconnect,
            &self.reconnect_error,
            &self.reconnect_failed,
            &self.error,
            &self.ping,
        ]
    }

    /// Forgets all handlers, and what they have captured.
    pub(crate) fn clear(&self) {
        self.all().into_iter().for_each(Handlers::clear);
    }
}

impl Remove for Table {
    fn remove(&self, key: &Key) -> bool {
        self.all().into_iter().any(|handlers| handlers.remove(key))
    }
}

/// What the manager tells about its connection. Sockets tell about theirs:
/// [`Socket::on_connect`](crate::Socket::on_connect) and its neighbours.
impl Manager {
    /// Called when the connection is open, the first time and each time again; sockets are not
    /// connected yet.
    pub fn on_open<M: 'static>(&self, handler: impl ManagerHandler<M>) -> Registration {
        self.register(|table| table.open.add(handler))
    }

    /// Called when the connection was open and is closed, with the
    /// [`CloseReason`](crate::CloseReason) if the handler has it as an argument.
    pub fn on_close<M: 'static>(&self, handler: impl ManagerHandler<M>) -> Registration {
        self.register(|table| table.close.add(handler))
    }

    /// Called before each attempt to connect again, with its number, from 1.
    ///
    /// ```no_run
    /// # fn example(manager: salon_client::Manager) {
    /// manager.on_reconnect_attempt(|attempt: u32| async move { println!("attempt {attempt}") });
    /// # }
    /// ```
    pub fn on_reconnect_attempt<M: 'static>(
        &self,
        handler: impl ManagerHandler<M>,
    ) -> Registration {
        self.register(|table| table.reconnect_attempt.add(handler))
    }

    /// Called when an attempt has succeeded, with its number.
    pub fn on_reconnect<M: 'static>(&self, handler: impl ManagerHandler<M>) -> Registration {
        self.register(|table| table.reconnect.add(handler))
    }

    /// Called when an attempt has failed, with the [`ConnectError`](crate::ConnectError) if the
    /// handler has it as an argument.
    pub fn on_reconnect_error<M: 'static>(&self, handler: impl ManagerHandler<M>) -> Registration {
        self.register(|table| table.reconnect_error.add(handler))
    }

    /// Called when all attempts have failed and there will be no more.
    pub fn on_reconnect_failed<M: 'static>(&self, handler: impl ManagerHandler<M>) -> Registration {
        self.register(|table| table.reconnect_failed.add(handler))
    }

    /// Called when the connection cannot be opened, the first time or again, with the
    /// [`ConnectError`](crate::ConnectError) if the handler has it as an argument.
    pub fn on_error<M: 'static>(&self, handler: impl ManagerHandler<M>) -> Registration {
        self.register(|table| table.error.add(handler))
    }

    /// Called for each ping of the server, by default every 25 seconds.
    pub fn on_ping<M: 'static>(&self, handler: impl ManagerHandler<M>) -> Registration {
        self.register(|table| table.ping.add(handler))
    }

    fn register(&self, add: impl FnOnce(&Table) -> Key) -> Registration {
        let table = self.0.handlers.get_or_init(Arc::default);
        Registration::new(table, add(table))
    }
}
