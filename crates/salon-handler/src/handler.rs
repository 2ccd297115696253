//! What can be a handler.

use std::future::Future;

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
    /// Reads the arguments and calls the function.
    ///
    /// # Errors
    /// When an argument cannot be had, for instance because the event's data does not fit.
    fn invoke(
        self,
        call: &Call<'_, P>,
    ) -> Result<impl Future<Output = Result<(), HandlerError>> + Send + 'static, HandlerError>;
}

impl<P, F, Fut, R, MR> Handler<P, (MR,)> for F
where
    P: Peer,
    F: FnOnce() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: Reply<MR>,
{
    fn invoke(
        self,
        call: &Call<'_, P>,
    ) -> Result<impl Future<Output = Result<(), HandlerError>> + Send + 'static, HandlerError> {
        let (future, ack) = (self(), call.ack());
        Ok(async move { future.await.reply(&ack) })
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
            fn invoke(
                self,
                call: &Call<'_, P>,
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
