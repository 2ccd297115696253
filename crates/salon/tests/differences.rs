//! Where salon differs from Node on purpose: `docs/differences-from-node.md` names these tests.

mod support;

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use salon::{AckError, DisconnectReason, HandlerError, Server, ServerBuilder, Socket};
use support::{Client, only_socket};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;
use tower::ServiceExt;

fn limited(change: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Server {
    change(Server::builder()).build()
}

/// Tells the test how a question to the client ended.
fn ask(io: &Server) -> UnboundedReceiver<Result<(), AckError>> {
    let (outcome, outcomes) = unbounded_channel();
    io.on("ask-me", move |socket: Socket| async move {
        let answered = socket.emit_with_ack::<()>("question", ()).await;
        outcome.send(answered).unwrap();
    });
    outcomes
}

/// Tells the test why sockets went.
fn watch(io: &Server) -> UnboundedReceiver<DisconnectReason> {
    let (reason, reasons) = unbounded_channel();
    io.on_disconnect(move |why: DisconnectReason| async move { reason.send(why).unwrap() });
    reasons
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_awaited_for_ten_seconds_unless_told_otherwise() {
    let io = Server::new();
    let mut outcomes = ask(&io);
    let client = Client::connect(&io).await;
    let start = Instant::now();
    client.post(r#"42["ask-me"]"#).await;
    assert!(matches!(
        outcomes.recv().await,
        Some(Err(AckError::Timeout))
    ));
    assert_eq!(start.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_body_must_come_in_time() {
    let io = Server::new();
    let app = Router::new().layer(io.layer());
    let ask = |method: &str, query: &str, body| {
        let uri = format!("/socket.io/?EIO=4&transport=polling{query}");
        let request = Request::builder().method(method).uri(uri).body(body);
        app.clone().oneshot(request.unwrap())
    };
    let opened = ask("GET", "", Body::empty()).await.unwrap();
    let packet = to_bytes(opened.into_body(), usize::MAX).await.unwrap();
    let packet = String::from_utf8(packet.to_vec()).unwrap();
    let sid = packet.split('"').nth(3).unwrap();

    let start = Instant::now();
    let never = futures_util::stream::pending::<Result<&[u8], std::io::Error>>();
    let query = format!("&sid={sid}");
    let answer = ask("POST", &query, Body::from_stream(never)).await;
    assert_eq!(answer.unwrap().status(), StatusCode::REQUEST_TIMEOUT);
    assert_eq!(start.elapsed().as_secs(), 60);
    io.close().await;
}

#[tokio::test]
async fn trap_27_an_answer_fails_when_the_client_disconnects() {
    let io = Server::new();
    let mut outcomes = ask(&io);
    let client = Client::connect(&io).await;
    client.post("42[\"ask-me\"]\u{1e}41").await;
    assert!(matches!(
        outcomes.recv().await,
        Some(Err(AckError::Disconnected))
    ));
}

#[tokio::test]
async fn a_client_owes_a_limited_number_of_answers() {
    let io = limited(|builder| builder.limits(|limits| limits.max_pending_acks = 1));
    let mut outcomes = ask(&io);
    let client = Client::connect(&io).await;
    client.post("42[\"ask-me\"]\u{1e}42[\"ask-me\"]").await;
    match outcomes.recv().await {
        Some(Err(AckError::Emit(error))) => assert!(error.is_full()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_error_of_a_handler_is_its_answer() {
    let io = Server::new();
    io.on("fail", || async {
        Err::<(), _>(HandlerError::new("no").with_data(7))
    });
    let client = Client::connect(&io).await;
    client.post(r#"421["fail"]"#).await;
    assert_eq!(client.poll().await, r#"431[{"data":7,"error":"no"}]"#);
}

#[tokio::test]
async fn data_that_does_not_fit_the_handler_is_answered_with_an_error() {
    let io = Server::new();
    io.on("add", |(a, b): (i64, i64)| async move { a + b });
    let client = Client::connect(&io).await;
    client.post(r#"421["add",1,"two"]"#).await;
    let answer = client.poll().await;
    assert!(
        answer.starts_with(r#"431[{"error":"invalid data: "#),
        "{answer}"
    );
}

#[tokio::test]
async fn a_handler_that_panics_ends_alone() {
    let io = Server::new();
    io.on("panic", |message: String| async move {
        assert!(message.is_empty(), "as the test wants");
    });
    io.on("add", |(a, b): (i64, i64)| async move { a + b });
    let client = Client::connect(&io).await;
    client.post(r#"42["panic","now"]"#).await;
    client.post(r#"421["add",1,2]"#).await;
    assert_eq!(client.poll().await, "431[3]");
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let io = limited(|builder| builder.limits(|limits| limits.max_outbox = 100));
    let mut reasons = watch(&io);
    let _client = Client::connect(&io).await;
    assert_eq!(io.emit("news", "x".repeat(90)).recipients(), 1);
    let error = io.emit("news", "x".repeat(90)).result().unwrap_err();
    assert!(error.is_full(), "{error}");
    let reason = reasons.recv().await.unwrap();
    assert_eq!(reason.as_str(), "slow consumer");
}

#[tokio::test]
async fn a_socket_is_in_a_limited_number_of_rooms() {
    let io = limited(|builder| builder.limits(|limits| limits.max_rooms = 2));
    let _client = Client::connect(&io).await;
    let socket = only_socket(&io);
    assert_eq!(
        ["a", "b", "c"].map(|room| socket.join(room)),
        [true, true, false]
    );
    assert_eq!(socket.rooms().len(), 3);
}

#[tokio::test]
async fn a_client_with_too_many_running_handlers_waits() {
    let io = limited(|builder| builder.limits(|limits| limits.max_running_handlers = 1));
    let (gate, mut opened) = tokio::sync::watch::channel(false);
    opened.mark_unchanged();
    io.on("wait", move || {
        let mut opened = opened.clone();
        async move { opened.wait_for(|open| *open).await.map(|_| ()).unwrap() }
    });
    io.on("next", || async { "done" });
    let client = Client::connect(&io).await;
    let mut both = std::pin::pin!(client.post("42[\"wait\"]\u{1e}421[\"next\"]"));
    let early = tokio::time::timeout(Duration::from_millis(50), &mut both).await;
    assert!(early.is_err(), "the second event was processed");
    gate.send(true).unwrap();
    both.await;
    assert_eq!(client.poll().await, r#"431["done"]"#);
}

#[tokio::test]
async fn auth_data_has_a_limited_size() {
    let io = limited(|builder| builder.limits(|limits| limits.max_auth = 10));
    let client = Client::open(&io).await;
    client.post(r#"40{"a":"12345"}"#).await;
    assert_eq!(client.poll().await, r#"44{"message":"Too much auth data"}"#);
    client.post(r#"40{"a":123}"#).await;
    assert!(client.poll().await.starts_with(r#"40{"sid":""#));
}

#[tokio::test]
async fn an_event_with_a_reserved_name_is_refused_without_a_panic() {
    let io = Server::new();
    let error = io.emit("disconnect", ()).result().unwrap_err();
    assert!(error.is_invalid(), "{error}");
}

#[tokio::test]
async fn rooms_are_left_when_the_client_has_gone() {
    let io = Server::new();
    let (rooms, mut seen) = unbounded_channel();
    io.on_connect(|socket: Socket| async move { _ = socket.join("lobby") });
    io.on_disconnect(move |socket: Socket| async move { rooms.send(socket.rooms()).unwrap() });
    let client = Client::connect(&io).await;
    client.post("41").await;
    assert_eq!(seen.recv().await, Some(Vec::new()));
}
