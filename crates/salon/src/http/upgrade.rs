//! From an HTTP request to a raw stream.

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;

use super::serve::Stream;
use crate::session::Link;

/// Waits until the response has gone out and the stream is ours. `None`: it was lost.
pub(super) async fn upgraded(upgrade: OnUpgrade) -> Option<Link> {
    upgrade.await.ok().map(into_link)
}

/// Takes our own and TCP streams out of hyper's wrappers, so that nothing of hyper stays with an
/// idle session. A stream of another kind is used through them.
fn into_link(upgraded: Upgraded) -> Link {
    // As our own server hands it over, as hyper does, and as hyper-util, on which axum's is built.
    upgraded
        .downcast::<TokioIo<Stream>>()
        .map(|parts| parts.io.into_inner().into_link(parts.read_buf.to_vec()))
        .or_else(|upgraded| {
            upgraded
                .downcast::<TokioIo<TcpStream>>()
                .map(|parts| Link::tcp(parts.io.into_inner(), parts.read_buf.to_vec()))
        })
        .or_else(|upgraded| {
            auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded)
                .map(|parts| Link::tcp(parts.io.into_inner(), parts.read_buf.to_vec()))
        })
        .unwrap_or_else(|upgraded| Link::other(Box::new(TokioIo::new(upgraded)), Vec::new()))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::net::SocketAddr;

    use bytes::Bytes;
    use http_body_util::Full;
    use salon_proto::SessionId;
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex};
    use tokio::net::TcpListener;
    use tower_layer::Layer;
    use tower_service::Service;

    use super::*;
    use crate::server::Server;

    /// Whether the session of a new WebSocket has a bare TCP stream.
    async fn is_on_tcp(io: &Server, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> bool {
        let request = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: a\r\n\
            connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
            sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut read = Vec::new();
        let sid = loop {
            read.push(stream.read_u8().await.unwrap());
            let text = String::from_utf8_lossy(&read);
            if let Some((_, rest)) = text.split_once(r#""sid":""#)
                && let Some((sid, _)) = rest.split_once('"')
            {
                break SessionId::parse(sid).unwrap();
            }
        };
        io.inner().find_session(&sid).unwrap().is_on_tcp()
    }

    async fn listen() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    #[tokio::test]
    async fn salons_own_listener_hands_over_the_tcp_stream() {
        let (io, (listener, address)) = (Server::new(), listen().await);
        tokio::spawn(crate::serve(listener, io.clone()).into_future());
        let stream = TcpStream::connect(address).await.unwrap();
        assert!(is_on_tcp(&io, stream).await);
    }

    #[tokio::test]
    async fn axum_hands_over_the_tcp_stream() {
        let (io, (listener, address)) = (Server::new(), listen().await);
        let app = axum::Router::<()>::new().layer(io.layer());
        tokio::spawn(axum::serve(listener, app).into_future());
        let stream = TcpStream::connect(address).await.unwrap();
        assert!(is_on_tcp(&io, stream).await);
    }

    #[tokio::test]
    async fn any_other_stream_is_used_as_it_is() {
        let io = Server::new();
        let (ours, theirs) = duplex(1_000);
        let not_found = |_| async { Ok::<_, Infallible>(http::Response::<Full<Bytes>>::default()) };
        let service = io.layer().layer(tower::service_fn(not_found));
        let service = hyper::service::service_fn(move |one| service.clone().call(one));
        let builder = hyper::server::conn::http1::Builder::new();
        let connection = builder.serve_connection(TokioIo::new(theirs), service);
        tokio::spawn(connection.with_upgrades());
        assert!(!is_on_tcp(&io, ours).await);
    }
}
