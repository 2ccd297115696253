//! What servers send: events, also before the connection, and nonsense.

use crate::connecting::plain;
use crate::script::{OPEN, Script, websocket};

#[test]
fn events_before_the_connection_are_replayed_after_it() {
    let mut script = Script::new(websocket());
    let socket = plain(&mut script, "/");
    script.connect(socket);
    script.server(OPEN);
    script.forget();
    script.server(r#"42["a",1]"#);
    script.server(r#"427["b"]"#);
    assert_eq!(script.told(), [""; 0]);
    script.server(r#"40{"sid":"abc"}"#);
    assert_eq!(
        script.told(),
        [
            r#"late event / ["a",1]"#,
            r#"late event / ["b"] asks 7"#,
            "connected"
        ]
    );
}

#[test]
fn too_many_events_before_the_connection_end_the_session() {
    let mut options = websocket();
    options.limits.max_unread_events = 2;
    let mut script = Script::new(options);
    let socket = plain(&mut script, "/");
    script.connect(socket);
    script.server(OPEN);
    script.forget();
    for _ in 0..3 {
        script.server(r#"42["a"]"#);
    }
    let closed = "closed: parse error (too many events before the connection)";
    assert!(script.told().iter().any(|line| line == closed));
}

#[test]
fn binary_events_arrive_with_their_attachments() {
    let (mut script, _) = Script::connected();
    script.server(r#"451-["x",{"_placeholder":true,"num":0}]"#);
    assert_eq!(script.told(), [""; 0]);
    script.server_binary(b"\x01");
    assert_eq!(script.told().len(), 1);
}

#[test]
fn what_is_no_packet_is_a_parse_error_and_the_client_comes_back() {
    for nonsense in ["49", "42{", r#"42["connect"]"#, "44,"] {
        let (mut script, _) = Script::connected();
        script.server(nonsense);
        let told = script.told();
        let is_parse_error = |line: &String| line.starts_with("closed: parse error (");
        assert!(told.iter().any(is_parse_error), "{nonsense}: {told:?}");
        assert!(told.contains(&"disconnected: parse error".to_owned()));
        script.advance(5_000);
        assert_eq!(script.told(), ["attempt 1", "open websocket"]);
    }
    let (mut script, _) = Script::connected();
    script.server_binary(b"\x01");
    assert!(
        script
            .told()
            .contains(&"disconnected: parse error".to_owned())
    );
}

#[test]
fn what_is_no_engine_packet_is_a_transport_error() {
    let (mut script, _) = Script::connected();
    script.server("nonsense");
    assert_eq!(
        script.told(),
        [
            "end of session",
            "error: server error",
            "closed: transport error (server error)",
            "disconnected: transport error"
        ]
    );
}
