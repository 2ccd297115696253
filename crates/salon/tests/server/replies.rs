//! What handlers return, and who else is called.

use std::num::ParseIntError;

use bytes::Bytes;
use salon::{Ack, HandlerError, Namespace, Server};
use serde::Serialize;

use crate::support::{Host, Logs, Notes, settle};

#[tokio::test(start_paused = true)]
async fn what_a_handler_returns_is_the_answer() {
    #[derive(Serialize)]
    struct Point {
        x: u8,
    }
    let host = Host::new();
    host.on("text", || async { "text" });
    host.on("tuple", || async { (1, "two", Point { x: 3 }) });
    host.on("list", || async { vec![1, 2] });
    host.on("none", || async { None::<u8> });
    host.on("pair of units", || async { ((), 1) });
    host.on("ok", || async { Ok::<_, HandlerError>("fine") });
    let mut client = host.join().await;
    for (name, answer) in [
        ("text", r#"["text"]"#),
        ("tuple", r#"[1,"two",{"x":3}]"#),
        ("list", "[[1,2]]"),
        ("none", "[null]"),
        ("pair of units", "[null,1]"),
        ("ok", r#"["fine"]"#),
    ] {
        assert_eq!(
            client.ask(&format!(r#"["{name}"]"#)).await,
            answer,
            "{name}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_carry_bytes() {
    let host = Host::new();
    host.on("x", || async { Bytes::from_static(b"\x01\x02") });
    let mut client = host.join().await;
    client.send(r#"423["x"]"#).await;
    client
        .expect(r#"461-3[{"_placeholder":true,"num":0}]"#)
        .await;
    let attachment = client.frame().await;
    assert_eq!(attachment, crate::support::Frame::Binary(vec![1, 2]));
}

#[tokio::test(start_paused = true)]
async fn unit_and_ok_of_unit_answer_nothing() {
    let host = Host::new();
    host.on("unit", || async {});
    host.on("ok", || async { Ok::<(), HandlerError>(()) });
    let mut client = host.join().await;
    client.send(r#"421["unit"]"#).await;
    client.send(r#"422["ok"]"#).await;
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_to_a_client_that_wants_no_answer() {
    let host = Host::new();
    host.on("x", || async { "answer" });
    let mut client = host.join().await;
    client.emit(r#"["x"]"#).await;
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn an_error_goes_to_the_client_that_asked_and_else_to_the_log() {
    let (host, logs) = (Host::new(), Logs::collect());
    host.on("parse", |text: String| async move { text.parse::<u8>() });
    host.on("own", || async {
        Err::<u8, _>(HandlerError::new("no").with_data([1, 2]))
    });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["parse","7"]"#).await, "[7]");
    assert_eq!(
        client.ask(r#"["parse","x"]"#).await,
        r#"[{"error":"invalid digit found in string"}]"#
    );
    assert_eq!(
        client.ask(r#"["own"]"#).await,
        r#"[{"data":[1,2],"error":"no"}]"#
    );
    assert!(logs.take().is_empty(), "the client knows");
    client.emit(r#"["own"]"#).await;
    client.fence().await;
    assert_eq!(logs.one(), r#"WARN the handler of event "own" failed: no"#);
}

#[tokio::test(start_paused = true)]
async fn a_standard_error_turns_into_a_handlers_error_by_the_question_mark() {
    async fn sum((a, b): (String, String)) -> Result<i64, HandlerError> {
        let parse = |text: &str| -> Result<i64, ParseIntError> { text.parse() };
        Ok(parse(&a)? + parse(&b)?)
    }
    let host = Host::new();
    host.on("sum", sum);
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["sum","1","2"]"#).await, "[3]");
    let answer = client.ask(r#"["sum","1","x"]"#).await;
    assert_eq!(answer, r#"[{"error":"invalid digit found in string"}]"#);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_written_is_an_error_for_the_client() {
    struct Unwritable;
    impl Serialize for Unwritable {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("not today"))
        }
    }
    let host = Host::new();
    host.on("x", || async { Unwritable });
    let answer = host.join().await.ask(r#"["x"]"#).await;
    assert!(answer.contains("not today"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn only_the_first_answer_counts() {
    let host = Host::new();
    host.on("x", |ack: Ack| async move {
        assert!(ack.is_wanted());
        ack.send(&(1, 2)).unwrap();
        assert!(!ack.is_wanted());
        ack.send(&"again").unwrap();
        "returned"
    });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["x"]"#).await, "[1,2]");
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_may_be_sent_later_and_from_elsewhere() {
    let host = Host::new();
    host.on("x", |ack: Ack| async move {
        tokio::spawn(async move {
            settle().await;
            ack.send("late").unwrap();
        });
    });
    assert_eq!(host.join().await.ask(r#"["x"]"#).await, r#"["late"]"#);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_a_client_that_has_gone_is_an_error_and_no_more() {
    let (host, notes) = (Host::new(), Notes::default());
    let answered = notes.clone();
    host.on("x", move |ack: Ack| async move {
        settle().await;
        answered.add(ack.send("late").unwrap_err().is_disconnected());
    });
    let mut client = host.join().await;
    client.send(r#"421["x"]"#).await;
    drop(client);
    settle().await;
    settle().await;
    assert_eq!(notes.take(), ["true"]);
}

#[tokio::test(start_paused = true)]
async fn several_handlers_of_one_event_are_called_in_order() {
    let (host, notes) = (Host::new(), Notes::default());
    for number in 0..5 {
        let notes = notes.clone();
        host.on("x", move || async move { notes.add(number) });
    }
    let mut client = host.join().await;
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["0", "1", "2", "3", "4"]);
}

#[tokio::test(start_paused = true)]
async fn of_several_handlers_the_first_answer_counts() {
    let host = Host::new();
    host.on("x", || async {});
    host.on("x", || async { "second" });
    host.on("x", || async { "third" });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["x"]"#).await, r#"["second"]"#);
    client.fence().await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_is_registered_later_is_called_from_then_on() {
    let host = Host::new();
    let mut client = host.join().await;
    client.send(r#"420["x"]"#).await;
    client.fence().await;
    host.on("x", || async { "now" });
    assert_eq!(client.ask(r#"["x"]"#).await, r#"["now"]"#);
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_register_another_for_its_own_event() {
    let (host, notes) = (Host::new(), Notes::default());
    let called = notes.clone();
    host.on("x", move |io: Server| {
        called.add("outer");
        let called = called.clone();
        async move {
            io.on("x", || async move { called.add("inner") });
        }
    });
    let mut client = host.join().await;
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["outer"], "not for the event that is at work");
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["outer", "inner"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_without_a_handler_means_nothing() {
    let (host, logs) = (Host::new(), Logs::collect());
    let mut client = host.join().await;
    client.emit(r#"["nobody"]"#).await;
    client.fence().await;
    assert!(logs.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn namespaces_have_handlers_of_their_own() {
    let host = Host::new();
    host.on("x", || async { "root" });
    host.of("/a")
        .on("x", |n: Namespace| async move { n.name().to_owned() });
    host.of("b")
        .on("x", |n: Namespace| async move { n.name().to_owned() });
    let mut client = host.join().await;
    client.join("/a,").await;
    client.join("/b,").await;
    for (packet, answer) in [
        (r#"421["x"]"#, r#"431["root"]"#),
        (r#"42/a,2["x"]"#, r#"43/a,2["/a"]"#),
        (r#"42/b,3["x"]"#, r#"43/b,3["/b"]"#),
    ] {
        client.send(packet).await;
        client.expect(answer).await;
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_events_are_compared_after_json_escapes() {
    let host = Host::new();
    host.on("a\"b\u{e9}", || async { "found" });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["a\"b\u00e9"]"#).await, r#"["found"]"#);
}
