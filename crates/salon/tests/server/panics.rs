//! A handler that panics harms nobody but itself.

use std::sync::{Arc, OnceLock};

use salon::{Ack, Call, DisconnectReason, Extract, HandlerError, Registration, Socket};
use serde::{Deserialize, Deserializer};

use crate::support::{Host, Logs, Notes, fail, settle};

struct Failing;

impl Extract<Socket> for Failing {
    fn extract(_call: &Call<'_>) -> Result<Self, HandlerError> {
        fail();
        Ok(Self)
    }
}

struct Unreadable;

impl<'de> Deserialize<'de> for Unreadable {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        fail();
        Ok(Self)
    }
}

fn with_failing_handlers() -> Host {
    let host = Host::new();
    host.on("at once", || async { fail() });
    host.on("after an await", || async {
        settle().await;
        fail();
    });
    host.on("before its future", || {
        fail();
        async {}
    });
    host.on("in an extractor", |_: Failing| async {});
    host.on("in the data", |_: Unreadable| async {});
    host.on("fine", || async { "fine" });
    host
}

#[tokio::test(start_paused = true)]
async fn a_session_survives_wherever_its_handlers_panic() {
    let (host, logs) = (with_failing_handlers(), Logs::collect());
    let mut client = host.join().await;
    for name in [
        "at once",
        "after an await",
        "before its future",
        "in an extractor",
        "in the data",
    ] {
        client.emit(&format!(r#"["{name}",1]"#)).await;
        settle().await;
        settle().await;
        let line = logs.one();
        assert!(line.contains("panicked"), "{name}: {line}");
        assert_eq!(client.ask(r#"["fine"]"#).await, r#"["fine"]"#, "{name}");
    }
    assert_eq!((host.session_count(), host.of("/").len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn handlers_that_come_after_one_that_panics_are_called() {
    let (host, notes) = (with_failing_handlers(), Notes::default());
    for name in ["at once", "before its future", "in an extractor"] {
        let notes = notes.clone();
        host.on(name, move || async move { notes.add(name) });
    }
    let mut client = host.join().await;
    for name in ["at once", "before its future", "in an extractor"] {
        client.emit(&format!(r#"["{name}"]"#)).await;
        client.fence().await;
        assert_eq!(notes.take(), [name]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_handler_did_before_it_panicked_stays_done() {
    let host = Host::new();
    host.on("x", |socket: Socket, ack: Ack| async move {
        socket.join("room");
        ack.send("answered").unwrap();
        fail();
    });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["x"]"#).await, r#"["answered"]"#);
    assert_eq!(host.to("room").sockets().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_in_although_a_connect_handler_panics() {
    let (host, notes) = (Host::new(), Notes::default());
    host.on_connect(|| {
        fail();
        async {}
    });
    host.on_connect(|| async { fail() });
    let seen = notes.clone();
    host.on_connect(move || async move { seen.add("third") });
    let mut client = host.join().await;
    client.fence().await;
    assert_eq!(notes.take(), ["third"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_leaves_although_a_disconnect_handler_panics() {
    let (host, notes) = (Host::new(), Notes::default());
    host.on_disconnect(|| {
        fail();
        async {}
    });
    host.on_disconnect(|| async { fail() });
    let seen = notes.clone();
    host.on_disconnect(move |why: DisconnectReason| async move { seen.add(why) });
    drop(host.join().await);
    settle().await;
    assert_eq!(notes.take(), ["transport close"]);
    assert_eq!((host.session_count(), host.of("/").len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn disconnecting_is_safe_although_a_disconnect_handler_panics() {
    let host = Host::new();
    host.on_disconnect(|| {
        fail();
        async {}
    });
    let mut client = host.join().await;
    host.of("/").broadcast().disconnect_sockets(true);
    client.expect("41").await;
    client.rest().await;
    settle().await;
    assert_eq!((host.session_count(), host.of("/").len()), (0, 0));
}

/// Panics when the last handler that has captured it goes.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        fail();
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_survives_a_handler_that_panics_when_it_goes() {
    let (host, logs) = (Host::new(), Logs::collect());
    let bomb = Arc::new(Bomb);
    host.once("once", move || {
        drop(Arc::clone(&bomb));
        async {}
    });
    let mut client = host.join().await;
    client.emit(r#"["once"]"#).await;
    client.fence().await;
    assert!(logs.one().contains("panicked"));
}

#[tokio::test(start_paused = true)]
async fn a_session_survives_a_middleware_that_panics_when_it_goes() {
    let (host, logs) = (Host::new(), Logs::collect());
    let (bomb, itself) = (Arc::new(Bomb), Arc::new(OnceLock::<Registration>::new()));
    let registration = Arc::clone(&itself);
    let registered = host.event_middleware(move || {
        drop(Arc::clone(&bomb));
        registration.get().map(Registration::off);
        async { Ok::<(), HandlerError>(()) }
    });
    itself.set(registered).unwrap();
    host.on("x", || async { 1 });
    let mut client = host.join().await;
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert!(logs.one().contains("panicked"));
    assert_eq!(client.ask(r#"["x"]"#).await, "[1]");
}
