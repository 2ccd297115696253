//! From an HTTP request to a raw stream.

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;

use crate::session::Link;

/// Waits until the response has gone out and the stream is ours. `None`: it was lost.
pub(super) async fn upgraded(upgrade: OnUpgrade) -> Option<Link> {
    upgrade.await.ok().map(into_link)
}

/// Takes the TCP stream out of hyper's wrappers, so that nothing of hyper stays with an idle
/// session. A stream of another kind, such as TLS, is used through them.
fn into_link(upgraded: Upgraded) -> Link {
    match auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded) {
        Ok(parts) => Link::tcp(parts.io.into_inner(), parts.read_buf.to_vec()),
        Err(upgraded) => Link::other(Box::new(TokioIo::new(upgraded))),
    }
}
