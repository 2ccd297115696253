//! The handlers of a namespace.

use std::sync::Arc;

use salon_handler::check;

use super::{Namespace, RoomEvent};
use crate::handler::{EventHandler, Failure, Handler, Registration};

/// Handlers. Several for the same occasion are called in the order of their registration.
impl Namespace {
    /// Called when a client has joined. Its data is the client's auth.
    pub fn on_connect<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.connect.add(handler))
    }

    /// Called for each event of this name.
    ///
    /// Names that no client may send, such as `connect`, have [`on_connect`](Self::on_connect)
    /// and the like in their place; to register a handler for one is logged as an error.
    pub fn on<M: 'static>(&self, event: &str, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.events.add(event, false, handler))
    }

    /// Called for the next event of this name, whichever client sends it, and for no other. For
    /// the next event of one client there is [`Socket::once`](crate::Socket::once).
    pub fn once<M: 'static>(&self, event: &str, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.events.add(event, true, handler))
    }

    /// Called for each event of the type of its last argument, which says the name; see
    /// [`Event`](crate::Event).
    pub fn on_event<M: 'static>(&self, handler: impl EventHandler<M>) -> Registration {
        let event = handler.event_name();
        self.on(event, handler)
    }

    /// Takes all handlers of an event away. For one of several there is [`Registration::off`].
    pub fn off(&self, event: &str) {
        self.0.handlers.shared.events.remove_all(event);
    }

    /// The events that have handlers, in no particular order.
    #[must_use]
    pub fn event_names(&self) -> Vec<String> {
        self.0.handlers.shared.events.names()
    }

    /// Called for each event that a client sends, before its middlewares and handlers. Answers
    /// to our own events are none.
    ///
    /// ```
    /// use salon::{AllArgs, EventName, Server, Value};
    ///
    /// let io = Server::new();
    /// io.on_any(|event: EventName, args: AllArgs<Value>| async move {
    ///     println!("{event} with {} arguments", args.0.len());
    /// });
    /// ```
    pub fn on_any<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.any.add(handler))
    }

    /// Called for each event that is sent to a client, once for each client of this server that
    /// gets it: the socket is the recipient. Answers to clients are no events.
    ///
    /// It runs with the recipient's handlers, after the event was queued. What it emits in this
    /// namespace would call it again, without end.
    ///
    /// ```
    /// use salon::{EventName, Server, Socket};
    ///
    /// let io = Server::new();
    /// io.of("/").on_any_outgoing(|to: Socket, event: EventName| async move {
    ///     println!("{event} to {}", to.id());
    /// });
    /// ```
    pub fn on_any_outgoing<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.any_outgoing.add(handler))
    }

    /// Called for each event that has no handler.
    ///
    /// ```
    /// use salon::{EventName, HandlerError, Server};
    ///
    /// let io = Server::new();
    /// io.on_unhandled(|event: EventName| async move {
    ///     Err::<(), _>(HandlerError::new(format!("there is no event {event}")))
    /// });
    /// ```
    pub fn on_unhandled<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.unhandled.add(handler))
    }

    /// Called when a client leaves, for whatever [reason](crate::DisconnectReason), before the
    /// `on_disconnect` handlers: until it first waits, [`Socket::rooms`](crate::Socket::rooms)
    /// tells the rooms that the client was in.
    ///
    /// For everybody else it has left these rooms already.
    ///
    /// ```
    /// use salon::{Server, Socket};
    ///
    /// let io = Server::new();
    /// io.on_disconnecting(|socket: Socket| async move {
    ///     for room in socket.rooms() {
    ///         socket.to(&room).emit("left", socket.id().as_str());
    ///     }
    /// });
    /// ```
    pub fn on_disconnecting<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.disconnecting.add(handler))
    }

    /// Called when a client has left, for whatever [reason](crate::DisconnectReason). Its rooms
    /// are left by then.
    pub fn on_disconnect<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.disconnect.add(handler))
    }
}

/// Middlewares, and what went wrong.
impl Namespace {
    /// Called before a client joins; its data is the client's auth. An error refuses the client.
    ///
    /// ```
    /// use salon::{HandlerError, Server};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Auth {
    ///     token: String,
    /// }
    ///
    /// let io = Server::new();
    /// io.of("/admin").middleware(|auth: Auth| async move {
    ///     if auth.token == "secret" {
    ///         Ok(())
    ///     } else {
    ///         Err(HandlerError::new("not authorised"))
    ///     }
    /// });
    /// ```
    pub fn middleware<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.middlewares.add(check(handler)))
    }

    /// Called before the handlers of each event; an error keeps the event from them.
    ///
    /// The client that asked for an acknowledgement gets the error as the answer, as from a
    /// handler, and [`on_error`](Self::on_error) is told. A middleware that waits holds up its
    /// event, and later ones may overtake it, as in Node.
    ///
    /// ```
    /// use salon::{EventName, HandlerError, Server, Socket};
    ///
    /// let io = Server::new();
    /// io.event_middleware(|socket: Socket, event: EventName| async move {
    ///     match event.starts_with("admin:") && !socket.rooms().contains(&"admins".into()) {
    ///         true => Err(HandlerError::new("not allowed")),
    ///         false => Ok(()),
    ///     }
    /// });
    /// ```
    pub fn event_middleware<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.0
            .handlers
            .register(|table| table.event_middlewares.add(check(handler)))
    }

    /// Called with whatever goes wrong in this namespace's handlers and middlewares: errors that
    /// they return, data that does not fit, panics, refused events and refused clients.
    ///
    /// It is told in any case, also where the client gets the error as its answer
    /// ([`Failure::is_answered`]). Where there is no such hook the log has what no client was
    /// told. Panics are always logged.
    pub fn on_error(&self, hook: impl Fn(&Failure<'_>) + Send + Sync + 'static) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.failures.add(Arc::new(hook)))
    }

    /// Called when a room comes into being or ends, and when a socket joins or leaves one; the
    /// room of each socket's own id included. Node: events of `adapter`.
    ///
    /// Events come one at a time and in the order in which things happened. The hook is called
    /// by whoever joins or leaves, after that is done, so it should be quick; it may itself join
    /// and leave.
    ///
    /// ```
    /// use salon::{RoomEvent, Server};
    ///
    /// let io = Server::new();
    /// io.of("/").on_room(|event| match event {
    ///     RoomEvent::Created(room) => println!("{room} is open"),
    ///     RoomEvent::Deleted(room) => println!("{room} is closed"),
    ///     _ => {}
    /// });
    /// ```
    pub fn on_room(&self, hook: impl Fn(&RoomEvent) + Send + Sync + 'static) -> Registration {
        self.0
            .handlers
            .register(|table| table.rooms.add(Arc::new(hook)))
    }
}
