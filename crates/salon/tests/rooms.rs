//! Rooms as the application sees them, with clients that poll a server in memory.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use salon::{Server, Socket};
use tower::ServiceExt;

#[tokio::test]
async fn the_rooms_of_a_namespace_are_its_own_and_those_of_its_sockets_ids() {
    let io = Server::new();
    assert!(io.of("/").rooms().is_empty());
    let socket = join(&io).await;
    assert_eq!(io.of("/").rooms(), [(socket.id().to_string(), 1)]);
    assert!(io.of("/other").rooms().is_empty());
    socket.disconnect(false);
    assert!(io.of("/").rooms().is_empty());
}

/// Connects a client to the namespace `/`.
async fn join(io: &Server) -> Socket {
    let known: Vec<_> = io.of("/").sockets().iter().map(Socket::id).collect();
    let opened = answer(io, "", None).await;
    let session = opened.split('"').nth(3).expect("a session id");
    answer(io, &format!("&sid={session}"), Some("40")).await;
    let mut sockets = io.of("/").sockets().into_iter();
    let socket = sockets.find(|one| !known.contains(&one.id()));
    socket.expect("the client has joined")
}

/// What the server answers to a poll, or to data.
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
