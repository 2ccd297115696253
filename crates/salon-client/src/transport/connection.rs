//! One HTTP connection, driven by whoever waits for its answer: it needs no task of its own.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::error::Failure;

/// A request and all of its body.
pub(crate) type HttpRequest = Request<Full<Bytes>>;

pub(crate) struct HttpConnection<S: AsyncRead + AsyncWrite + Unpin> {
    sender: SendRequest<Full<Bytes>>,
    /// In a box, since it is passed on from one future to the next.
    connection: Box<Connection<TokioIo<S>, Full<Bytes>>>,
    /// It must not be polled any more.
    is_over: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> HttpConnection<S> {
    pub(crate) async fn open(stream: S) -> Result<Self, Failure> {
        // In a box as well: a future that waits for an answer must not have room for all of this.
        let builder = Builder::new();
        let opening = Box::pin(builder.handshake(TokioIo::new(stream)));
        let (sender, connection) = opening.await?;
        Ok(Self {
            sender,
            connection: Box::new(connection),
            is_over: false,
        })
    }

    /// Whether an idle connection can take another request. Notices when the server has closed it.
    pub(crate) async fn is_usable(&mut self) -> bool {
        poll_fn(|cx| {
            self.poll_connection(cx);
            Poll::Ready(!self.is_over && self.sender.is_ready())
        })
        .await
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        request: HttpRequest,
    ) -> Result<Response<Incoming>, Failure> {
        let answer = self.sender.send_request(request);
        Ok(self.drive(answer).await?)
    }

    /// The same, but hands the request back if none of it has been sent.
    pub(crate) async fn try_send(
        &mut self,
        request: HttpRequest,
    ) -> Result<Response<Incoming>, TrySendError<HttpRequest>> {
        let answer = self.sender.try_send_request(request);
        self.drive(answer).await
    }

    /// Keeps the connection going until `work` is done, which waits for something from it.
    pub(crate) async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|cx| {
            self.poll_connection(cx);
            work.as_mut().poll(cx)
        })
        .await
    }

    /// The stream after the server has agreed to another protocol, and what was read too far.
    pub(crate) async fn into_stream(mut self) -> Result<(S, Bytes), Failure> {
        if !self.is_over {
            poll_fn(|cx| self.connection.poll_without_shutdown(cx)).await?;
        }
        let parts = self.connection.into_parts();
        Ok((parts.io.into_inner(), parts.read_buf))
    }

    fn poll_connection(&mut self, cx: &mut Context<'_>) {
        if !self.is_over {
            // Its errors reach the one who waits for an answer.
            self.is_over = self.connection.poll_without_shutdown(cx).is_ready();
        }
    }
}
