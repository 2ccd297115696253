//! The requests of a session on polling: polls (GET) and posts (POST).

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Buf;
use http::request::Parts;
use http::{Method, StatusCode, header};
use http_body::Body;
use salon_proto::ProtocolError;
use salon_proto::engine::payload::{Encoding, PayloadDecoder};
use salon_proto::limits::MAX_COMPRESSED;
use tokio::time::Sleep;

use super::compress::Coding;
use super::respond::{self, Answer};
use crate::host::Core;
use crate::session::{HeldPoll, Post, Session};

/// A request that its session has taken. Nothing of its head is kept, since that holds the 8 KiB
/// into which the HTTP server has read it.
pub(super) enum Taken<B> {
    Poll(WaitingPoll),
    Post(ArrivingPost<B>),
    Refused(StatusCode),
}

impl<B: Body + Unpin> Taken<B> {
    pub(super) fn new(server: &Core, session: &Arc<Session>, parts: &Parts, body: B) -> Self {
        let taken = match parts.method {
            Method::GET => WaitingPoll::new(server, session, parts).map(Self::Poll),
            Method::POST => ArrivingPost::new(server, session, parts, body).map(Self::Post),
            _ => Err(StatusCode::INTERNAL_SERVER_ERROR),
        };
        taken.unwrap_or_else(Self::Refused)
    }

    pub(super) fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        match self {
            Self::Poll(poll) => Pin::new(poll).poll(cx),
            Self::Post(post) => post.poll_answer(cx),
            Self::Refused(status) => Poll::Ready(respond::status(*status)),
        }
    }
}

/// A poll that waits for something to answer, and how that may be compressed.
pub(super) struct WaitingPoll {
    held: HeldPoll,
    /// From so many bytes on, in this way.
    compression: Option<(usize, Coding)>,
}

impl WaitingPoll {
    pub(super) fn new(
        server: &Core,
        session: &Arc<Session>,
        parts: &Parts,
    ) -> Result<Self, StatusCode> {
        let held = session.hold_poll().ok_or(StatusCode::BAD_REQUEST)?;
        let threshold = server.config.http_compression;
        let compression =
            threshold.and_then(|from| Some((from, Coding::accepted(&parts.headers)?)));
        Ok(Self { held, compression })
    }
}

impl Future for WaitingPoll {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        let Some(body) = ready!(Pin::new(&mut self.held).poll(cx)) else {
            return Poll::Ready(respond::status(StatusCode::BAD_REQUEST));
        };
        let is_worth_it =
            |from: usize| body.may_compress && (from..=MAX_COMPRESSED).contains(&body.bytes.len());
        let compression = self.compression.filter(|(from, _)| is_worth_it(*from));
        Poll::Ready(respond::payload(
            body,
            compression.map(|(_, coding)| coding),
        ))
    }
}

/// A post: first its body arrives, then the session processes it.
pub(super) struct ArrivingPost<B> {
    post: Post,
    /// `None` once it is whole.
    body: Option<ArrivingBody<B>>,
}

impl<B: Body + Unpin> ArrivingPost<B> {
    fn new(
        server: &Core,
        session: &Arc<Session>,
        parts: &Parts,
        body: B,
    ) -> Result<Self, StatusCode> {
        let post = session.begin_post().ok_or(StatusCode::BAD_REQUEST)?;
        let content_type = parts.headers.get(header::CONTENT_TYPE);
        let is_octet_stream = content_type.is_some_and(|one| one == respond::OCTET_STREAM);
        // If it is refused, dropping the post ends the session.
        let encoding = post.encoding(is_octet_stream);
        let encoding = encoding.ok_or(StatusCode::BAD_REQUEST)?;
        let body = Some(ArrivingBody::new(server, encoding, body));
        Ok(Self { post, body })
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        if let Some(body) = &mut self.body {
            if let Err(bad) = ready!(body.poll_whole(cx)) {
                return Poll::Ready(self.refuse(&bad));
            }
            self.deliver();
        }
        ready!(self.post.poll_processed(cx));
        Poll::Ready(respond::ok())
    }

    fn refuse(&mut self, bad: &BadBody) -> Answer {
        respond::status(match bad {
            BadBody::TooLarge => {
                self.post.refused();
                StatusCode::PAYLOAD_TOO_LARGE
            }
            BadBody::Broken => StatusCode::BAD_REQUEST,
            BadBody::Late => StatusCode::REQUEST_TIMEOUT,
        })
    }

    fn deliver(&mut self) {
        let whole = self.body.take();
        match whole.map(|body| body.decoder.finish(body.encoding)) {
            Some(Ok(payload)) => self.post.deliver(payload),
            Some(Err(_)) => self.post.malformed(),
            None => {}
        }
    }
}

/// What has arrived of a post's body.
struct ArrivingBody<B> {
    body: B,
    decoder: PayloadDecoder,
    encoding: Encoding,
    timeout: Duration,
    /// Absent as long as nobody has had to wait: most bodies come with their heads.
    deadline: Option<Pin<Box<Sleep>>>,
    /// What has become of it already.
    outcome: Poll<Result<(), BadBody>>,
}

/// Why a body never was whole.
enum BadBody {
    TooLarge,
    Broken,
    Late,
}

impl<B: Body + Unpin> ArrivingBody<B> {
    fn new(server: &Core, encoding: Encoding, body: B) -> Self {
        let mut arriving = Self {
            body,
            decoder: PayloadDecoder::new(server.config.limits.max_payload),
            encoding,
            timeout: server.config.timing.body_timeout,
            deadline: None,
            outcome: Poll::Pending,
        };
        // hyper reads the body when it has been asked for it: so it is there when the future is
        // polled, and that happens once.
        arriving.outcome = arriving.poll_collect(&mut Context::from_waker(Waker::noop()));
        arriving
    }

    fn poll_whole(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BadBody>> {
        if self.outcome.is_pending() {
            self.outcome = self.poll_collect(cx);
        }
        if self.outcome.is_ready() {
            return mem::replace(&mut self.outcome, Poll::Pending);
        }
        let deadline = self
            .deadline
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(self.timeout)));
        deadline.as_mut().poll(cx).map(|()| Err(BadBody::Late))
    }

    fn poll_collect(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BadBody>> {
        while !self.body.is_end_stream() {
            let Some(frame) = ready!(Pin::new(&mut self.body).poll_frame(cx)) else {
                break;
            };
            let Ok(frame) = frame else {
                return Poll::Ready(Err(BadBody::Broken));
            };
            if let Ok(data) = frame.into_data()
                && self.take(data).is_err()
            {
                return Poll::Ready(Err(BadBody::TooLarge));
            }
        }
        Poll::Ready(Ok(()))
    }

    fn take(&mut self, mut data: B::Data) -> Result<(), ProtocolError> {
        while data.has_remaining() {
            let chunk = data.chunk();
            self.decoder.push(chunk)?;
            let length = chunk.len();
            data.advance(length);
        }
        Ok(())
    }
}
