//! What handlers get as arguments.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use salon::{
    Ack, AllArgs, Call, DisconnectReason, Extract, HandlerError, Handshake, Namespace, Server,
    Socket, State,
};
use serde::Deserialize;
use serde_json::Value;

use crate::support::{Frame, Host, Logs, Notes, settle};

#[tokio::test(start_paused = true)]
async fn a_handler_may_take_nothing_at_all() {
    let host = Host::new();
    host.on("x", || async { "nothing" });
    assert_eq!(
        host.join().await.ask(r#"["x",1,2]"#).await,
        r#"["nothing"]"#
    );
}

#[tokio::test(start_paused = true)]
async fn each_extractor_may_stand_in_any_place_before_the_data() {
    let host = Host::new();
    host.set_state(7_u8);
    host.on("1", |_: Socket, _: Server, n: i64| async move { n });
    host.on("2", |_: Server, _: Socket, n: i64| async move { n });
    host.on(
        "3",
        |_: Ack, _: State<u8>, _: Namespace, n: i64| async move { n },
    );
    host.on("4", |_: Arc<Handshake>, _: Ack, n: i64| async move { n });
    let mut client = host.join().await;
    for name in ["1", "2", "3", "4"] {
        assert_eq!(client.ask(&format!(r#"["{name}",5]"#)).await, "[5]");
    }
}

#[tokio::test(start_paused = true)]
async fn each_extractor_may_be_the_last_argument_instead_of_the_data() {
    let host = Host::new();
    host.set_state(7_u8);
    host.on("socket", |s: Socket| async move { s.is_connected() });
    host.on("server", |s: Server| async move { s.session_count() });
    host.on(
        "namespace",
        |n: Namespace| async move { n.name().to_owned() },
    );
    host.on("state", |s: State<u8>| async move { *s });
    host.on("ack", |ack: Ack| async move { ack.is_wanted() });
    host.on("handshake", |h: Arc<Handshake>| async move {
        h.query_value("EIO")
    });
    let mut client = host.join().await;
    for (name, answer) in [
        ("socket", "[true]"),
        ("server", "[1]"),
        ("namespace", r#"["/"]"#),
        ("state", "[7]"),
        ("ack", "[true]"),
        ("handshake", r#"["4"]"#),
    ] {
        assert_eq!(client.ask(&format!(r#"["{name}","unread"]"#)).await, answer);
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_take_eight_arguments() {
    let host = Host::new();
    host.set_state(String::from("state"));
    host.on(
        "x",
        |socket: Socket,
         server: Server,
         namespace: Namespace,
         ack: Ack,
         handshake: Arc<Handshake>,
         state: State<String>,
         again: Socket,
         (a, b): (i64, String)| async move {
            assert!(ack.is_wanted() && again.id() == socket.id());
            let sockets = (server.session_count(), namespace.len());
            (sockets, handshake.address(), state.len(), a, b)
        },
    );
    let answer = host.join().await.ask(r#"["x",-1,"b"]"#).await;
    assert_eq!(answer, r#"[[1,1],null,5,-1,"b"]"#);
}

#[tokio::test(start_paused = true)]
async fn a_named_function_is_a_handler_too() {
    async fn double(_socket: Socket, n: i64) -> i64 {
        n * 2
    }
    let host = Host::new();
    host.on("double", double);
    assert_eq!(host.join().await.ask(r#"["double",21]"#).await, "[42]");
}

#[tokio::test(start_paused = true)]
async fn the_data_may_be_any_type_that_serde_reads() {
    #[derive(Deserialize)]
    struct Point {
        x: f64,
        y: Option<f64>,
    }
    let host = Host::new();
    host.on("point", |p: Point| async move { (p.x, p.y) });
    host.on("map", |m: HashMap<String, u8>| async move { m["a"] });
    host.on("any", |v: Value| async move { v });
    host.on("all", |AllArgs(v): AllArgs<Value>| async move { v.len() });
    host.on(
        "three",
        |(a, b, c): (u8, Value, bool)| async move { (c, b, a) },
    );
    let mut client = host.join().await;
    for (event, answer) in [
        (r#"["point",{"x":1.5}]"#, "[1.5,null]"),
        (r#"["map",{"a":1}]"#, "[1]"),
        (r#"["any",[1,[2]]]"#, "[[1,[2]]]"),
        (r#"["all",1,2,3]"#, "[3]"),
        (r#"["all"]"#, "[0]"),
        (r#"["three",1,{"k":null},false]"#, r#"[false,{"k":null},1]"#),
    ] {
        assert_eq!(client.ask(event).await, answer, "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_option_takes_what_is_missing_or_null_as_none() {
    let host = Host::new();
    host.on("one", |n: Option<i64>| async move { n.map_or(-1, |n| n) });
    host.on("second", |(a, b): (i64, Option<i64>)| async move { (a, b) });
    let mut client = host.join().await;
    for (event, answer) in [
        (r#"["one"]"#, "[-1]"),
        (r#"["one",null]"#, "[-1]"),
        (r#"["one",3]"#, "[3]"),
        (r#"["second",1]"#, "[1,null]"),
        (r#"["second",1,2]"#, "[1,2]"),
    ] {
        assert_eq!(client.ask(event).await, answer, "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn more_arguments_than_the_handler_wants_do_no_harm() {
    let host = Host::new();
    host.on("one", |n: i64| async move { n });
    host.on("two", |(a, b): (i64, i64)| async move { a + b });
    let mut client = host.join().await;
    assert_eq!(client.ask(r#"["one",1,"more"]"#).await, "[1]");
    assert_eq!(client.ask(r#"["two",1,2,"more"]"#).await, "[3]");
}

#[tokio::test(start_paused = true)]
async fn bytes_arrive_wherever_the_type_wants_them() {
    #[derive(Deserialize)]
    struct File {
        name: String,
        data: Bytes,
    }
    let host = Host::new();
    host.on(
        "file",
        |file: File| async move { (file.name, file.data.len()) },
    );
    let mut client = host.join().await;
    let event = r#"451-7["file",{"name":"a","data":{"_placeholder":true,"num":0}}]"#;
    client.send(event).await;
    client.send_binary(&[0; 300]).await;
    client.expect(r#"437["a",300]"#).await;
}

#[tokio::test(start_paused = true)]
async fn data_of_any_shape_goes_back_as_it_came() {
    let host = Host::new();
    host.on("echo", |args: AllArgs<salon::Value>| async move { args });
    let mut client = host.join().await;
    let event = r#"451-7["echo",{"b":[1,-1.5],"a":{"_placeholder":true,"num":0}},null]"#;
    client.send(event).await;
    client.send_binary(b"abc").await;
    let answer = r#"461-7[{"b":[1,-1.5],"a":{"_placeholder":true,"num":0}},null]"#;
    client.expect(answer).await;
    assert_eq!(client.frame().await, Frame::Binary(b"abc".to_vec()));
}

#[tokio::test(start_paused = true)]
async fn data_that_does_not_fit_is_an_answer_with_an_error() {
    let host = Host::new();
    host.on("number", |n: i64| async move { n });
    host.on("pair", |(a, b): (i64, i64)| async move { a + b });
    let mut client = host.join().await;
    for event in [
        r#"["number","text"]"#,
        r#"["number"]"#,
        r#"["number",{}]"#,
        r#"["number",9999999999999999999999]"#,
        r#"["pair",1]"#,
        r#"["pair",1,"2"]"#,
    ] {
        let answer: Value = serde_json::from_str(&client.ask(event).await).unwrap();
        let error = answer[0]["error"].as_str().unwrap();
        assert!(error.starts_with("invalid data: "), "{event}: {error}");
    }
    assert_eq!(client.ask(r#"["number",1]"#).await, "[1]");
}

#[tokio::test(start_paused = true)]
async fn data_that_does_not_fit_is_logged_where_no_answer_is_wanted() {
    let (host, logs, notes) = (Host::new(), Logs::collect(), Notes::default());
    let called = notes.clone();
    host.on("number", move |n: i64| async move { called.add(n) });
    let mut client = host.join().await;
    client.emit(r#"["number","text"]"#).await;
    client.emit(r#"["number",2]"#).await;
    client.fence().await;
    let line = logs.one();
    let expected = r#"WARN the handler of event "number" failed: invalid data: "#;
    assert!(line.starts_with(expected), "{line}");
    assert_eq!(notes.take(), ["2"], "nothing else is lost");
}

#[tokio::test(start_paused = true)]
async fn data_that_does_not_fit_one_handler_still_reaches_the_others() {
    let (host, notes) = (Host::new(), Notes::default());
    let (text, number) = (notes.clone(), notes.clone());
    host.on("x", move |n: i64| async move { number.add(n) });
    host.on("x", move |t: String| async move { text.add(t) });
    let mut client = host.join().await;
    client.emit(r#"["x","text"]"#).await;
    client.emit(r#"["x",1]"#).await;
    client.fence().await;
    assert_eq!(notes.take(), ["text", "1"]);
}

#[tokio::test(start_paused = true)]
async fn state_that_is_missing_is_an_error_that_says_what_to_do() {
    let (host, logs) = (Host::new(), Logs::collect());
    host.on("x", |_: State<u64>| async {});
    let mut client = host.join().await;
    let answer = client.ask(r#"["x"]"#).await;
    assert_eq!(
        answer,
        r#"[{"error":"no state u64: give it to Server::set_state first"}]"#
    );
    client.emit(r#"["x"]"#).await;
    client.fence().await;
    assert!(logs.one().contains("Server::set_state"));
    host.set_state(1_u64);
    host.on("y", |n: State<u64>| async move { *n });
    assert_eq!(client.ask(r#"["y"]"#).await, "[1]");
}

#[tokio::test(start_paused = true)]
async fn a_reason_is_there_for_those_who_disconnect_only() {
    let (host, notes) = (Host::new(), Notes::default());
    host.on(
        "x",
        |reason: DisconnectReason| async move { reason.to_string() },
    );
    let gone = notes.clone();
    host.on_disconnect(move |reason: DisconnectReason| async move { gone.add(reason) });
    let mut client = host.join().await;
    let answer = client.ask(r#"["x"]"#).await;
    assert!(answer.contains("on_disconnect"), "{answer}");
    drop(client);
    settle().await;
    assert_eq!(notes.take(), ["transport close"]);
}

/// What the client sent in a query parameter.
struct Language(String);

impl Extract<Socket> for Language {
    fn extract(call: &Call<'_>) -> Result<Self, HandlerError> {
        let language = call.socket().handshake().query_value("language");
        let language = language.ok_or_else(|| HandlerError::new("no language"))?;
        Ok(Self(format!("{language} for {:?}", call.event())))
    }
}

#[tokio::test(start_paused = true)]
async fn an_extractor_may_be_the_users_own() {
    let host = Host::new();
    host.on(
        "x",
        |language: Language, n: i64| async move { (language.0, n) },
    );
    let mut client = host.join().await;
    assert_eq!(
        client.ask(r#"["x",1]"#).await,
        r#"[{"error":"no language"}]"#
    );

    let target = "/socket.io/?EIO=4&transport=websocket&language=fr";
    let mut client = crate::support::Client::dial(host.dial(), target).await;
    client.text().await;
    client.join("").await;
    let answer = client.ask(r#"["x",1]"#).await;
    assert_eq!(answer, r#"["fr for Some(\"x\")",1]"#);
}

#[tokio::test(start_paused = true)]
async fn connect_handlers_get_the_auth_data() {
    #[derive(Deserialize)]
    struct Auth {
        name: Option<String>,
    }
    let (host, notes) = (Host::new(), Notes::default());
    let (first, second) = (notes.clone(), notes.clone());
    host.on_connect(move |auth: Auth| async move {
        first.add(auth.name.unwrap_or_default());
    });
    host.on_connect(move |socket: Socket| async move {
        second.add(socket.auth::<Value>().unwrap());
    });
    let mut client = host.open().await;
    client.send(r#"40{"name":"Ann"}"#).await;
    client.text().await;
    settle().await;
    assert_eq!(notes.take(), ["Ann", r#"{"name":"Ann"}"#]);
    host.join().await;
    settle().await;
    assert_eq!(notes.take(), ["", "{}"], "none sent");
}
