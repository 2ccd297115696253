//! One connection, from its first byte to its end or to its WebSocket.

use std::convert::Infallible;
use std::error::Error;
use std::future::{Future, pending, poll_fn};
#[cfg(any(feature = "tls", feature = "http2"))]
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::Waker;
use std::time::Duration;

use futures_util::FutureExt;
#[cfg(any(feature = "tls", feature = "http2"))]
use futures_util::future::{Either, select};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::watch;
use tokio::task::coop::unconstrained;

use super::listener::Arrival;
use super::stream::Stream;
use crate::http::head::Peer;
use crate::http::layer::SalonLayer;
use crate::http::respond::Answer;
use crate::http::service::Answering;

/// How long a connection may be open without a complete request head. A browser's idle
/// connections are closed after this time, too; it opens new ones.
pub(super) const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a client may take for the handshake of TLS, which is a few round trips.
#[cfg(feature = "tls")]
const TLS_TIMEOUT: Duration = Duration::from_secs(10);

type Failure = Box<dyn Error + Send + Sync>;

/// Serves a connection until it ends, or until its requests have been answered once `stopping`
/// says so. Who stops waits until all receivers have gone, so this one stays to the end.
pub(super) async fn serve(arrival: Arrival, server: SalonLayer, stopping: watch::Receiver<bool>) {
    if let Err(error) = try_serve(arrival, server, &stopping).await {
        tracing::debug!("a connection failed: {error}");
    }
}

async fn try_serve(
    arrival: Arrival,
    server: SalonLayer,
    stopping: &watch::Receiver<bool>,
) -> Result<(), Failure> {
    let address = arrival.peer;
    #[cfg(feature = "tls")]
    if let Some(tls) = arrival.tls {
        // In a box, so that other connections need no room for it.
        let accepted = Box::pin(before_requests(
            tls.accept(arrival.stream),
            TLS_TIMEOUT,
            stopping,
        ));
        let Some(stream) = accepted.await? else {
            return Ok(());
        };
        let requests = Requests::new(server, address, true);
        return speak(stream, requests, stopping).await;
    }
    let requests = Requests::new(server, address, false);
    speak(arrival.stream, requests, stopping).await
}

/// Waits for what comes before the first request. `None`: the server stops, and since nobody has
/// asked it for anything, the connection just ends.
#[cfg(any(feature = "tls", feature = "http2"))]
async fn before_requests<T>(
    work: impl Future<Output = io::Result<T>>,
    timeout: Duration,
    stopping: &watch::Receiver<bool>,
) -> Result<Option<T>, Failure> {
    let work = tokio::time::timeout(timeout, work);
    match select(pin!(work), pin!(stopped(stopping.clone()))).await {
        Either::Left((done, _)) => Ok(Some(done??)),
        Either::Right(_) => Ok(None),
    }
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
    stopping: &watch::Receiver<bool>,
) -> Result<(), Failure> {
    #[cfg(feature = "http2")]
    match before_requests(super::http2::begins(&mut stream), HEAD_TIMEOUT, stopping).await? {
        Some(true) => {
            let stopped = stopped(stopping.clone());
            return Ok(Box::pin(super::http2::serve(stream, requests, stopped)).await?);
        }
        Some(false) => {}
        None => return Ok(()),
    }
    // Not hyper-util's builder: that one waits for the first bytes without a deadline.
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), requests)
        .with_upgrades();
    // In a box, since it is large, and a task is moved some times before it begins.
    Ok(finish(Box::pin(connection), stopping).await?)
}

/// Waits for the end of a connection, and asks it to end once the server stops.
///
/// A connection is polled for each of its requests, and a server stops once. So the wait for that
/// is polled only when there is news, or another task to wake; which is why tokio's budget of a
/// task must not keep it from waiting.
async fn finish(
    mut connection: Pin<Box<Connection>>,
    stopping: &watch::Receiver<bool>,
) -> hyper::Result<()> {
    let mut stopped = pin!(unconstrained(stopped(stopping.clone())).fuse());
    let mut waker: Option<Waker> = None;
    poll_fn(|cx| {
        let is_waiting = waker.as_ref().is_some_and(|one| one.will_wake(cx.waker()));
        let is_news = !matches!(stopping.has_changed(), Ok(false));
        if is_news || !is_waiting {
            waker = Some(cx.waker().clone());
            if stopped.as_mut().poll(cx).is_ready() {
                connection.as_mut().graceful_shutdown();
            }
        }
        connection.as_mut().poll(cx)
    })
    .await
}

type Connection = http1::UpgradeableConnection<TokioIo<Stream>, Requests>;

/// Answers the requests of one connection; what is not for the server is not found.
#[derive(Clone)]
pub(super) struct Requests {
    server: SalonLayer,
    peer: Peer,
}

impl Requests {
    const fn new(server: SalonLayer, address: Option<SocketAddr>, is_encrypted: bool) -> Self {
        let peer = Peer {
            address,
            is_encrypted,
        };
        Self { server, peer }
    }
}

impl Service<Request<Incoming>> for Requests {
    type Response = Answer;
    type Error = Infallible;
    type Future = Answering<Incoming>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        match self.server.is_for(&request) {
            true => self.server.answer(request, self.peer),
            false => Answering::not_found(),
        }
    }
}
