//! Handlers that come and go, hooks for all events, and handlers of one socket.

use salon::{AllArgs, EventName, HandlerError, Socket};

use crate::support::{Host, Logs, Notes, settle};

#[tokio::test(start_paused = true)]
async fn a_handler_can_be_taken_away() {
    let (host, notes) = (Host::new(), Notes::default());
    let (first, second) = (notes.clone(), notes.clone());
    let registration = host.on("x", move || async move { first.add("first") });
    host.on("x", move || async move { second.add("second") });
    let mut client = host.join().await;
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["first", "second"]);
    assert!(registration.off());
    assert!(!registration.off(), "it is away already");
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["second"]);
    host.off("x");
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert!(notes.take().is_empty());
    assert!(host.of("/").event_names().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_registration_may_be_dropped() {
    let host = Host::new();
    drop(host.on("x", || async { 1 }));
    assert_eq!(host.join().await.ask(r#"["x"]"#).await, "[1]");
    assert_eq!(host.of("/").event_names(), ["x"]);
}

#[tokio::test(start_paused = true)]
async fn once_is_one_event_of_any_client() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    host.once("x", move |number: u32| async move { seen.add(number) });
    let (mut first, mut second) = (host.join().await, host.join().await);
    second.send_all([r#"42["x",1]"#, r#"42["x",2]"#]).await;
    second.fence().await;
    first.emit(r#"["x",3]"#).await;
    first.fence().await;
    assert_eq!(notes.take(), ["1"]);
}

#[tokio::test(start_paused = true)]
async fn once_of_a_socket_is_one_event_of_its_client() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    host.on_connect(move |socket: Socket| async move {
        socket.once("x", move |number: u32| async move { seen.add(number) });
    });
    let (mut first, mut second) = (host.join().await, host.join().await);
    second.send_all([r#"42["x",1]"#, r#"42["x",2]"#]).await;
    second.fence().await;
    first.emit(r#"["x",3]"#).await;
    first.fence().await;
    assert_eq!(notes.take(), ["1", "3"]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_one_socket_is_called_after_those_of_the_namespace() {
    let (host, notes) = (Host::new(), Notes::default());
    let (all, one) = (notes.clone(), notes.clone());
    let (mut client, socket) = host.pair().await;
    let registration = socket.on("x", move || async move { one.add("one") });
    host.on("x", move || async move { all.add("all") });
    let mut other = host.join().await;
    for client in [&mut client, &mut other] {
        client.emit(r#"["x"]"#).await;
        client.fence().await;
    }
    assert_eq!(notes.take(), ["all", "one", "all"]);
    assert!(registration.off());
    socket.on("y", || async { 1 });
    socket.off("y");
    client.send_all([r#"42["x"]"#, r#"420["y"]"#]).await;
    client.fence().await;
    assert_eq!(notes.take(), ["all"]);
}

/// How many owners a value has tells whether the handlers that hold it are gone.
#[tokio::test(start_paused = true)]
async fn handlers_that_hold_their_socket_go_with_it() {
    let (host, gone) = (Host::new(), Notes::default());
    let held = std::sync::Arc::new(());
    let (mut client, socket) = host.pair().await;
    let (same, mark, note) = (socket.clone(), held.clone(), gone.clone());
    socket.on("x", move || async move { drop((same, mark)) });
    let (same, mark) = (socket.clone(), held.clone());
    socket.on_disconnect(move || async move {
        note.add(same.is_connected());
        drop(mark);
    });
    assert_eq!(std::sync::Arc::strong_count(&held), 3);
    client.send("41").await;
    client.fence().await;
    assert_eq!(gone.take(), ["false"]);
    assert_eq!(std::sync::Arc::strong_count(&held), 1);
    let (same, mark) = (socket.clone(), held.clone());
    socket.on("late", move || async move { drop((same, mark)) });
    assert_eq!(
        std::sync::Arc::strong_count(&held),
        1,
        "nobody can call it any more"
    );
}

#[tokio::test(start_paused = true)]
async fn handlers_of_a_refused_socket_go_too() {
    let host = Host::new();
    let held = std::sync::Arc::new(());
    let mark = held.clone();
    host.middleware(move |socket: Socket| async move {
        let same = socket.clone();
        socket.on("x", move || async move { drop((same, mark)) });
        Err::<(), _>(HandlerError::new("no"))
    });
    let mut client = host.open().await;
    client.send("40").await;
    client.expect(r#"44{"message":"no"}"#).await;
    // One is the middleware's own.
    assert_eq!(std::sync::Arc::strong_count(&held), 2);
}

#[tokio::test(start_paused = true)]
async fn any_event_is_seen_with_its_name_before_its_handlers() {
    let (host, notes) = (Host::new(), Notes::default());
    let (any, handled) = (notes.clone(), notes.clone());
    host.on("x", move || async move { handled.add("handled") });
    host.on_any(move |event: EventName, args: AllArgs<u32>| async move {
        any.add(format_args!("{event} {:?}", args.0));
    });
    let (mut client, socket) = host.pair().await;
    client.send_all([r#"42["x",1,2]"#, r#"42["y"]"#]).await;
    client.fence().await;
    assert_eq!(notes.take(), ["x [1, 2]", "handled", "y []"]);
    let answer = tokio::spawn(socket.emit_with_ack::<u32>("question", ()));
    client.expect(r#"420["question"]"#).await;
    client.send("430[1]").await;
    assert_eq!(answer.await.unwrap().unwrap(), 1);
    assert!(notes.take().is_empty(), "an answer is no event");
}

#[tokio::test(start_paused = true)]
async fn an_event_without_handlers_goes_to_the_fallback() {
    let host = Host::new();
    host.on("known", || async { "known" });
    host.on_unhandled(|event: EventName| async move {
        Err::<(), _>(HandlerError::new(format!("no event {event}")))
    });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["known"]"#).await, r#"["known"]"#);
    let answer = client.ask(r#"["x"]"#).await;
    assert_eq!(answer, r#"[{"error":"no event x"}]"#);
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_a_reserved_name_is_logged() {
    let (host, logs) = (Host::new(), Logs::collect());
    host.on("connection", || async {});
    assert!(logs.take().is_empty(), "clients may send this one");
    for name in ["connect", "disconnect", "disconnecting", "connect_error"] {
        host.on(name, || async {});
        let line = logs.one();
        assert!(line.starts_with("ERROR") && line.contains(name), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_take_itself_away() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    let io = host.io.clone();
    host.on("x", move || async move {
        io.off("x");
        seen.add("x");
    });
    let mut client = host.join().await;
    client.send_all([r#"42["x"]"#, r#"42["x"]"#]).await;
    client.fence().await;
    settle().await;
    assert_eq!(notes.take(), ["x"]);
}
