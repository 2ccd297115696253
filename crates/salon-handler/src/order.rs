//! In which order the handlers of one socket run.

use futures_util::future::BoxFuture;

use crate::ack::Asker;
use crate::call::Call;
use crate::error::HandlerError;
use crate::handler::{Handler, run};
use crate::peer::Peer;

/// A handler that waits until those before it have ended.
///
/// All sequential handlers of one socket run one after the other, in the order in which the
/// other side sent their events, whichever events those are. Other handlers, and those of other
/// sockets, do not wait for them and are not waited for. See the guide on
/// order and concurrency in the repository's documents.
///
/// ```
/// use salon::{HandlerError, Server, sequential};
///
/// async fn append(line: String) -> Result<(), HandlerError> {
///     tokio::time::sleep(std::time::Duration::from_millis(10)).await;
///     println!("{line}");
///     Ok(())
/// }
///
/// let io = Server::new();
/// io.on("append", sequential(append));
/// ```
pub const fn sequential<H>(handler: H) -> Sequential<H> {
    Sequential(handler)
}

/// A handler that runs apart from its socket's others, in a task of its own.
///
/// It may run on another thread at the same time as they do, so one that computes for long does
/// not hold up its socket. It starts after the handlers of earlier events have started, but
/// nothing is certain about which of them goes on first. It still counts among its
/// socket's running handlers ([`Limits::max_running_handlers`](salon_proto::Limits)).
///
/// ```
/// use salon::{Server, concurrent};
///
/// let io = Server::new();
/// io.on("sum", concurrent(|numbers: Vec<f64>| async move { numbers.iter().sum::<f64>() }));
/// ```
pub const fn concurrent<H>(handler: H) -> Concurrent<H> {
    Concurrent(handler)
}

/// Made by [`sequential`].
#[derive(Clone, Copy, Debug)]
pub struct Sequential<H>(H);

/// Made by [`concurrent`].
#[derive(Clone, Copy, Debug)]
pub struct Concurrent<H>(H);

impl<H> Sequential<H> {
    pub(crate) const fn handler(&self) -> &H {
        &self.0
    }
}

impl<H> Concurrent<H> {
    pub(crate) const fn handler(&self) -> &H {
        &self.0
    }
}

/// Marks a handler around another one.
#[derive(Debug)]
pub struct Around<M>(std::marker::PhantomData<M>);

impl<P: Peer, H: Handler<P, M>, M: 'static> Handler<P, Around<M>> for Sequential<H> {
    type Future = BoxFuture<'static, Result<(), HandlerError>>;

    fn invoke(self, call: &Call<'_, P>) -> Result<Self::Future, HandlerError> {
        let future = self.0.invoke(call)?;
        let (sequence, ack) = (call.socket().sequence(), call.ack());
        Ok(Box::pin(async move {
            // Whoever asks first gets it first, and handlers ask in the order of their events.
            let _turn = sequence.lock().await;
            run::<P, M, H>(future, ack).await
        }))
    }

    fn reply(ended: Result<(), HandlerError>, _: &impl Asker) -> Result<(), HandlerError> {
        ended
    }
}

impl<P: Peer, H: Handler<P, M>, M: 'static> Handler<P, Around<M>> for Concurrent<H> {
    type Future = BoxFuture<'static, Result<(), HandlerError>>;

    fn invoke(self, call: &Call<'_, P>) -> Result<Self::Future, HandlerError> {
        let future = self.0.invoke(call)?;
        let (socket, ack) = (call.socket().clone(), call.ack());
        Ok(Box::pin(async move {
            let ended = socket.run_apart(run::<P, M, H>(future, ack)).await;
            ended.unwrap_or_else(|| Err(HandlerError::panicked()))
        }))
    }

    fn reply(ended: Result<(), HandlerError>, _: &impl Asker) -> Result<(), HandlerError> {
        ended
    }
}
