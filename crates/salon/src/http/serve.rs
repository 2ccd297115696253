//! A server of its own, for those who need no other.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tower_layer::Layer;
use tower_service::Service;

use super::layer::NotFound;
use super::request::PeerAddr;
use crate::server::Server;

/// How long to wait after a failed accept: most often there are no file descriptors left, and
/// trying at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection may be open without a complete request head. A browser's idle
/// connections are closed after this time, too; it opens new ones.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);

/// Serves a [`Server`] on a listener, for ever: drop the future to stop. Paths that are not its
/// own get status 404.
///
/// # Errors
/// When the listener is not one that accepts connections.
///
/// ```no_run
/// # async fn example() -> std::io::Result<()> {
/// let io = salon::Server::new();
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
/// salon::serve(listener, io).await
/// # }
/// ```
pub async fn serve(listener: TcpListener, server: Server) -> io::Result<()> {
    listener.local_addr()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                tokio::spawn(serve_connection(stream, peer, server.clone()));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!("cannot accept connections: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, peer: SocketAddr, server: Server) {
    let _ = stream.set_nodelay(true);
    let service = server.layer().layer(NotFound);
    let with_peer = service_fn(|mut request: http::Request<Incoming>| {
        request.extensions_mut().insert(PeerAddr(peer));
        service.clone().call(request)
    });
    // Not hyper-util's builder: that one waits for the first bytes without a deadline.
    let served = Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), with_peer)
        .with_upgrades()
        .await;
    if let Err(error) = served {
        tracing::debug!("a connection failed: {error}");
    }
}

/// Errors that say nothing about the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
