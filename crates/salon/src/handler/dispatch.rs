//! What happens to an event: hooks, middlewares, handlers.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::call::{Data, Occasion};
use super::erased::{Check, Task};
use super::place::Place;
use super::{Call, Table, failure};
use crate::ack::Ack;
use crate::socket::Socket;

/// The tables that a socket's handlers are in, in the order in which they are called.
pub(crate) struct Tables {
    tables: [Option<Arc<Table>>; 3],
}

impl Tables {
    pub(crate) const fn new(tables: [Option<Arc<Table>>; 3]) -> Self {
        Self { tables }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.iter().flatten()
    }

    /// Calls all handlers of a place that is no event.
    pub(crate) fn call(&self, place: &Place, call: &Call<'_>, start: &mut dyn FnMut(Task)) {
        for table in self.iter() {
            table.call(place, call, start);
        }
    }

    pub(crate) fn has(&self, place: &Place) -> bool {
        self.iter().any(|table| table.has(place))
    }

    pub(crate) fn middlewares(&self) -> Vec<Check> {
        self.iter().flat_map(|table| table.middlewares()).collect()
    }

    /// An event arrived: the hooks for any event see it, then the middlewares decide, and then
    /// its handlers are called.
    pub(crate) fn dispatch(&self, call: &Call<'_>, start: &mut dyn FnMut(Task)) {
        self.call(&Place::Any, call, start);
        if !self.iter().any(|table| table.has_event_middlewares()) {
            return self.handle(call, start);
        }
        let middlewares = self.iter().flat_map(|table| table.event_middlewares());
        let middlewares = middlewares.collect();
        let Some(event) = OwnedEvent::new(call) else {
            return;
        };
        start(Box::pin(event.check_and_handle(middlewares)));
    }

    fn handle(&self, call: &Call<'_>, start: &mut dyn FnMut(Task)) {
        let Some(name) = call.event() else { return };
        let mut is_handled = false;
        for table in self.iter() {
            is_handled |= table.call_event(name, call, start);
        }
        if !is_handled {
            self.call(&Place::Unhandled, call, start);
        }
    }
}

/// An event that outlives its packet, since a middleware may have to wait.
struct OwnedEvent {
    socket: Socket,
    name: Box<str>,
    array: Box<str>,
    attachments: Vec<Bytes>,
    ack: Ack,
}

impl OwnedEvent {
    fn new(call: &Call<'_>) -> Option<Self> {
        let (array, attachments) = call.event_data()?;
        Some(Self {
            socket: call.socket().clone(),
            name: call.event()?.into(),
            array: array.into(),
            attachments: attachments.to_vec(),
            ack: call.ack(),
        })
    }

    fn call(&self) -> Call<'_> {
        let data = Data::Event {
            array: &self.array,
            attachments: &self.attachments,
        };
        Call::new(
            &self.socket,
            Occasion::Event(&self.name),
            data,
            self.ack.clone(),
        )
    }

    /// Runs the middlewares one after the other, and then the handlers side by side.
    async fn check_and_handle(self, middlewares: Vec<Check>) {
        for middleware in middlewares {
            let checked = middleware(&self.call());
            if let Err(error) = checked.await {
                return failure::refuse_event(&self.call(), &error);
            }
        }
        if !self.socket.is_connected() {
            return;
        }
        let mut running = FuturesUnordered::new();
        let tables = self.socket.tables();
        tables.handle(&self.call(), &mut |task| running.push(task));
        drop((tables, self));
        while running.next().await.is_some() {}
    }
}
