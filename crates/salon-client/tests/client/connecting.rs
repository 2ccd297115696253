//! Getting in, and not getting in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use salon::{HandlerError, Server};
use salon_client::{
    ConnectError, ConnectErrorKind, DisconnectReason, Manager, Socket, Transport, connect,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Served, notes, soon};

fn server() -> Server {
    let io = Server::new();
    io.on("auth", |socket: salon::Socket| async move {
        socket.auth::<Value>()
    });
    io.on("leave", |socket: salon::Socket| async move {
        socket.disconnect(true);
    });
    io.of("/admin").middleware(|auth: Value| async move {
        match auth["token"].as_str() {
            Some("right") => Ok(()),
            _ => Err(HandlerError::new("not you").with_data(json!({"code": 7}))),
        }
    });
    io
}

#[tokio::test]
async fn a_refusal_says_why_and_nobody_tries_again() {
    let served = Served::start(server).await;
    let manager = served.manager(&[Transport::WebSocket]);
    let admin = manager
        .socket_builder("/admin")
        .auth(json!({"token": "wrong"}))
        .build();
    let (note, mut noted) = notes();
    admin.on_connect_error(move |socket: Socket, error: ConnectError| async move {
        note.add(format!("{error} {}", socket.is_active()));
    });
    admin.connect();
    let error = soon(admin.connected()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Refused);
    assert_eq!(
        (error.message(), error.data()),
        ("not you", Some(&json!({"code": 7})))
    );
    assert!(error.is_refused() && !admin.is_active() && !admin.is_connected());
    assert_eq!(noted.next().await, "not you false");
    assert!(soon(admin.recv()).await.is_none(), "nothing will come");

    let there_is_none = soon(connect(&served.url("/nowhere"))).await.unwrap_err();
    assert_eq!(there_is_none.message(), "Invalid namespace");
}

#[tokio::test]
async fn auth_data_are_asked_for_at_each_connection() {
    let served = Served::start(server).await;
    let count = AtomicU32::new(0);
    let socket = served
        .manager(&[Transport::WebSocket])
        .socket_builder("/")
        .auth_with(move || {
            let number = count.fetch_add(1, Ordering::Relaxed);
            async move { json!({"number": number}) }
        })
        .build();
    for number in 0..3 {
        socket.connect();
        let auth: Value = soon(socket.emit_with_ack("auth", ())).await.unwrap();
        assert_eq!(auth, json!({"number": number}));
        socket.disconnect();
    }
}

#[tokio::test]
async fn auth_data_that_cannot_be_had_are_the_error() {
    let served = Served::start(server).await;
    let manager = served.manager(&[Transport::WebSocket]);
    let failing = || async { Err::<Value, _>("no token today") };
    for (socket, message) in [
        (
            manager.socket_builder("/a").try_auth_with(failing).build(),
            "no token today",
        ),
        (
            manager.socket_builder("/b").auth("text").build(),
            "auth data must be an object",
        ),
        (
            manager
                .socket_builder("/c")
                .auth_with(|| async { panic!("on purpose") as Value })
                .build(),
            "the auth function panicked",
        ),
    ] {
        socket.connect();
        let error = soon(socket.connected()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ConnectErrorKind::Auth, message)
        );
        assert!(!socket.is_active());
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_an_error_and_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = soon(connect(&url)).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Transport);
    assert_eq!(error.message(), "xhr poll error");
    assert!(
        error
            .details()
            .is_some_and(|details| details.contains("refused")),
        "{error:?}"
    );

    let manager = Manager::builder(&url)
        .reconnection_delay(Duration::from_millis(10))
        .reconnection_delay_max(Duration::from_millis(10))
        .reconnection_attempts(2)
        .build()
        .unwrap();
    let (note, mut noted) = notes();
    let (attempt, error, failed) = (note.clone(), note.clone(), note);
    manager.on_reconnect_attempt(move |number: u32| async move { attempt.add(number) });
    manager.on_reconnect_error(move |why: ConnectError| async move { error.add(why.message()) });
    manager.on_reconnect_failed(move || async move { failed.add("failed") });
    let socket = manager.socket("/");
    socket.connect();
    for expected in ["1", "xhr poll error", "2", "failed", "xhr poll error"] {
        assert_eq!(noted.next().await, expected);
    }
    assert!(!socket.is_active());
    assert!(soon(socket.recv()).await.is_none());

    let never = Manager::builder(&url)
        .reconnection(false)
        .build()
        .unwrap()
        .socket("/");
    let (note, mut noted) = notes();
    never.on_connect_error(move |socket: Socket| async move { note.add(socket.is_active()) });
    never.connect();
    assert_eq!(noted.next().await, "false");
    assert!(soon(never.connected()).await.is_err());
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    for transport in [Transport::Polling, Transport::WebSocket] {
        let connecting = connect(&url).manager(|manager| {
            manager
                .transports([transport])
                .timeout(Duration::from_millis(50))
        });
        let error = soon(connecting).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ConnectErrorKind::Timeout, "timeout")
        );
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_before_anything_happens() {
    for (builder, part) in [
        (Manager::builder("ftp://example.com"), "http"),
        (Manager::builder("http://a").header("a b", "c"), "a b"),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ConnectErrorKind::Config);
        assert!(error.to_string().contains(part), "{error}");
    }
    let manager = Manager::builder("http://127.0.0.1:1").build().unwrap();
    let strange = manager.socket("/a,b");
    strange.connect();
    let error = soon(strange.connected()).await.unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Config);
    assert!(
        soon(strange.emit("x", ()))
            .await
            .unwrap_err()
            .is_disconnected()
    );
}

