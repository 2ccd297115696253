//! Event middlewares, and the one place where errors arrive.

use salon::{EventName, FailureKind, HandlerError, Socket};

use crate::support::{Host, Logs, Notes, fail, settle};

/// A host whose failures are noted.
fn noting() -> (Host, Notes) {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    host.of("/").on_error(move |failure| {
        let (kind, event) = (failure.kind(), failure.event().unwrap_or("-"));
        let answered = failure.is_answered();
        seen.add(format_args!(
            "{kind:?} {event} {answered}: {}",
            failure.error()
        ));
    });
    (host, notes)
}

#[tokio::test(start_paused = true)]
async fn errors_bad_data_and_panics_arrive_at_one_place() {
    let (host, notes) = noting();
    let logs = Logs::collect();
    host.on("fail", || async { Err::<(), _>(HandlerError::new("no")) });
    host.on("number", |_: u32| async {});
    host.on("panic", || async { fail() });
    let mut client = host.join().await;
    client.emit(r#"["fail"]"#).await;
    client.emit(r#"["number","x"]"#).await;
    client.fence().await;
    assert_eq!(client.ask(r#"["fail"]"#).await, r#"[{"error":"no"}]"#);
    let seen = notes.take();
    assert_eq!(seen[0], "Handler fail false: no");
    assert!(
        seen[1].starts_with("Data number false: invalid data: "),
        "{seen:?}"
    );
    assert_eq!(seen[2], "Handler fail true: no");
    assert!(
        logs.take().is_empty(),
        "the hook takes the place of the log"
    );
    client.emit(r#"["panic"]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["Panic panic false: Internal error"]);
    assert!(logs.one().contains("panicked"));
}

#[tokio::test(start_paused = true)]
async fn the_servers_hook_is_told_of_all_namespaces_and_last() {
    let (host, notes) = noting();
    let seen = notes.clone();
    host.on_error(move |failure| {
        let socket = failure.socket();
        seen.add(format_args!("{} {failure}", socket.namespace().name()));
    });
    for name in ["/", "/custom"] {
        host.of(name)
            .on("x", || async { Err::<(), _>(HandlerError::new("no")) });
    }
    let mut client = host.join().await;
    client.join("/custom,").await;
    client.send_all([r#"42["x"]"#, r#"42/custom,["x"]"#]).await;
    client.fence().await;
    let failed = r#"the handler of event "x" failed: no"#;
    let expected = [
        "Handler x false: no".into(),
        format!("/ {failed}"),
        format!("/custom {failed}"),
    ];
    assert_eq!(notes.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_refused_client_is_a_failure_too() {
    let (host, notes) = noting();
    let logs = Logs::collect();
    host.middleware(|| async { Err::<(), _>(HandlerError::new("not you")) });
    let mut client = host.open().await;
    client.send("40").await;
    client.expect(r#"44{"message":"not you"}"#).await;
    assert_eq!(notes.take(), ["ConnectionRefused - true: not you"]);
    assert!(logs.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_harms_nobody() {
    let (host, logs) = (Host::new(), Logs::collect());
    host.on_error(|_| fail());
    host.on("x", || async { Err::<(), _>(HandlerError::new("no")) });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["x"]"#).await, r#"[{"error":"no"}]"#);
    assert!(logs.one().contains("on_error hook panicked"));
}

#[tokio::test(start_paused = true)]
async fn an_event_middleware_keeps_events_from_their_handlers() {
    let (host, notes) = noting();
    let handled = notes.clone();
    host.event_middleware(|event: EventName| async move {
        match event.starts_with("admin:") {
            true => Err(HandlerError::new("not allowed").with_data(403)),
            false => Ok(()),
        }
    });
    host.on("admin:stop", move || async move { handled.add("stopped") });
    host.on("ok", || async { 1 });
    let mut client = host.join().await;
    let answer = client.ask(r#"["admin:stop"]"#).await;
    assert_eq!(answer, r#"[{"data":403,"error":"not allowed"}]"#);
    client.emit(r#"["admin:stop"]"#).await;
    assert_eq!(client.ask(r#"["ok"]"#).await, "[1]");
    let expected = [
        "EventRefused admin:stop true: not allowed",
        "EventRefused admin:stop false: not allowed",
    ];
    assert_eq!(notes.take(), expected);
}

#[tokio::test(start_paused = true)]
async fn event_middlewares_see_the_data_and_run_in_order_the_sockets_last() {
    let (host, notes) = (Host::new(), Notes::default());
    let (first, second, handled) = (notes.clone(), notes.clone(), notes.clone());
    let (mut client, socket) = host.pair().await;
    socket.event_middleware(move || async move { second.add("socket") });
    host.event_middleware(move |number: u32| async move { first.add(number) });
    host.on(
        "x",
        move |number: u32| async move { handled.add(number + 1) },
    );
    client.emit(r#"["x",1]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["1", "socket", "2"]);
}

#[tokio::test(start_paused = true)]
async fn data_that_does_not_fit_an_event_middleware_refuses_the_event() {
    let (host, notes) = noting();
    host.event_middleware(|_: u32| async {});
    host.on("x", || async { 1 });
    let mut client = host.join().await;
    let answer = client.ask(r#"["x","text"]"#).await;
    assert!(answer.starts_with(r#"[{"error":"invalid data"#), "{answer}");
    assert_eq!(notes.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_waits_for_its_middleware_is_dropped_when_its_client_has_gone() {
    let (host, notes) = (Host::new(), Notes::default());
    let handled = notes.clone();
    host.event_middleware(|| async { settle().await });
    host.on("x", move || async move { handled.add("handled") });
    let mut client = host.join().await;
    client.send_all([r#"42["x"]"#, "41"]).await;
    settle().await;
    settle().await;
    client.fence().await;
    assert!(notes.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn attachments_survive_a_middleware_that_waits() {
    let host = Host::new();
    host.event_middleware(|| async { settle().await });
    host.on("bytes", |data: bytes::Bytes| async move { data.len() });
    let mut client = host.join().await;
    client
        .send(r#"451-0["bytes",{"_placeholder":true,"num":0}]"#)
        .await;
    client.send_binary(b"abc").await;
    client.expect("430[3]").await;
}

#[tokio::test(start_paused = true)]
async fn the_kind_of_a_missing_argument_is_the_handlers() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    host.on_error(move |failure| seen.add(failure.kind() == FailureKind::Handler));
    host.on("x", |_: salon::State<u8>, _: Socket| async {});
    let mut client = host.join().await;
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["true"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_with_too_long_a_name_is_nobodys() {
    let (host, notes) = noting();
    let seen = notes.clone();
    host.on_any(move |event: EventName| async move { seen.add(event.len()) });
    let mut client = host.join().await;
    let (allowed, too_long) = ("x".repeat(1_024), "x".repeat(1_025));
    client.emit(&format!(r#"["{allowed}"]"#)).await;
    let answer = client.ask(&format!(r#"["{too_long}"]"#)).await;
    assert_eq!(
        answer,
        r#"[{"error":"invalid data: the event's name is too long"}]"#
    );
    let seen = notes.take();
    assert_eq!(seen[0], "1024");
    assert!(seen[1].starts_with("Data x") && seen.len() == 2, "{seen:?}");
}
