//! One connection, from its first byte to its end or to its WebSocket.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Future, pending};
use std::net::SocketAddr;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::watch;
use tower_layer::Layer;
use tower_service::Service;

use super::finish;
use super::listener::Arrival;
use super::stream::Stream;
use crate::http::layer::{NotFound, SalonLayer, SalonService};
use crate::http::request::{Encrypted, PeerAddr};

/// How long a connection may be open without a complete request head. A browser's idle
/// connections are closed after this time, too; it opens new ones.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a client may take for the handshake of TLS, which is a few round trips.
#[cfg(feature = "tls")]
const TLS_TIMEOUT: Duration = Duration::from_secs(10);

type Failure = Box<dyn Error + Send + Sync>;

/// Serves a connection until it ends, or until its requests have been answered once `stopping`
/// says so.
pub(super) async fn serve(arrival: Arrival, server: SalonLayer, stopping: watch::Receiver<bool>) {
    // Who stops waits until all receivers have gone, so this one stays to the end.
    let _until_the_end = stopping.clone();
    if let Err(error) = try_serve(arrival, server, stopping).await {
        tracing::debug!("a connection failed: {error}");
    }
}

#[cfg(not(feature = "tls"))]
async fn try_serve(
    arrival: Arrival,
    server: SalonLayer,
    stopping: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let requests = Requests::new(&server, arrival.peer);
    speak(arrival.stream, requests, stopped(stopping)).await
}

#[cfg(feature = "tls")]
async fn try_serve(
    arrival: Arrival,
    server: SalonLayer,
    stopping: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let mut requests = Requests::new(&server, arrival.peer);
    let mut stream = arrival.stream;
    if let Some(tls) = arrival.tls {
        stream = tokio::time::timeout(TLS_TIMEOUT, tls.accept(stream)).await??;
        requests.is_encrypted = true;
    }
    speak(stream, requests, stopped(stopping)).await
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    if stopping.wait_for(|stop| *stop).await.is_err() {
        // The listener was dropped, which ends no connection.
        pending::<()>().await;
    }
}

/// Speaks HTTP. HTTP/2 is known by its first bytes, whatever TLS has negotiated.
async fn speak(
    #[cfg_attr(not(feature = "http2"), allow(unused_mut))] mut stream: Stream,
    requests: Requests,
    stopped: impl Future<Output = ()>,
) -> Result<(), Failure> {
    #[cfg(feature = "http2")]
    if tokio::time::timeout(HEAD_TIMEOUT, super::http2::begins(&mut stream)).await?? {
        return Ok(super::http2::serve(stream, requests, stopped).await?);
    }
    // Not hyper-util's builder: that one waits for the first bytes without a deadline.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), requests)
        .with_upgrades();
    Ok(finish(connection, stopped, |one| one.graceful_shutdown()).await?)
}

/// Answers the requests of one connection, which it tells about the connection.
#[derive(Clone)]
pub(super) struct Requests {
    service: SalonService<NotFound>,
    peer: Option<SocketAddr>,
    is_encrypted: bool,
}

impl Requests {
    fn new(server: &SalonLayer, peer: Option<SocketAddr>) -> Self {
        Self {
            service: server.layer(NotFound),
            peer,
            is_encrypted: false,
        }
    }
}

impl hyper::service::Service<Request<Incoming>> for Requests {
    type Response = <SalonService<NotFound> as Service<Request<Incoming>>>::Response;
    type Error = Infallible;
    type Future = <SalonService<NotFound> as Service<Request<Incoming>>>::Future;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let extensions = request.extensions_mut();
        if let Some(peer) = self.peer {
            extensions.insert(PeerAddr(peer));
        }
        if self.is_encrypted {
            extensions.insert(Encrypted);
        }
        self.service.clone().call(request)
    }
}
