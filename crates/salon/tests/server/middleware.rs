//! Who is let in.

use std::sync::Arc;

use salon::{DisconnectReason, HandlerError, Socket};
use serde::Deserialize;
use tokio::sync::Notify;

use crate::support::{Frame, Host, Notes, fail, seconds, settle};

#[derive(Deserialize)]
struct Auth {
    token: String,
}

async fn check(auth: Auth) -> Result<(), HandlerError> {
    match auth.token.as_str() {
        "secret" => Ok(()),
        _ => Err(HandlerError::new("not authorised").with_data([401])),
    }
}

#[tokio::test(start_paused = true)]
async fn a_middleware_refuses_with_its_message_and_its_data() {
    let host = Host::new();
    host.middleware(check);
    let mut client = host.open().await;
    client.send(r#"40{"token":"wrong"}"#).await;
    client
        .expect(r#"44{"message":"not authorised","data":[401]}"#)
        .await;
    assert!(host.of("/").is_empty());
    client.send(r#"40{"token":"secret"}"#).await;
    assert!(client.text().await.starts_with("40{"), "it may try again");
    assert_eq!(host.of("/").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn auth_data_that_does_not_fit_refuses() {
    let host = Host::new();
    host.middleware(check);
    let mut client = host.open().await;
    client.send("40").await;
    let answer = client.text().await;
    assert!(
        answer.starts_with(r#"44{"message":"invalid data: "#),
        "{answer}"
    );
    assert!(host.of("/").is_empty());
}

#[tokio::test(start_paused = true)]
async fn middlewares_run_in_order_and_the_first_refusal_is_the_last_word() {
    let (host, notes) = (Host::new(), Notes::default());
    for number in 0..4 {
        let notes = notes.clone();
        host.middleware(move || async move {
            settle().await;
            notes.add(number);
            match number {
                2 => Err(HandlerError::new("two")),
                _ => Ok(()),
            }
        });
    }
    let connected = notes.clone();
    host.on_connect(move || async move { connected.add("connected") });
    let mut client = host.open().await;
    client.send("40").await;
    client.expect(r#"44{"message":"two"}"#).await;
    assert_eq!(notes.take(), ["0", "1", "2"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_is_not_in_before_an_async_middleware_has_decided() {
    let (host, go) = (Host::new(), Arc::new(Notify::new()));
    let gate = Arc::clone(&go);
    host.middleware(move |socket: Socket| async move {
        gate.notified().await;
        assert!(!socket.is_connected());
    });
    let mut client = host.open().await;
    client.send("40").await;
    client.fence().await;
    assert!(host.of("/").is_empty());
    assert_eq!(host.emit("missed", ()).recipients(), 0);
    go.notify_one();
    assert!(client.text().await.starts_with("40{"));
    assert_eq!(host.emit("got", ()).recipients(), 1);
    client.expect(r#"42["got"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_middleware_of_one_namespace_does_not_hold_up_another() {
    let host = Host::new();
    host.of("/slow").middleware(std::future::pending::<()>);
    let mut client = host.open().await;
    client.send("40/slow,").await;
    client.join("").await;
    host.on("x", || async { 1 });
    assert_eq!(client.ask(r#"["x"]"#).await, "[1]");
}

#[tokio::test(start_paused = true)]
async fn rooms_that_are_joined_in_a_middleware_are_there_on_connection() {
    let (host, notes) = (Host::new(), Notes::default());
    host.middleware(|socket: Socket| async move {
        assert!(socket.join("kept") && socket.join("left"));
        assert!(socket.leave("left"));
    });
    let seen = notes.clone();
    host.on_connect(move |socket: Socket| async move {
        let mut rooms = socket.rooms();
        rooms.retain(|room| *room != socket.id().to_string());
        seen.add(rooms.join(","));
    });
    let mut client = host.join().await;
    settle().await;
    assert_eq!(notes.take(), ["kept"]);
    assert_eq!(host.to("kept").emit("x", ()).recipients(), 1);
    client.expect(r#"42["x"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_client_leaves_nothing_in_the_rooms_it_was_meant_for() {
    let host = Host::new();
    host.middleware(|socket: Socket| async move {
        socket.join("room");
        Err::<(), _>(HandlerError::new("no"))
    });
    let mut client = host.open().await;
    client.send("40").await;
    client.text().await;
    assert!(host.to("room").sockets().is_empty());
    assert!(host.of("/").is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_can_be_sent_to_a_client_that_is_not_in_yet() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    host.middleware(move |socket: Socket| async move {
        seen.add(socket.emit("early", ()).result().unwrap_err());
        let answer = socket.emit_with_ack::<u8>("early", ()).await;
        seen.add(answer.unwrap_err());
        socket.disconnect(true);
    });
    let mut client = host.join().await;
    client.fence().await;
    assert_eq!(
        notes.take(),
        [
            "the client is disconnected",
            "the event was not sent: the client is disconnected"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_vanishes_during_a_middleware_was_never_there() {
    let (host, notes, go) = (Host::new(), Notes::default(), Arc::new(Notify::new()));
    let gate = Arc::clone(&go);
    let checked = notes.clone();
    host.middleware(move || async move {
        gate.notified().await;
        checked.add("checked");
    });
    let (on, off) = (notes.clone(), notes.clone());
    host.on_connect(move || async move { on.add("connected") });
    host.on_disconnect(move |why: DisconnectReason| async move { off.add(why) });
    let mut client = host.open().await;
    client.send("40").await;
    client.fence().await;
    drop(client);
    settle().await;
    assert_eq!(host.session_count(), 0);
    go.notify_one();
    settle().await;
    assert_eq!(notes.take(), ["checked"]);
    assert!(host.of("/").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_second_connect_during_a_middleware_ends_the_session() {
    let (host, notes, go) = (Host::new(), Notes::default(), Arc::new(Notify::new()));
    let gate = Arc::clone(&go);
    host.middleware(move || async move { gate.notified().await });
    let on = notes.clone();
    host.on_connect(move || async move { on.add("connected") });
    let mut client = host.open().await;
    client.send("40").await;
    client.send("40").await;
    assert_eq!(client.rest().await, [Frame::Close(None)]);
    go.notify_waiters();
    settle().await;
    assert_eq!((host.session_count(), host.of("/").len()), (0, 0));
    assert!(notes.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_middleware_that_never_decides_meets_the_connect_timeout() {
    let host = Host::with(|builder| builder.connect_timeout(seconds(5)));
    host.middleware(std::future::pending::<()>);
    let mut client = host.open().await;
    client.send("40").await;
    assert_eq!(client.rest().await, [Frame::Close(None)]);
    assert_eq!((host.session_count(), host.of("/").len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_middleware_that_panics_lets_nobody_in() {
    let host = Host::new();
    host.of("/inline").middleware(|| {
        fail();
        async {}
    });
    host.of("/async").middleware(|| async {
        settle().await;
        fail();
    });
    let mut client = host.join().await;
    for namespace in ["/inline", "/async"] {
        client.send(&format!("40{namespace},")).await;
        let answer = client.text().await;
        assert!(answer.starts_with(&format!("44{namespace},")), "{answer}");
        assert!(host.of(namespace).is_empty());
    }
    client.fence().await;
}
