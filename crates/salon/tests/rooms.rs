//! Rooms as the application sees them, with clients that poll a server in memory.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use salon::{Server, Socket};
use tower::ServiceExt;

#[tokio::test]
async fn the_sockets_of_a_broadcast_join_and_leave_rooms() {
    let io = Server::new();
    let [ann, bob, cid] = [join(&io).await, join(&io).await, join(&io).await];
    ann.join("red");
    bob.join("red");

    io.to("red").sockets_join("green");
    assert_eq!(plain_rooms(&io), [("green".into(), 2), ("red".into(), 2)]);
    io.except("red").sockets_join("green");
    assert_eq!(plain_rooms(&io), [("green".into(), 3), ("red".into(), 2)]);
    io.to(bob.id()).sockets_leave("red");
    assert_eq!(plain_rooms(&io), [("green".into(), 3), ("red".into(), 1)]);
    io.of("/").broadcast().sockets_leave("green");
    assert_eq!(plain_rooms(&io), [("red".into(), 1)]);
    assert_eq!(cid.rooms(), [cid.id().to_string()]);
}

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

/// The rooms that are not named by a socket's id.
fn plain_rooms(io: &Server) -> Vec<(String, usize)> {
    let mut rooms = io.of("/").rooms();
    let ids: Vec<_> = io.of("/").sockets().iter().map(Socket::id).collect();
    rooms.retain(|(name, _)| ids.iter().all(|id| id.as_str() != name));
    rooms.sort_unstable();
    rooms
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
