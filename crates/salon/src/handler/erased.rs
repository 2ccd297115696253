//! Handlers of which only the call is known.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};

use super::failure::{self, Subject};
use super::place::Place;
use super::{Call, Handler, HandlerError};

/// A handler that was called. It answers and reports by itself.
pub(crate) type Task = BoxFuture<'static, ()>;

/// A handler of which only the call is known. `None`: its arguments could not be had.
pub(super) type Erased = Arc<dyn Fn(&Call<'_>) -> Option<Task> + Send + Sync>;

/// A middleware of which only the call is known.
pub(crate) type Check = Arc<dyn Fn(&Call<'_>) -> Checked + Send + Sync>;

/// Whether a middleware lets a client in, or an event through.
pub(crate) type Checked = BoxFuture<'static, Result<(), HandlerError>>;

/// `place` is named in reports.
pub(super) fn erase<M: 'static>(place: Place, handler: impl Handler<M>) -> Erased {
    let place = Arc::new(place);
    Arc::new(move |call| {
        let subject = Subject::new(Arc::clone(&place), call);
        match without_panic(|| handler.clone().invoke(call)) {
            Ok(future) => Some(Box::pin(async move {
                if let Err(error) = contained(future).await {
                    failure::report(&subject, &error);
                }
            })),
            Err(error) => {
                failure::report(&subject, &error);
                None
            }
        }
    })
}

pub(super) fn check<M: 'static>(handler: impl Handler<M>) -> Check {
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
