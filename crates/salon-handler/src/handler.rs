//! What can be a handler.

use std::future::Future;

use crate::ack::{Ack, Asker};
use crate::call::Call;
use crate::error::HandlerError;
use crate::extract::{Extract, ExtractLast};
use crate::peer::Peer;
use crate::reply::Reply;

/// An async function that can be called when something happens.
///
/// Implemented for functions and closures of up to eight arguments. `P` is the
/// socket of a side; `M` only tells the implementations apart, and the compiler finds it.
pub trait Handler<P: Peer, M>: Clone + Send + Sync + 'static {
    /// What runs.
    type Future: Future<Output: Send> + Send + 'static;

    /// Reads the arguments and calls the function.
    ///
    /// # Errors
    /// When an argument cannot be had, for instance because the event's data does not fit.
    fn invoke(self, call: &Call<'_, P>) -> Result<Self::Future, HandlerError>;

    /// Answers with what the function has returned.
    ///
    /// # Errors
    /// When that is an error, or cannot be written or sent.
    fn reply(returned: Returned<P, M, Self>, asker: &impl Asker) -> Result<(), HandlerError>;
}

/// Runs what was invoked, and then answers.
pub(crate) async fn run<P: Peer, M, H: Handler<P, M>>(
    future: H::Future,
    ack: Ack<P>,
) -> Result<(), HandlerError> {
    H::reply(future.await, &ack)
}

/// What a handler returns.
pub(crate) type Returned<P, M, H> = <<H as Handler<P, M>>::Future as Future>::Output;

impl<P, F, Fut, R, MR> Handler<P, (MR,)> for F
where
    P: Peer,
    F: FnOnce() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: Reply<MR>,
{
    type Future = Fut;

    fn invoke(self, _: &Call<'_, P>) -> Result<Fut, HandlerError> {
        Ok(self())
    }

    fn reply(returned: R, asker: &impl Asker) -> Result<(), HandlerError> {
        returned.reply(asker)
    }
}

macro_rules! handler {
    ($($argument:ident)*) => {
        impl<P, F, Fut, R, MR, ML, $($argument,)* Last>
            Handler<P, (MR, ML, $($argument,)* Last)> for F
        where
            P: Peer,
            F: FnOnce($($argument,)* Last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: Reply<MR>,
            $($argument: Extract<P>,)*
            Last: ExtractLast<P, ML>,
        {
            type Future = Fut;

            fn invoke(self, call: &Call<'_, P>) -> Result<Fut, HandlerError> {
                Ok(self(
                    $($argument::extract(call)?,)*
                    Last::extract_last(call)?,
                ))
            }

            fn reply(returned: R, asker: &impl Asker) -> Result<(), HandlerError> {
                returned.reply(asker)
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
