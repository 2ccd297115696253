//! A client that polls a server in memory.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use salon::{Server, Socket};
use tower::ServiceExt;

/// A polling session, one request at a time.
pub(crate) struct Client {
    io: Server,
    sid: String,
}

impl Client {
    /// Opens a session.
    pub(crate) async fn open(io: &Server) -> Self {
        Self::try_open(io).await.expect("the session opens")
    }

    /// Opens a session; `None` if the server refuses.
    pub(crate) async fn try_open(io: &Server) -> Option<Self> {
        let opened = answer(io, "", None).await;
        let sid = opened.strip_prefix(r#"0{"sid":""#)?.split('"').next()?;
        Some(Self {
            io: io.clone(),
            sid: sid.to_owned(),
        })
    }

    /// Opens a session and connects to the namespace `/`.
    pub(crate) async fn connect(io: &Server) -> Self {
        let client = Self::open(io).await;
        client.post("40").await;
        let reply = client.poll().await;
        assert!(reply.starts_with(r#"40{"sid":""#), "{reply}");
        client
    }

    /// Sends packets.
    pub(crate) async fn post(&self, packets: &'static str) {
        let reply = answer(&self.io, &self.query(), Some(packets)).await;
        assert_eq!(reply, "ok");
    }

    /// Waits for packets.
    pub(crate) async fn poll(&self) -> String {
        answer(&self.io, &self.query(), None).await
    }

    fn query(&self) -> String {
        format!("&sid={}", self.sid)
    }
}

/// The only socket of the namespace `/`.
pub(crate) fn only_socket(io: &Server) -> Socket {
    let mut sockets = io.of("/").sockets();
    assert_eq!(sockets.len(), 1, "how many sockets there are");
    sockets.remove(0)
}

async fn answer(io: &Server, query: &str, data: Option<&'static str>) -> String {
    let method = if data.is_some() { "POST" } else { "GET" };
    let request = Request::builder()
        .method(method)
        .uri(format!("/socket.io/?EIO=4&transport=polling{query}"))
        .body(data.map_or_else(Body::empty, Body::from))
        .unwrap();
    let app = Router::new().fallback(|| async {}).layer(io.layer());
    let response = app.oneshot(request).await.unwrap();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}
