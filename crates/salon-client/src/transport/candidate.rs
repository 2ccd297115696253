//! A WebSocket that may take over from polling.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use salon_proto::client::Message;
use salon_proto::ws;
use tokio::time::{Sleep, sleep};

use super::cookie::Jar;
use super::error::{Failure, TransportError, TransportErrorKind};
use super::line::{Event, Running};
use super::websocket::{Next, Opened, WebSocket};

pub(super) struct Candidate {
    state: State,
    limit: Duration,
    gives_up: Pin<Box<Sleep>>,
}

enum State {
    Opening(Running<Result<Opened, Failure>>),
    Open(WebSocket),
}

impl Candidate {
    /// `limit`: how long it may take until the session switches to it.
    pub(super) fn new(opening: Running<Result<Opened, Failure>>, limit: Duration) -> Self {
        Self {
            state: State::Opening(opening),
            limit,
            gives_up: Box::pin(sleep(limit)),
        }
    }

    pub(super) fn push(&mut self, message: &Message) {
        if let State::Open(websocket) = &mut self.state {
            websocket.push(message);
        }
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.state {
            State::Open(websocket) => websocket.poll_flush(cx),
            State::Opening(_) => Poll::Ready(()),
        }
    }

    pub(super) fn into_websocket(self) -> Option<WebSocket> {
        match self.state {
            State::Open(websocket) => Some(websocket),
            State::Opening(_) => None,
        }
    }

    /// Ready when nothing will come of it.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        jar: &mut Jar,
        deliver: &mut dyn FnMut(Event<'_>) -> Next,
    ) -> Poll<TransportError> {
        if let State::Opening(opening) = &mut self.state {
            match opening.as_mut().poll(cx) {
                Poll::Ready(Ok(opened)) => {
                    let now = SystemTime::now();
                    opened
                        .cookies
                        .iter()
                        .for_each(|cookie| jar.store(cookie, now));
                    self.state = State::Open(opened.websocket);
                    deliver(Event::CandidateOpen);
                }
                Poll::Ready(Err(failure)) => return Poll::Ready(lost(failure)),
                Poll::Pending => {}
            }
        }
        if let State::Open(websocket) = &mut self.state
            && let Poll::Ready(error) = poll_open(websocket, cx, deliver)
        {
            return Poll::Ready(error);
        }
        self.gives_up.as_mut().poll(cx).map(|()| {
            let limit = self.limit;
            lost(Failure::text(format!("not there within {limit:?}")))
        })
    }
}

/// Only text is said before the switch.
fn poll_open(
    websocket: &mut WebSocket,
    cx: &mut Context<'_>,
    deliver: &mut dyn FnMut(Event<'_>) -> Next,
) -> Poll<TransportError> {
    let mut is_text = true;
    let read = websocket.poll_read(cx, &mut |message| match message {
        ws::Message::Text(text) => deliver(Event::CandidateText(&text)),
        _ => {
            is_text = false;
            Next::Pause
        }
    });
    match read {
        Poll::Ready(end) => Poll::Ready(lost(Failure::text(end.into_error()))),
        Poll::Pending if is_text => Poll::Pending,
        Poll::Pending => Poll::Ready(lost(Failure::text("it spoke in binary"))),
    }
}

fn lost(failure: Failure) -> TransportError {
    TransportError::of(TransportErrorKind::Probe, failure)
}
