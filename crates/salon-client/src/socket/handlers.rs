//! The handlers of a socket.

use std::sync::Arc;

use salon_handler::{Handlers, Key, Remove};

use super::Socket;
use crate::{EventHandler, Failure, Handler, Registration};

/// The handlers of one socket. A clone has the same handlers, and goes its own way.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) shared: salon_handler::Table<Socket>,
    /// When connecting has failed.
    pub(crate) connect_error: Handlers<Socket>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            shared: salon_handler::Table::default(),
            connect_error: Handlers::new("connection errors"),
        }
    }
}

impl Remove for Table {
    fn remove(&self, key: &Key) -> bool {
        self.shared.remove(key) || self.connect_error.remove(key)
    }
}

impl Table {
    pub(crate) fn register(self: &Arc<Self>, key: impl Into<Key>) -> Registration {
        Registration::new(self, key)
    }

    /// Forgets all handlers, and what they have captured.
    pub(crate) fn clear(&self) {
        self.shared.clear();
        self.connect_error.clear();
    }
}

/// Handlers are async functions and closures, as on the server: first what they need to know, such
/// as the [`Socket`] or an [`Ack`](crate::Ack), and last the event's data. What they return is the
/// answer, if the server asked for one.
impl Socket {
    /// Called for each event of this name.
    ///
    /// Handlers start in the order in which their events arrive. One that waits for something
    /// does not hold up the next; [`sequential`](crate::sequential) changes that.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// use salon_client::Socket;
    ///
    /// socket.on("add", |(a, b): (i64, i64)| async move { a + b });
    /// socket.on("hello", |socket: Socket, name: String| async move {
    ///     socket.emit("greeting", format!("Hello {name}!"));
    /// });
    /// # }
    /// ```
    pub fn on<M: 'static>(&self, event: &str, handler: impl Handler<M>) -> Registration {
        let table = self.table();
        table.register(table.shared.events.add(event, false, handler))
    }

    /// Called for each event of the type of its last argument, which says the name; see
    /// [`Event`](crate::Event).
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// use salon_client::Event;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Event, Serialize, Deserialize)]
    /// struct Greeting {
    ///     name: String,
    /// }
    ///
    /// socket.on_event(|greeting: Greeting| async move { println!("{} greets", greeting.name) });
    /// socket.emit_event(&Greeting { name: "Ada".into() });
    /// # }
    /// ```
    pub fn on_event<M: 'static>(&self, handler: impl EventHandler<M>) -> Registration {
        let event = handler.event_name();
        self.on(event, handler)
    }

    /// Called for the next event of this name and no other.
    pub fn once<M: 'static>(&self, event: &str, handler: impl Handler<M>) -> Registration {
        let table = self.table();
        table.register(table.shared.events.add(event, true, handler))
    }

    /// Takes all handlers of an event away. [`Registration::off`] takes one.
    pub fn off(&self, event: &str) {
        self.table().shared.events.remove_all(event);
    }

    /// The events that have handlers, in no particular order.
    #[must_use]
    pub fn event_names(&self) -> Vec<String> {
        self.table().shared.events.names()
    }

    /// Called for each event that arrives, before the handlers of its name. It does not count as
    /// a handler of the event: what only it sees still goes to [`recv`](Self::recv).
    pub fn on_any<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        let table = self.table();
        table.register(table.shared.any.add(handler))
    }

    /// Called for each event that is sent, when it is: an event that waits for a connection is
    /// not sent yet.
    pub fn on_any_outgoing<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        let table = self.table();
        table.register(table.shared.any_outgoing.add(handler))
    }

    /// Called for events that no other handler is for, in place of [`recv`](Self::recv).
    pub fn on_unhandled<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        let table = self.table();
        table.register(table.shared.unhandled.add(handler))
    }

    /// Called when it has connected, the first time and each time again. The events that had
    /// waited are sent before.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// use salon_client::Socket;
    ///
    /// socket.on_connect(|socket: Socket| async move {
    ///     println!("connected as {:?}", socket.id());
    /// });
    /// # }
    /// ```
    pub fn on_connect<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        let table = self.table();
        table.register(table.shared.connect.add(handler))
    }

    /// Called when it was connected and is not any more, with the
    /// [`DisconnectReason`](crate::DisconnectReason) if the handler has it as an argument.
    /// [`is_active`](Self::is_active) says whether it will come back by itself.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// use salon_client::DisconnectReason;
    ///
    /// socket.on_disconnect(|reason: DisconnectReason| async move { println!("gone: {reason}") });
    /// # }
    /// ```
    pub fn on_disconnect<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        let table = self.table();
        table.register(table.shared.disconnect.add(handler))
    }

    /// Called when connecting has failed, with the [`ConnectError`](crate::ConnectError) if the
    /// handler has it as an argument.
    ///
    /// ```no_run
    /// # fn example(socket: salon_client::Socket) {
    /// use salon_client::{ConnectError, Socket};
    ///
    /// socket.on_connect_error(|socket: Socket, error: ConnectError| async move {
    ///     let next = if socket.is_active() { "trying again" } else { "giving up" };
    ///     println!("{error}; {next}");
    /// });
    /// # }
    /// ```
    pub fn on_connect_error<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        let table = self.table();
        table.register(table.connect_error.add(handler))
    }

    /// Told of each failure of a handler: it returned an error, panicked, or the event's data did
    /// not fit it. Without such a hook the log has what the server was not told.
    pub fn on_error(&self, hook: impl Fn(&Failure<'_>) + Send + Sync + 'static) -> Registration {
        let table = self.table();
        table.register(table.shared.failures.add(Arc::new(hook)))
    }
}
