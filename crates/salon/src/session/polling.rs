//! The two kinds of HTTP request that serve a polling session.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use salon_proto::engine::PollAnswer;
use salon_proto::engine::payload::{Encoding, Payload, PollBody};
use tokio::sync::oneshot;

use super::Session;
use super::line::{Arrival, Body};

impl Session {
    /// Holds a poll (GET) until there is something to answer. `None`: refuse it.
    pub(crate) fn hold_poll(self: &Arc<Self>) -> Option<HeldPoll> {
        let mut line = self.line.lock();
        let answer = line.engine.handle_poll();
        let held = (answer == PollAnswer::Hold).then(|| {
            let (sender, answer) = oneshot::channel();
            line.poll = Some(sender);
            answer
        });
        // Most often nothing waits yet, and so there is nothing for the task to do.
        line.engine.flush();
        if line.engine.has_output() {
            self.wake_task();
        }
        drop(line);
        held.map(|answer| HeldPoll {
            session: Arc::clone(self),
            answer,
        })
    }

    /// Begins to take data (POST). `None`: refuse it, there is one already.
    pub(crate) fn begin_post(self: &Arc<Self>) -> Option<Post> {
        let accepted = self.line.lock().engine.handle_post();
        if !accepted {
            self.wake_task();
            return None;
        }
        Some(Post {
            session: Arc::clone(self),
            processed: None,
            is_done: false,
        })
    }
}

/// A poll being held. Dropping it before it is answered means that the client went away.
pub(crate) struct HeldPoll {
    session: Arc<Session>,
    answer: oneshot::Receiver<PollBody>,
}

impl Future for HeldPoll {
    /// The body; `None` if the session ended without an answer.
    type Output = Option<PollBody>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.answer).poll(cx).map(Result::ok)
    }
}

impl Drop for HeldPoll {
    fn drop(&mut self) {
        if self.answer.is_terminated() {
            return;
        }
        let mut line = self.session.line.lock();
        // Once there is an answer, the line's sender is gone or belongs to the next poll.
        let was_answered = self.answer.try_recv().is_ok();
        if !was_answered {
            line.poll = None;
            line.engine.handle_poll_lost();
            self.session.wake_task();
        }
    }
}

/// Data that is arriving. Dropping it before its end means that the client went away.
pub(crate) struct Post {
    session: Arc<Session>,
    /// Comes when the packets have been processed; `None` before they have been delivered.
    processed: Option<oneshot::Receiver<()>>,
    is_done: bool,
}

impl Post {
    /// How a body of this content type is read; `None`: it must be refused.
    pub(crate) fn encoding(&self, is_octet_stream: bool) -> Option<Encoding> {
        let line = self.session.line.lock();
        line.engine.dialect().encoding_of_post(is_octet_stream)
    }

    /// The body is whole: [`poll_processed`](Self::poll_processed) tells when its packets have
    /// been processed.
    pub(crate) fn deliver(&mut self, payload: Payload) {
        let (processed, is_processed) = oneshot::channel();
        self.processed = Some(is_processed);
        let body = Box::new(Body { payload, processed });
        self.session.arrive(Arrival::Body(body));
    }

    /// The body is no payload: the session ends with "parse error".
    pub(crate) fn malformed(&mut self) {
        self.session.arrive(Arrival::Malformed);
        self.end();
    }

    /// The body is refused for its size; the session goes on.
    pub(crate) fn refused(&mut self) {
        self.end();
    }

    /// Ready when nothing of what was delivered is left to do.
    pub(crate) fn poll_processed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(processed) = &mut self.processed {
            // An error: the session has ended.
            let _ = ready!(Pin::new(processed).poll(cx));
            self.processed = None;
            self.end();
        }
        Poll::Ready(())
    }

    fn end(&mut self) {
        self.is_done = true;
        self.session.line.lock().engine.handle_post_done();
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        if !self.is_done {
            self.session.line.lock().engine.handle_post_lost();
            self.session.wake_task();
        }
    }
}
