//! `salon connect` with a script as its input.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::json;

use crate::support::{TestServer, command, conversation};

const GREETED: [&str; 2] = ["connected", r#"← greeting "hello" {"from":"server"}"#];

#[test]
fn a_script_sees_everything_in_its_order() {
    let server = TestServer::start();
    let run = conversation(
        &[&server.url("")],
        &[
            "/wait greeting",
            "# What follows is answered.",
            "add 1 2 --ack",
            "/ack echo you [1,2]",
            "tell done",
        ],
    );
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    let said = run.said();
    assert_eq!(said[..2], GREETED);
    // An answer may be quicker than the next line.
    let (emitted, answers): (Vec<_>, Vec<_>) =
        said[2..].iter().partition(|one| one.starts_with('→'));
    assert_eq!(
        emitted,
        [
            "→ add 1 2 (asks for an answer)",
            r#"→ echo "you" [1,2] (asks for an answer)"#,
            r#"→ tell "done""#,
        ]
    );
    assert_eq!(
        answers,
        ["← answer to add: 3.0", r#"← answer to echo: "you" [1,2]"#]
    );
    assert_eq!(server.hears(), "done");
}

#[test]
fn a_volatile_event_is_sent_while_nothing_else_is() {
    let server = TestServer::start();
    let lines = ["/wait greeting", "/volatile tell done"];
    let run = conversation(&["--transport", "websocket", &server.url("")], &lines);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    assert_eq!(
        run.said().last().expect("a line"),
        r#"→ tell "done" (volatile)"#
    );
    assert_eq!(server.hears(), "done");
}

#[test]
fn programs_get_one_object_a_line() {
    let server = TestServer::start();
    let run = conversation(
        &["--json", &server.url("")],
        &["/wait greeting", r#"/ack reverse {"$binary":"AQID"}"#],
    );
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    let bytes = json!([{"$binary": "AQID"}]);
    let reversed = json!([{"$binary": "AwIB"}]);
    let hello = json!(["hello", {"from": "server"}]);
    assert_eq!(
        run.objects(),
        [
            json!({"type": "connected", "namespace": "/", "recovered": false}),
            json!({"type": "event", "namespace": "/", "event": "greeting", "args": hello}),
            json!({"type": "sent", "namespace": "/", "event": "reverse", "args": bytes,
                   "ack": true, "volatile": false}),
            json!({"type": "answer", "namespace": "/", "event": "reverse", "args": reversed}),
        ]
    );
}

#[test]
fn the_server_is_answered_when_it_is_told_so() {
    let server = TestServer::start();
    let lines = [
        "ask-me why?",
        "/wait question",
        "/answer because 1",
        "/wait \"your answer\"",
    ];
    let run = conversation(&[&server.url("")], &lines);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    let said = run.said();
    assert_eq!(
        said[said.len() - 3..],
        [
            r#"← question "why?" question #1: /answer #1 ARG…"#,
            r#"→ answer to question #1 "because" 1"#,
            r#"← "your answer" ["because",1]"#,
        ]
    );
}

#[test]
fn the_server_is_answered_always_the_same_if_wanted() {
    let server = TestServer::start();
    let lines = [
        "ask-me one",
        "/wait \"your answer\"",
        "ask-me two",
        "/wait \"your answer\"",
    ];
    let run = conversation(&["--answer", "yes", &server.url("")], &lines);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    let answers = run.said();
    let answers = answers
        .iter()
        .filter(|line| *line == r#"← "your answer" ["yes"]"#);
    assert_eq!(answers.count(), 2);
}

#[test]
fn what_the_server_sends_is_shown_escaped() {
    let server = TestServer::start();
    for json in [&[][..], &["--json"]] {
        let url = server.url("");
        let run = conversation(
            &[&[url.as_str()], json].concat(),
            &["attack-me", r#"/wait "\u001b[2J""#],
        );
        assert_eq!((run.status, run.errors.as_str()), (0, ""));
        let line = run.lines.last().expect("a line");
        assert!(line.contains(r"\u001b[2J"), "{line}");
        assert!(line.contains(r"\u009b31m\u0007"), "{line}");
        assert!(!line.contains(|char: char| char.is_control()), "{line:?}");
        assert!(!line.contains('\u{202e}'), "{line:?}");
    }
}

#[test]
fn a_namespace_can_be_left_and_joined_again() {
    let server = TestServer::start();
    let lines = [
        "/wait greeting",
        "/disconnect",
        "/connect",
        "/wait greeting",
    ];
    let run = conversation(&[&server.url("")], &lines);
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
    let left = ["disconnected: io client disconnect"];
    assert_eq!(run.said(), [&GREETED[..], &left, &GREETED].concat());
}

#[test]
fn a_script_that_quits_waits_for_nothing() {
    let server = TestServer::start();
    let run = conversation(
        &["--stay", &server.url("")],
        &["/ack silence", "/quit", "tell x"],
    );
    assert_eq!((run.status, run.errors.as_str()), (0, ""));
}

#[test]
fn a_lost_connection_is_made_anew() {
    let server = TestServer::start();
    let port = server.port();
    let mut child = command(&["connect", "--stay", &server.url("")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let mut lines = output.lines().map(|line| line.expect("a line"));
    let mut next = |text: &str| {
        let line = lines.find(|line| line.contains(text));
        line.unwrap_or_else(|| panic!("no {text}"))
    };

    next("greeting");
    drop(server);
    assert!(next("disconnected: ").ends_with("; trying again"));
    let server = TestServer::start_on(port);
    next("trying to connect, attempt 1");
    next("connected as ");
    next("greeting");
    drop(server);
    child.kill().expect("it runs");
    child.wait().expect("its end");
}

#[test]
fn a_reader_that_has_had_enough_ends_the_program() {
    let server = TestServer::start();
    let mut child = command(&["connect", "--stay", &server.url("")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut output = BufReader::new(child.stdout.take().expect("its output"));
    output.read_line(&mut String::new()).expect("a line");
    drop(output);
    let mut input = child.stdin.take().expect("its input");
    std::io::Write::write_all(&mut input, b"tell x\ntell y\n").expect("it reads");
    assert_eq!(child.wait().expect("its end").code(), Some(0));
}
