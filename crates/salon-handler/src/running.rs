//! A handler that was called: its future, until it has ended.

use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::future::BoxFuture;
use pin_project_lite::pin_project;

use crate::ack::Asker;
use crate::call::Call;
use crate::error::HandlerError;
use crate::failure::{self, Subject};
use crate::handler::Handler;
use crate::peer::Peer;
use crate::place::Place;

/// A handler that has begun and not ended. It answers and reports by itself, and does not panic.
pub type Task = BoxFuture<'static, ()>;

/// Where handlers that are called begin to run.
pub struct Start<'a> {
    waker: Option<&'a Waker>,
    keep: &'a mut (dyn FnMut(Task) + 'a),
}

impl<'a> Start<'a> {
    /// Each handler is polled once, at once; what is still pending is handed to `keep`, to be
    /// polled again whenever `waker` was woken. So handlers start in the order of their events,
    /// and one that never waits costs little.
    pub fn now(waker: &'a Waker, keep: &'a mut (dyn FnMut(Task) + 'a)) -> Self {
        let waker = Some(waker);
        Self { waker, keep }
    }

    /// Each handler is handed to `keep` before it was polled at all.
    pub fn later(keep: &'a mut (dyn FnMut(Task) + 'a)) -> Self {
        let waker = None;
        Self { waker, keep }
    }

    /// Starts something of which only the future is known.
    pub fn start(&mut self, mut task: Task) {
        let is_over = self.waker.is_some_and(|waker| {
            let cx = &mut Context::from_waker(waker);
            let polled = catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(cx).is_ready()));
            polled.unwrap_or_else(|_| {
                tracing::error!("what was started for an event panicked; its socket goes on");
                true
            })
        });
        if !is_over {
            (self.keep)(task);
        }
    }
}

pin_project! {
    /// A handler that was called, and what is to be done when it ends. Most are ready when they
    /// are polled first, and then nothing needs to be kept.
    pub(crate) struct Running<P, M, H>
    where
        P: Peer,
        H: Handler<P, M>,
    {
        #[pin]
        future: H::Future,
        subject: Option<Subject<P>>,
        marker: PhantomData<fn() -> M>,
    }
}

impl<P: Peer, M: 'static, H: Handler<P, M>> Running<P, M, H> {
    pub(crate) fn begin(
        future: H::Future,
        place: &Arc<Place>,
        call: &Call<'_, P>,
        start: &mut Start<'_>,
    ) {
        let mut running = Box::pin(Self {
            future,
            subject: None,
            marker: PhantomData,
        });
        let future = running.as_mut().project().future;
        let polled = match start.waker {
            Some(waker) => poll_contained::<P, M, H>(future, waker, call),
            None => Poll::Pending,
        };
        match polled {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(error)) => {
                failure::report(&Subject::new(Arc::clone(place), call), &error);
            }
            Poll::Pending => {
                let subject = Subject::new(Arc::clone(place), call);
                *running.as_mut().project().subject = Some(subject);
                (start.keep)(running);
            }
        }
    }
}

impl<P: Peer, M, H: Handler<P, M>> Future for Running<P, M, H> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let Some(subject) = this.subject else {
            return Poll::Ready(());
        };
        poll_contained::<P, M, H>(this.future, cx.waker(), subject.ack()).map(|ended| {
            if let Err(error) = ended {
                failure::report(subject, &error);
            }
        })
    }
}

/// Lets a handler go on, and answers when it ends. A panic is an error of that handler and of
/// nothing else.
fn poll_contained<P: Peer, M, H: Handler<P, M>>(
    future: Pin<&mut H::Future>,
    waker: &Waker,
    asker: &impl Asker,
) -> Poll<Result<(), HandlerError>> {
    let cx = &mut Context::from_waker(waker);
    let polled = catch_unwind(AssertUnwindSafe(|| {
        future.poll(cx).map(|returned| H::reply(returned, asker))
    }));
    polled.unwrap_or_else(|_| Poll::Ready(Err(HandlerError::panicked())))
}