#[test]
fn without_a_runtime_there_is_no_manager() {
    let error = Manager::builder("http://a").build().unwrap_err();
    assert_eq!(error.kind(), ConnectErrorKind::Config);
}

#[tokio::test]
async fn a_server_that_disconnects_a_socket_is_obeyed() {
    let served = Served::start(server).await;
    let socket = served.socket("/").await;
    let (note, mut noted) = notes();
    socket.on_disconnect(move |socket: Socket, reason: DisconnectReason| async move {
        note.add(format!("{reason} {:?} {}", socket.id(), socket.is_active()));
    });
    socket.emit("leave", ());
    assert_eq!(noted.next().await, "io server disconnect None false");
    assert!(soon(socket.recv()).await.is_none());
    assert!(soon(socket.connected()).await.is_err(), "nobody tries");

    socket.connect();
    soon(socket.connected())
        .await
        .expect("it is asked to come back");
    socket.disconnect();
    assert!(!socket.is_connected() && !socket.is_active());
    assert_eq!(noted.next().await, "io client disconnect None false");
}

/// `Arc`s in states and handlers show when they are dropped.
#[tokio::test]
async fn what_the_application_gave_is_given_back() {
    let served = Served::start(server).await;
    let (state, captured) = (Arc::new(()), Arc::new(()));
    let socket = served.socket("/").await;
    socket.manager().set_state(Arc::clone(&state));
    let kept = Arc::clone(&captured);
    socket.on("x", move || async move { drop(kept) });
    let manager = socket.manager().clone();
    soon(manager.close()).await;
    assert_eq!(
        Arc::strong_count(&captured),
        1,
        "handlers go with the manager's end"
    );
    drop((socket, manager));
    assert_eq!(Arc::strong_count(&state), 1);
}

/// As in JavaScript, where leaving takes effect at once.
#[tokio::test]
async fn a_socket_that_left_hears_nothing_more() {
    let served = Served::start(|| {
        let io = Server::new();
        io.on("both", |socket: salon::Socket| async move {
            socket.emit("one", ());
            socket.emit("two", ());
        });
        io
    })
    .await;
    let socket = served.socket("/").await;
    let (note, mut noted) = notes();
    let (one, gone) = (note.clone(), note.clone());
    socket.on("one", move |socket: Socket| async move {
        one.add("one");
        socket.disconnect();
    });
    socket.on("two", move || async move { note.add("two") });
    socket.on_disconnect(move |reason: DisconnectReason| async move { gone.add(reason) });
    socket.emit("both", ());
    assert_eq!(noted.next().await, "one");
    assert_eq!(noted.next().await, "io client disconnect");
    soon(socket.manager().close()).await;
    assert_eq!(noted.now(), None);
}
