//! The handlers of one socket only.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use salon_handler::check;

use super::Socket;
use super::membership::Membership;
use crate::handler::{EventHandler, Handler, Registration, Table, Tables, Task};

/// Handlers for this socket only, called after those of its namespace. They cost memory for each
/// socket that has them, and are dropped when it has disconnected; so they may hold the socket
/// itself. Prefer the [namespace's](crate::Namespace::on) for what all sockets do alike.
impl Socket {
    /// Called for each event of this name.
    ///
    /// ```
    /// use salon::{Server, Socket};
    ///
    /// let io = Server::new();
    /// io.on_connect(|socket: Socket| async move {
    ///     let same = socket.clone();
    ///     socket.on("hello", move || async move {
    ///         same.emit("hello yourself", ());
    ///     });
    /// });
    /// ```
    pub fn on<M: 'static>(&self, event: &str, handler: impl Handler<M>) -> Registration {
        self.own_table()
            .register(|table| table.shared.events.add(event, false, handler))
    }

    /// Called for the next event of this name and no other.
    pub fn once<M: 'static>(&self, event: &str, handler: impl Handler<M>) -> Registration {
        self.own_table()
            .register(|table| table.shared.events.add(event, true, handler))
    }

    /// Called for each event of the type of its last argument, which says the name; see
    /// [`Event`](crate::Event).
    pub fn on_event<M: 'static>(&self, handler: impl EventHandler<M>) -> Registration {
        let event = handler.event_name();
        self.on(event, handler)
    }

    /// Takes all handlers away that this socket alone has for an event.
    pub fn off(&self, event: &str) {
        self.own_table().shared.events.remove_all(event);
    }

    /// Called for each event; see [`Namespace::on_any`](crate::Namespace::on_any).
    pub fn on_any<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.own_table()
            .register(|table| table.shared.any.add(handler))
    }

    /// Called before the handlers of each event; see
    /// [`Namespace::event_middleware`](crate::Namespace::event_middleware).
    pub fn event_middleware<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.own_table()
            .register(|table| table.event_middlewares.add(check(handler)))
    }

    /// Called when it disconnects, while its rooms can be seen; see
    /// [`Namespace::on_disconnecting`](crate::Namespace::on_disconnecting).
    pub fn on_disconnecting<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.own_table()
            .register(|table| table.disconnecting.add(handler))
    }

    /// Called when it has disconnected; see
    /// [`Namespace::on_disconnect`](crate::Namespace::on_disconnect).
    pub fn on_disconnect<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.own_table()
            .register(|table| table.shared.disconnect.add(handler))
    }

    /// The table of this socket alone. One that is gone gets a table that nobody looks into.
    fn own_table(&self) -> Arc<Table> {
        let membership = self.0.membership.lock();
        match &*membership {
            Membership::Gone(_) => Arc::default(),
            _ => self.with_extras(|extras| {
                self.0.has_handlers.store(true, Ordering::Release);
                Arc::clone(extras.handlers.get_or_insert_default())
            }),
        }
    }
}

/// For the rest of the crate.
impl Socket {
    /// All tables with handlers for this socket.
    pub(crate) fn tables(&self) -> Tables<'_> {
        self.tables_with(self.own_handlers())
    }

    /// The same for one whose own handlers are gone otherwise.
    pub(super) fn tables_with(&self, own: Option<Arc<Table>>) -> Tables<'_> {
        let namespace = &self.0.namespace;
        Tables {
            parent: namespace.parent().map(|parent| &*parent.handlers),
            namespace: &namespace.handlers,
            own,
        }
    }

    fn own_handlers(&self) -> Option<Arc<Table>> {
        // Asked for each event, so it is not asked under the lock.
        if !self.0.has_handlers.load(Ordering::Acquire) {
            return None;
        }
        self.0.extras.lock().as_ref()?.handlers.clone()
    }

    /// Runs a handler that was called on behalf of this socket.
    pub(crate) fn start(&self, task: Task) {
        self.0.connection.session.start(task);
    }

    /// What its sequential handlers wait for.
    pub(crate) fn sequence(&self) -> Arc<tokio::sync::Mutex<()>> {
        self.with_extras(|extras| Arc::clone(extras.sequence.get_or_insert_default()))
    }

    /// Its own handlers, for the last time.
    pub(super) fn take_handlers(&self) -> Option<Arc<Table>> {
        self.0.has_handlers.store(false, Ordering::Release);
        self.0.extras.lock().as_mut()?.handlers.take()
    }
}
