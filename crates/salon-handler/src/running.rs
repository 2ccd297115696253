//! A handler that was called: its future, until it has ended.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use futures_util::future::BoxFuture;
use pin_project_lite::pin_project;

use crate::call::Call;
use crate::error::HandlerError;
use crate::failure::{self, Subject};
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
    /// The future of a handler, and what a report of its failure needs to know. Most futures are
    /// ready when they are polled first, and then nothing needs to be kept.
    pub(crate) struct Running<P, F>
    where
        P: Peer,
    {
        #[pin]
        future: F,
        subject: Option<Subject<P>>,
    }
}

impl<P, F> Running<P, F>
where
    P: Peer,
    F: Future<Output = Result<(), HandlerError>> + Send + 'static,
{
    pub(crate) fn begin(future: F, place: &Arc<Place>, call: &Call<'_, P>, start: &mut Start<'_>) {
        let subject = None;
        let mut running = Box::pin(Self { future, subject });
        let future = running.as_mut().project().future;
        match start.waker.map(|waker| poll_contained(future, waker)) {
            Some(Poll::Ready(Ok(()))) => {}
            Some(Poll::Ready(Err(error))) => {
                failure::report(&Subject::new(Arc::clone(place), call), &error);
            }
            Some(Poll::Pending) | None => {
                let subject = Subject::new(Arc::clone(place), call);
                *running.as_mut().project().subject = Some(subject);
                (start.keep)(running);
            }
        }
    }
}

impl<P, F> Future for Running<P, F>
where
    P: Peer,
    F: Future<Output = Result<(), HandlerError>>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        let Poll::Ready(ended) = poll_contained(this.future, cx.waker()) else {
            return Poll::Pending;
        };
        if let (Err(error), Some(subject)) = (ended, this.subject) {
            failure::report(subject, &error);
        }
        Poll::Ready(())
    }
}

/// A panic in a handler is an error of that handler and of nothing else.
fn poll_contained<F>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output>
where
    F: Future<Output = Result<(), HandlerError>>,
{
    let cx = &mut Context::from_waker(waker);
    let polled = catch_unwind(AssertUnwindSafe(|| future.poll(cx)));
    polled.unwrap_or_else(|_| Poll::Ready(Err(HandlerError::panicked())))
}
