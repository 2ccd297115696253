//! The handlers of a namespace.

use std::collections::HashMap;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};
use parking_lot::RwLock;
use salon_proto::SocketId;
use serde_json::json;

use super::{Call, Handler, HandlerError};
use crate::ack::Ack;

/// A handler that was called. It answers and reports by itself.
type Task = BoxFuture<'static, ()>;

/// A handler of which only the call is known. `None`: its arguments could not be had.
type Erased = Arc<dyn Fn(&Call<'_>) -> Option<Task> + Send + Sync>;

/// A middleware of which only the call is known.
type Check = Arc<dyn Fn(&Call<'_>) -> Checked + Send + Sync>;

/// Whether a middleware lets a client in.
pub(crate) type Checked = BoxFuture<'static, Result<(), HandlerError>>;

/// Handlers are registered once for a namespace, not for each socket.
#[derive(Default)]
pub(crate) struct Table {
    middlewares: RwLock<Vec<Check>>,
    connect: RwLock<Arc<[Erased]>>,
    disconnect: RwLock<Arc<[Erased]>>,
    events: RwLock<HashMap<Box<str>, Arc<[Erased]>>>,
}

impl Table {
    pub(crate) fn add_middleware<M: 'static>(&self, handler: impl Handler<M>) {
        self.middlewares.write().push(check(handler));
    }

    pub(crate) fn add_connect<M: 'static>(&self, handler: impl Handler<M>) {
        append(&mut self.connect.write(), erase("connection", handler));
    }

    pub(crate) fn add_disconnect<M: 'static>(&self, handler: impl Handler<M>) {
        append(
            &mut self.disconnect.write(),
            erase("disconnection", handler),
        );
    }

    pub(crate) fn add_event<M: 'static>(&self, name: &str, handler: impl Handler<M>) {
        let mut events = self.events.write();
        let what = format!("event {name:?}");
        append(
            events.entry(name.into()).or_default(),
            erase(&what, handler),
        );
    }

    pub(crate) fn middlewares(&self) -> Vec<Check> {
        self.middlewares.read().clone()
    }

    pub(crate) fn on_connect(&self, call: &Call<'_>, start: impl FnMut(Task)) {
        let handlers = Arc::clone(&self.connect.read());
        call_all(&handlers, call, start);
    }

    pub(crate) fn on_disconnect(&self, call: &Call<'_>, start: impl FnMut(Task)) {
        let handlers = Arc::clone(&self.disconnect.read());
        call_all(&handlers, call, start);
    }

    pub(crate) fn on_event(&self, name: &str, call: &Call<'_>, start: impl FnMut(Task)) {
        let handlers = self.events.read().get(name).cloned();
        if let Some(handlers) = handlers {
            call_all(&handlers, call, start);
        }
    }
}

fn call_all(handlers: &[Erased], call: &Call<'_>, start: impl FnMut(Task)) {
    let tasks = handlers.iter().filter_map(|handler| handler(call));
    tasks.for_each(start);
}

fn append(list: &mut Arc<[Erased]>, handler: Erased) {
    *list = list.iter().cloned().chain([handler]).collect();
}

/// `what` names the occasion in reports.
fn erase<M: 'static>(what: &str, handler: impl Handler<M>) -> Erased {
    let what = Arc::<str>::from(what);
    Arc::new(move |call| {
        let (what, ack, socket) = (Arc::clone(&what), call.ack(), call.socket().id());
        match without_panic(|| handler.clone().invoke(call)) {
            Ok(future) => Some(Box::pin(async move {
                if let Err(error) = contained(future).await {
                    report(&error, &ack, &what, socket);
                }
            })),
            Err(error) => {
                report(&error, &ack, &what, socket);
                None
            }
        }
    })
}

fn check<M: 'static>(handler: impl Handler<M>) -> Check {
    Arc::new(
        move |call| match without_panic(|| handler.clone().invoke(call)) {
            Ok(future) => Box::pin(contained(future)),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        },
    )
}

/// A panic in what a handler does before its future, such as reading its arguments, is an error
/// of that handler and of nothing else.
fn without_panic<T>(call: impl FnOnce() -> Result<T, HandlerError>) -> Result<T, HandlerError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(HandlerError::panicked()))
}

/// The same for the future itself.
async fn contained<T>(
    future: impl Future<Output = Result<T, HandlerError>>,
) -> Result<T, HandlerError> {
    let ended = AssertUnwindSafe(future).catch_unwind().await;
    ended.unwrap_or_else(|_| Err(HandlerError::panicked()))
}

/// One rule: the client that asked for an answer gets the error, otherwise the log does. A panic
/// is a bug, which the log has in any case.
fn report(error: &HandlerError, ack: &Ack, what: &str, socket: SocketId) {
    if error.is_panic() {
        tracing::error!(%socket, "the handler of {what} panicked; its session goes on without it");
    }
    if ack.is_wanted() {
        let answer = match error.data() {
            Some(data) => json!({"error": error.message(), "data": data}),
            None => json!({"error": error.message()}),
        };
        let _ = ack.send(&answer);
    } else if !error.is_panic() {
        tracing::warn!(%socket, "the handler of {what} failed: {error}");
    }
}
