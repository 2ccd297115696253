//! Handlers of which only the call is known.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt};

use crate::call::Call;
use crate::error::HandlerError;
use crate::failure::{self, Subject};
use crate::handler::{Handler, run};
use crate::peer::Peer;
use crate::place::Place;
use crate::running::{Running, Start};

/// A handler of which only the call is known. It answers and reports by itself.
pub(crate) type Erased<P> = Arc<dyn Fn(&Call<'_, P>, &mut Start<'_>) + Send + Sync>;

/// A handler that decides, of which only the call is known.
pub type Check<P> = Arc<dyn Fn(&Call<'_, P>) -> Checked + Send + Sync>;

/// Whether a middleware lets a client in, or an event through.
pub type Checked = BoxFuture<'static, Result<(), HandlerError>>;

/// `place` is named in reports.
pub(crate) fn erase<P: Peer, M: 'static, H: Handler<P, M>>(place: Place, handler: H) -> Erased<P> {
    let place = Arc::new(place);
    Arc::new(
        move |call, start| match without_panic(|| handler.clone().invoke(call)) {
            Ok(future) => Running::<P, M, H>::begin(future, &place, call, start),
            Err(error) => {
                let subject = Subject::new(Arc::clone(&place), call);
                failure::report(&subject, &error);
            }
        },
    )
}

/// Makes a check of a handler.
pub fn check<P: Peer, M: 'static, H: Handler<P, M>>(handler: H) -> Check<P> {
    Arc::new(
        move |call| match without_panic(|| handler.clone().invoke(call)) {
            Ok(future) => {
                let ended = run::<P, M, H>(future, call.ack());
                Box::pin(async move {
                    let ended = AssertUnwindSafe(ended).catch_unwind().await;
                    ended.unwrap_or_else(|_| Err(HandlerError::panicked()))
                })
            }
            Err(error) => Box::pin(std::future::ready(Err(error))),
        },
    )
}

/// A panic in what a handler does before its future, such as reading its arguments, is an error
/// of that handler and of nothing else.
fn without_panic<T>(call: impl FnOnce() -> Result<T, HandlerError>) -> Result<T, HandlerError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(HandlerError::panicked()))
}
