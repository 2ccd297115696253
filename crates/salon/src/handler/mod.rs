//! Handlers: plain async functions whose arguments say what they need.
//!
//! ```
//! use salon::{Server, Socket};
//!
//! async fn greet(socket: Socket, name: String) {
//!     socket.emit("greeting", format!("Hello {name}!"));
//! }
//!
//! let io = Server::new();
//! io.on("hello", greet);
//! io.on("add", |(a, b): (i64, i64)| async move { a + b });
//! ```
//!
//! - Each argument but the last is an [`Extract`]: [`Socket`](crate::Socket),
//!   [`Server`](crate::Server), [`State`], [`Ack`](crate::Ack) and so on.
//! - The last argument may also be the event's data: any type that serde can read. A tuple
//!   stands for several arguments of the event.
//! - What the handler returns is the acknowledgement: `()` sends none, a tuple several values.
//!   A `Result` sends its value, or reports its error: a [`HandlerError`], what turns into one,
//!   or what serde can write.

mod as_result;
mod call;
mod deduplicated;
mod dispatch;
mod erased;
mod error;
mod extract;
mod failure;
mod list;
mod name_hash;
mod order;
mod outgoing;
mod place;
mod recent;
mod registration;
mod reply;
mod table;

use std::future::Future;

pub use call::Call;
pub use deduplicated::{Deduplicated, deduplicated};
pub use error::HandlerError;
pub use extract::{EventName, Extension, Extract, ExtractLast, State, ViaCall, ViaData};
pub use failure::{Failure, FailureKind};
pub use order::{Around, Concurrent, Sequential, concurrent, sequential};
pub use registration::Registration;
pub use reply::{Reply, ViaResult, ViaValue};

pub(crate) use call::{Data, Occasion};
pub(crate) use dispatch::Tables;
pub(crate) use erased::{Check, Task};
pub(crate) use failure::{Observer, refuse_connection, report_bad_event};
pub(crate) use outgoing::Outgoing;
pub(crate) use place::Place;
pub(crate) use table::Table;

/// An async function that can be called when something happens.
///
/// Implemented for functions and closures of up to eight arguments. `M` only tells the
/// implementations apart; the compiler finds it.
#[diagnostic::on_unimplemented(
    message = "this cannot be used as a handler",
    note = "a handler is an async function or closure that can be cloned: its future must be Send and 'static",
    note = "each argument but the last must be something like `Socket`, `Server`, `State<T>` or `Ack`; only the last may be the event's data (use a tuple for several)",
    note = "what it returns must be `()`, something serde can write, or `Result<_, HandlerError>`"
)]
pub trait Handler<M>: Clone + Send + Sync + 'static {
    /// Reads the arguments and calls the function.
    ///
    /// # Errors
    /// When an argument cannot be had, for instance because the event's data does not fit.
    fn invoke(
        self,
        call: &Call<'_>,
    ) -> Result<impl Future<Output = Result<(), HandlerError>> + Send + 'static, HandlerError>;
}

impl<F, Fut, R, MR> Handler<(MR,)> for F
where
    F: FnOnce() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: Reply<MR>,
{
    fn invoke(
        self,
        call: &Call<'_>,
    ) -> Result<impl Future<Output = Result<(), HandlerError>> + Send + 'static, HandlerError> {
        let (future, ack) = (self(), call.ack());
        Ok(async move { future.await.reply(&ack) })
    }
}

macro_rules! handler {
    ($($argument:ident)*) => {
        impl<F, Fut, R, MR, ML, $($argument,)* Last> Handler<(MR, ML, $($argument,)* Last)> for F
        where
            F: FnOnce($($argument,)* Last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: Reply<MR>,
            $($argument: Extract,)*
            Last: ExtractLast<ML>,
        {
            fn invoke(
                self,
                call: &Call<'_>,
            ) -> Result<impl Future<Output = Result<(), HandlerError>> + Send + 'static, HandlerError>
            {
                let future = self(
                    $($argument::extract(call)?,)*
                    Last::extract_last(call)?,
                );
                let ack = call.ack();
                Ok(async move { future.await.reply(&ack) })
            }
        }
    };
}

handler!();
handler!(A);
handler!(A B);
handler!(A B C);
handler!(A B C D);
handler!(A B C D E);
handler!(A B C D E G);
handler!(A B C D E G H);
