//! Events that have a type of their own.

use salon::{Event, HandlerError, Socket, concurrent, deduplicated, sequential};
use serde::{Deserialize, Serialize};

use crate::support::{Host, Notes};

#[derive(Debug, Event, Serialize, Deserialize)]
struct Greeting {
    name: String,
}

#[derive(Event, Serialize, Deserialize)]
#[event("chat message")]
struct ChatMessage(String);

#[derive(Event, Serialize, Deserialize)]
struct Refresh;

/// With two arguments.
#[derive(Clone, Debug, PartialEq, Event, Serialize, Deserialize)]
#[serde(from = "(f64, Option<String>)", into = "(f64, Option<String>)")]
struct Move {
    x: f64,
    label: Option<String>,
}

impl From<(f64, Option<String>)> for Move {
    fn from((x, label): (f64, Option<String>)) -> Self {
        Self { x, label }
    }
}

impl From<Move> for (f64, Option<String>) {
    fn from(it: Move) -> Self {
        (it.x, it.label)
    }
}

#[test]
fn an_event_is_named_after_its_type_or_as_it_says() {
    assert_eq!(Greeting::NAME, "greeting");
    assert_eq!(ChatMessage::NAME, "chat message");
    assert_eq!(Refresh::NAME, "refresh");
}

#[tokio::test(start_paused = true)]
async fn one_definition_names_the_event_for_handlers_and_for_emits() {
    let host = Host::new();
    host.on_event(|socket: Socket, greeting: Greeting| async move {
        let heard = ChatMessage(greeting.name);
        socket.emit_event(&heard);
        socket.volatile().emit_event(&Refresh);
        true
    });
    let mut client = host.join().await;
    client.send(r#"420["greeting",{"name":"Ada"}]"#).await;
    client.expect(r#"42["chat message","Ada"]"#).await;
    client.expect("430[true]").await;
}

#[tokio::test(start_paused = true)]
async fn every_sender_takes_an_event() {
    let host = Host::new();
    let mut client = host.join().await;
    let move_to = Move {
        x: 0.5,
        label: None,
    };
    assert_eq!(host.emit_event(&Refresh).recipients(), 1);
    assert_eq!(host.of("/").emit_event(&move_to).recipients(), 1);
    assert_eq!(host.except("nobody").emit_event(&move_to).recipients(), 1);
    let remote = host.fetch_sockets().await.remove(0);
    assert_eq!(remote.emit_event(&Refresh).recipients(), 1);
    client.expect(r#"42["refresh"]"#).await;
    client.expect(r#"42["move",0.5,null]"#).await;
    client.expect(r#"42["move",0.5,null]"#).await;
    client.expect(r#"42["refresh"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_may_have_several_arguments_none_or_the_wrong_ones() {
    let (host, notes) = (Host::new(), Notes::default());
    let seen = notes.clone();
    host.on_event(move |to: Move| async move { seen.add(format!("{to:?}")) });
    host.on_event(|_: Refresh| async { "refreshed" });
    host.on_event(|_: Greeting| async {});
    let mut client = host.join().await;
    client.emit(r#"["move",1.5,"here"]"#).await;
    client.emit(r#"["move",2]"#).await;
    assert_eq!(client.ask(r#"["refresh"]"#).await, r#"["refreshed"]"#);
    let answer = client.ask(r#"["greeting",{"named":"Ada"}]"#).await;
    assert!(answer.contains("missing field `name`"), "{answer}");
    let moves = [
        r#"Move { x: 1.5, label: Some("here") }"#,
        "Move { x: 2.0, label: None }",
    ];
    assert_eq!(notes.take(), moves);
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_an_event_may_be_sequential_concurrent_or_deduplicated() {
    let host = Host::new();
    host.on_event(sequential(|_: Refresh| async { 1 }));
    host.on_event(concurrent(|_: Greeting| async { 2 }));
    let key = |call: &salon::Call<'_>| call.data::<String>();
    host.on_event(deduplicated(key, |_: ChatMessage| async { 3 }));
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["refresh"]"#).await, "[1]");
    assert_eq!(client.ask(r#"["greeting",{"name":"Ada"}]"#).await, "[2]");
    assert_eq!(client.ask(r#"["chat message","x"]"#).await, "[3]");
}

#[tokio::test(start_paused = true)]
async fn one_socket_may_have_handlers_of_events_and_they_can_be_taken_away() {
    let host = Host::new();
    host.on_connect(|socket: Socket| async move {
        let refresh = socket.on_event(|_: Refresh| async { "own" });
        socket.on("off", move || async move { refresh.off() });
    });
    let unhandled = || async { Err::<(), _>(HandlerError::new("no handler")) };
    host.on_unhandled(unhandled);
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["refresh"]"#).await, r#"["own"]"#);
    assert_eq!(client.ask(r#"["off"]"#).await, "[true]");
    let answer = client.ask(r#"["refresh"]"#).await;
    assert_eq!(answer, r#"[{"error":"no handler"}]"#);
}
