//! The server as a tower layer.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::TryFutureExt;
use futures_util::future::{Either, FutureExt, MapOk};
use http::{Request, Response};
use http_body::Body;
use http_body_util::{Either as EitherBody, Full};
use std::future::Future;
use std::pin::Pin;
use tower_layer::Layer;
use tower_service::Service;

use super::head::Peer;
use super::service::Answering;
use crate::host::Host;
use crate::server::Server;

/// Puts a [`Server`] in front of a service. Made by [`Server::layer`].
#[derive(Clone)]
pub struct SalonLayer {
    server: Arc<dyn Host>,
}

impl SalonLayer {
    pub(crate) fn new(server: Arc<dyn Host>) -> Self {
        Self { server }
    }

    /// Whether a request is for the server.
    pub(super) fn is_for<B>(&self, request: &Request<B>) -> bool {
        self.server.config.path.matches(request.uri().path())
    }

    /// Answers such a request.
    pub(super) fn answer<B: Body + Unpin>(&self, request: Request<B>, peer: Peer) -> Answering<B> {
        Answering::new(&self.server, request, peer)
    }

    /// Closes the server.
    pub(crate) async fn close(&self) {
        Arc::clone(&self.server).close().await;
    }
}

impl From<Server> for SalonLayer {
    fn from(server: Server) -> Self {
        server.layer()
    }
}

impl fmt::Debug for SalonLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SalonLayer")
            .field("path", &self.server.config.path)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for SalonLayer {
    type Service = SalonService<S>;

    fn layer(&self, inner: S) -> SalonService<S> {
        SalonService {
            layer: self.clone(),
            inner,
        }
    }
}

/// A service that answers what is for its [`Server`], and passes everything else on.
#[derive(Clone, Debug)]
pub struct SalonService<S> {
    layer: SalonLayer,
    inner: S,
}

/// A body of ours or of the service behind.
type AnyBody<B> = EitherBody<Full<Bytes>, B>;

/// Puts the inner body into [`AnyBody`].
type Wrap<B> = fn(Response<B>) -> Response<AnyBody<B>>;

/// Our answer, which cannot fail.
type Ours<B, E> = Pin<Box<dyn Future<Output = Result<Response<AnyBody<B>>, E>> + Send>>;

impl<S, Req, Res> Service<Request<Req>> for SalonService<S>
where
    S: Service<Request<Req>, Response = Response<Res>>,
    Req: Body + Send + 'static,
    Req::Data: Send,
    Req::Error: Send,
{
    type Response = Response<AnyBody<Res>>;
    type Error = S::Error;
    type Future = Either<Ours<Res, S::Error>, MapOk<S::Future, Wrap<Res>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Req>) -> Self::Future {
        if !self.layer.is_for(&request) {
            let wrap: Wrap<Res> = |response| response.map(EitherBody::Right);
            return Either::Right(self.inner.call(request).map_ok(wrap));
        }
        let answer = self.layer.answer(request.map(Box::pin), Peer::default());
        Either::Left(Box::pin(answer.map(|answered| match answered {
            Ok(answer) => Ok(answer.map(EitherBody::Left)),
            Err(never) => match never {},
        })))
    }
}
