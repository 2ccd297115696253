//! What came of an emit.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use salon_handler::EmitError;
use tokio::sync::oneshot;

/// An event that was emitted: queued already, whether or not anybody looks at this.
///
/// It may be dropped, as in JavaScript. Or it may be awaited, to know what became of the event:
/// `Ok` when a connected session has taken it; where the socket has
/// [`retries`](crate::SocketBuilder::retries), when the server has answered it. Until a connection
/// is there that may take long.
///
/// ```no_run
/// # async fn example(socket: salon_client::Socket) -> Result<(), salon_client::EmitError> {
/// socket.emit("typing", ());
/// socket.emit("message", "hello").await?;
/// # Ok(())
/// # }
/// ```
pub struct Emitted(State);

enum State {
    Waiting(oneshot::Receiver<Result<(), EmitError>>),
    Failed(EmitError),
}

impl Emitted {
    pub(crate) const fn waiting(fate: oneshot::Receiver<Result<(), EmitError>>) -> Self {
        Self(State::Waiting(fate))
    }

    pub(crate) const fn failed(error: EmitError) -> Self {
        Self(State::Failed(error))
    }
}

/// It is no future itself, so that the compiler does not ask for an `.await`.
impl IntoFuture for Emitted {
    type Output = Result<(), EmitError>;
    type IntoFuture = EmittedFuture;

    fn into_future(self) -> EmittedFuture {
        EmittedFuture(match self.0 {
            State::Waiting(fate) => Ok(fate),
            State::Failed(error) => Err(Some(error)),
        })
    }
}

impl fmt::Debug for Emitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            State::Waiting(_) => "Emitted",
            State::Failed(_) => "Emitted(failed)",
        })
    }
}

/// The future of an [`Emitted`].
///
/// # Errors
/// The event could not be written, was volatile and missed, waited too long or was one too many,
/// or its socket was disconnected for good.
#[must_use = "futures do nothing unless they are awaited"]
pub struct EmittedFuture(Result<oneshot::Receiver<Result<(), EmitError>>, Option<EmitError>>);

impl Future for EmittedFuture {
    type Output = Result<(), EmitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Ok(fate) => {
                let Poll::Ready(fate) = Pin::new(fate).poll(cx) else {
                    return Poll::Pending;
                };
                self.0 = Err(None);
                Poll::Ready(fate.unwrap_or_else(|_| Err(gone())))
            }
            Err(error) => Poll::Ready(Err(error.take().unwrap_or_else(gone))),
        }
    }
}

/// Whoever could tell is gone.
const fn gone() -> EmitError {
    EmitError::disconnected("the socket was disconnected before the event was sent")
}

impl fmt::Debug for EmittedFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmittedFuture")
    }
}
