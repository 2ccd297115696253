//! `salon emit`

use crate::support::{TestServer, salon};

fn emit(server: &TestServer, arguments: &[&str]) -> crate::support::Run {
    let url = server.url("");
    salon(&[&["emit", &url], arguments].concat())
}

#[test]
fn an_answer_is_printed_one_argument_a_line() {
    let server = TestServer::start();
    let run = emit(&server, &["add", "1", "-2", "--ack"]);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    assert_eq!(run.lines, ["-1.0"]);

    let run = emit(
        &server,
        &[
            "--ack",
            "echo",
            "two words",
            r#"{"b":[1],"a":null}"#,
            "true",
        ],
    );
    assert_eq!(
        run.lines,
        [r#""two words""#, r#"{"a":null,"b":[1]}"#, "true"]
    );
    let run = emit(&server, &["--ack", "nothing"]);
    assert_eq!((run.status, run.lines), (0, vec![]));
}

#[test]
fn an_answer_is_an_object_for_programs() {
    let server = TestServer::start();
    let run = emit(
        &server,
        &["--json", "--ack", "reverse", r#"{"$binary":"AQI="}"#],
    );
    let object = serde_json::json!({
        "type": "answer",
        "namespace": "/",
        "event": "reverse",
        "args": [{"$binary": "AgE="}],
    });
    assert_eq!((run.status, run.objects()), (0, vec![object]));
}

#[test]
fn an_event_is_sent_before_the_program_ends() {
    let server = TestServer::start();
    let run = emit(&server, &["tell", "I was here"]);
    assert_eq!(
        (run.status, run.lines, run.errors.as_str()),
        (0, vec![], "")
    );
    assert_eq!(server.hears(), "I was here");
}

#[test]
fn each_transport_query_and_header_gets_to_the_server() {
    let server = TestServer::start();
    for (transport, first) in [("polling", r#""polling""#), ("websocket", r#""websocket""#)] {
        let run = emit(
            &server,
            &[
                "how did I come?",
                "--ack",
                "--transport",
                transport,
                "--query",
                "colour=deep red",
                "--header",
                "x-colour: blue",
            ],
        );
        assert_eq!(
            run.lines,
            [first, r#""deep red""#, r#""blue""#],
            "{}",
            run.errors
        );
    }
}

#[test]
fn a_namespace_is_joined_with_auth() {
    let server = TestServer::start();
    let url = server.url("/private");
    let auth = ["--auth", r#"{"token":"secret"}"#];
    let run = salon(&[&["emit", &url, "x"], &auth[..]].concat());
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
}
