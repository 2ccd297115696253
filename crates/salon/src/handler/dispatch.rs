//! What happens to an event: hooks, middlewares, handlers.

use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use salon_handler::{OwnedEvent, Start, Task, handle, refuse_event};

use super::{Ack, Call, Check, Table};
use crate::socket::Socket;

/// The tables that a socket's handlers are in, in the order in which they are called.
pub(crate) struct Tables<'a> {
    pub(crate) parent: Option<&'a Table>,
    pub(crate) namespace: &'a Table,
    /// Rarely there.
    pub(crate) own: Option<Arc<Table>>,
}

impl Tables<'_> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Table> + Clone {
        let (parent, own) = (self.parent.into_iter(), self.own.as_deref());
        parent.chain([self.namespace]).chain(own)
    }

    pub(crate) fn connect(&self, call: &Call<'_>, start: &mut Start<'_>) {
        self.iter()
            .for_each(|table| table.shared.connect.call(call, start));
    }

    pub(crate) fn disconnecting(&self, call: &Call<'_>, start: &mut Start<'_>) {
        self.iter()
            .for_each(|table| table.disconnecting.call(call, start));
    }

    pub(crate) fn disconnect(&self, call: &Call<'_>, start: &mut Start<'_>) {
        self.iter()
            .for_each(|table| table.shared.disconnect.call(call, start));
    }

    fn handle(&self, call: &Call<'_>, start: &mut Start<'_>) {
        handle(self.iter().map(|table| &table.shared), call, start);
    }
}

/// An event arrived: the hooks for any event see it, then the middlewares decide, and then its
/// handlers are called.
pub(crate) fn dispatch(call: &Call<'_>, start: &mut Start<'_>) {
    let tables = call.socket().tables();
    tables
        .iter()
        .for_each(|table| table.shared.any.call(call, start));
    if tables
        .iter()
        .all(|table| table.event_middlewares.is_empty())
    {
        return tables.handle(call, start);
    }
    let middlewares = tables
        .iter()
        .flat_map(|table| table.event_middlewares.items());
    let middlewares = middlewares.collect();
    let Some(event) = OwnedEvent::of(call) else {
        return;
    };
    let (socket, ack) = (call.socket().clone(), call.ack());
    start.start(Box::pin(check_and_handle(socket, event, ack, middlewares)));
}

/// Runs the middlewares one after the other, and then the handlers side by side.
async fn check_and_handle(socket: Socket, event: OwnedEvent, ack: Ack, middlewares: Vec<Check>) {
    for middleware in middlewares {
        let checked = middleware(&event.call(&socket, ack.clone()));
        if let Err(error) = checked.await {
            return refuse_event(&event.call(&socket, ack), &error);
        }
    }
    if !socket.is_connected() {
        return;
    }
    let mut running = FuturesUnordered::new();
    handle_later(&event.call(&socket, ack), &mut |task| running.push(task));
    drop((socket, event));
    while running.next().await.is_some() {}
}

fn handle_later(call: &Call<'_>, keep: &mut dyn FnMut(Task)) {
    let tables = call.socket().tables();
    tables.handle(call, &mut Start::later(keep));
}

/// Shows an event on its way out to the hooks of one recipient. To be called under no lock.
pub(crate) fn show(event: &OwnedEvent, recipient: &Socket) {
    let call = event.call(recipient, Ack::unwanted());
    let mut keep = |task| recipient.start(task);
    let start = &mut Start::later(&mut keep);
    for table in recipient.tables().iter() {
        table.shared.any_outgoing.call(&call, start);
    }
}
