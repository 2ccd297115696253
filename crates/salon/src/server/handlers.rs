//! The handlers of the namespace `/`.

use std::sync::Arc;

use super::Server;
use crate::handler::{EventHandler, Failure, Handler, Registration};

/// Handlers of the namespace `/`.
impl Server {
    /// Called for each event of this name; see [`Namespace::on`](crate::Namespace::on).
    pub fn on<M: 'static>(&self, event: &str, handler: impl Handler<M>) -> Registration {
        self.root().on(event, handler)
    }

    /// Called for the next event of this name and no other; see
    /// [`Namespace::once`](crate::Namespace::once).
    pub fn once<M: 'static>(&self, event: &str, handler: impl Handler<M>) -> Registration {
        self.root().once(event, handler)
    }

    /// Called for each event of the type of its last argument, which says the name; see
    /// [`Event`](crate::Event).
    pub fn on_event<M: 'static>(&self, handler: impl EventHandler<M>) -> Registration {
        self.root().on_event(handler)
    }

    /// Takes all handlers of an event away.
    pub fn off(&self, event: &str) {
        self.root().off(event);
    }

    /// Called when a client has connected; see
    /// [`Namespace::on_connect`](crate::Namespace::on_connect).
    pub fn on_connect<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.root().on_connect(handler)
    }

    /// Called for each event that a client sends; see
    /// [`Namespace::on_any`](crate::Namespace::on_any).
    pub fn on_any<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.root().on_any(handler)
    }

    /// Called for each event that has no handler; see
    /// [`Namespace::on_unhandled`](crate::Namespace::on_unhandled).
    pub fn on_unhandled<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.root().on_unhandled(handler)
    }

    /// Called when a client goes, while its rooms can be seen; see
    /// [`Namespace::on_disconnecting`](crate::Namespace::on_disconnecting).
    pub fn on_disconnecting<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.root().on_disconnecting(handler)
    }

    /// Called when a client has gone; see
    /// [`Namespace::on_disconnect`](crate::Namespace::on_disconnect).
    pub fn on_disconnect<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.root().on_disconnect(handler)
    }

    /// Called before a client connects; an error refuses it; see
    /// [`Namespace::middleware`](crate::Namespace::middleware).
    pub fn middleware<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.root().middleware(handler)
    }

    /// Called before the handlers of each event; an error keeps the event from them; see
    /// [`Namespace::event_middleware`](crate::Namespace::event_middleware).
    pub fn event_middleware<M: 'static>(&self, handler: impl Handler<M>) -> Registration {
        self.root().event_middleware(handler)
    }
}

/// All namespaces.
impl Server {
    /// Called with whatever goes wrong in handlers and middlewares, in **any** namespace; see
    /// [`Namespace::on_error`](crate::Namespace::on_error), which is told first.
    pub fn on_error(&self, hook: impl Fn(&Failure<'_>) + Send + Sync + 'static) -> Registration {
        self.0
            .handlers
            .register(|table| table.shared.failures.add(Arc::new(hook)))
    }
}
