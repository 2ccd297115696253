//! Sockets that enter and leave their namespaces.

use salon_proto::Limits;
use salon_proto::client::{NamespaceError, SocketKey, SocketOptions};
use salon_proto::engine::Transport;
use salon_proto::parser::{Codec, Decoder, Frames, Parser, ParserError, RawPacket};
use serde_json::{Map, Value, json};

use crate::script::{OPEN, Script, websocket};

fn auth(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn with_auth(script: &mut Script, namespace: &str) -> SocketKey {
    let mut options = SocketOptions::default();
    options.has_auth = true;
    script.manager.socket(namespace, options).unwrap()
}

/// A socket without auth data.
pub(crate) fn plain(script: &mut Script, namespace: &str) -> SocketKey {
    let options = SocketOptions::default();
    script.manager.socket(namespace, options).unwrap()
}

#[test]
fn a_socket_connects() {
    let mut script = Script::new(websocket());
    let socket = plain(&mut script, "/");
    assert!(!script.manager.is_active(socket));
    script.connect(socket);
    assert!(script.manager.is_active(socket));
    assert_eq!(script.told(), ["open websocket"]);
    script.server(OPEN);
    assert_eq!(script.told(), ["opened"]);
    assert_eq!(script.sent(), ["40"]);
    assert!(!script.manager.is_connected(socket));
    script.server(r#"40{"sid":"abc"}"#);
    assert_eq!(script.told(), ["connected"]);
    assert_eq!(script.manager.id(socket), Some("abc"));
    assert!(!script.manager.is_recovered(socket));
}

#[test]
fn sockets_share_a_session() {
    let mut script = Script::new(websocket());
    let (root, chat) = (plain(&mut script, "/"), plain(&mut script, "chat"));
    assert_eq!(plain(&mut script, "/chat"), chat);
    script.connect(root);
    script.server(OPEN);
    script.connect(chat);
    assert_eq!(script.sent(), ["40", "40/chat,"]);
    script.server(r#"40{"sid":"a"}"#);
    script.server(r#"40/chat,{"sid":"b"}"#);
    assert_eq!(script.manager.id(root), Some("a"));
    assert_eq!(script.manager.id(chat), Some("b"));
    script.forget();
    script.server(r#"42/chat,["x",1]"#);
    script.server(r#"42/other,["x",1]"#);
    assert_eq!(script.told(), [r#"event /chat ["x",1]"#]);
}

#[test]
fn auth_is_asked_for_at_each_connection() {
    let mut script = Script::new(websocket());
    let socket = with_auth(&mut script, "/a");
    script.connect(socket);
    script.server(OPEN);
    assert_eq!(
        script.told(),
        ["open websocket", "opened", "auth wanted, 1"]
    );
    assert_eq!(script.sent(), [""; 0]);
    let first = auth(json!({"token": 1}));
    script.manager.provide_auth(script.now, socket, 1, first);
    script.turn();
    assert_eq!(script.sent(), [r#"40/a,{"token":1}"#]);
    script.server_closes();
    script.forget();
    script.reconnect();
    assert_eq!(script.told().last().unwrap(), "reconnected by attempt 1");
    let late = auth(json!({"token": 1}));
    script.manager.provide_auth(script.now, socket, 1, late);
    script.turn();
    assert_eq!(
        script.sent(),
        [""; 0],
        "only the newest request is answered"
    );
    let second = auth(json!({"token": 2}));
    for _ in 0..2 {
        let second = second.clone();
        script.manager.provide_auth(script.now, socket, 2, second);
        script.turn();
    }
    assert_eq!(script.sent(), [r#"40/a,{"token":2}"#], "and once");
}

#[test]
fn a_refusal_has_a_message_and_data_and_is_final() {
    let mut script = Script::new(websocket());
    let socket = plain(&mut script, "/admin");
    script.connect(socket);
    script.server(OPEN);
    script.forget();
    script.server(r#"44/admin,{"message":"not you","data":{"code":403}}"#);
    let told = script.told();
    assert_eq!(told[0], r#"connect error: not you {"code":403}"#);
    assert_eq!(told[1..], ["closed: forced close", "end of session"]);
    assert!(!script.manager.is_active(socket));
    script.advance(60_000);
    assert_eq!(script.told(), [""; 0], "nothing is tried again");
    script.connect(socket);
    assert_eq!(
        script.told(),
        ["open websocket"],
        "unless the application says so"
    );
}

#[test]
fn a_refused_socket_leaves_the_others_alone() {
    let (mut script, root) = Script::connected();
    let admin = plain(&mut script, "/admin");
    script.connect(admin);
    script.server(r#"44/admin,{"message":"not you"}"#);
    assert_eq!(script.told(), ["connect error: not you"]);
    assert!(script.manager.is_connected(root) && !script.manager.is_active(admin));
    script.server_closes();
    script.reconnect();
    assert_eq!(script.sent(), ["40/admin,", "40"], "only one comes back");
}

#[test]
fn a_refusal_in_the_words_of_old_or_strange_servers_is_one() {
    for (data, words) in [
        (r#""Not authorized""#, "connect error: Not authorized"),
        ("", "connect error: "),
        ("{}", "connect error: "),
        (r#"{"message":5}"#, "connect error: "),
    ] {
        let mut script = Script::new(websocket());
        let socket = plain(&mut script, "/");
        script.connect(socket);
        script.server(OPEN);
        script.forget();
        script.server(&format!("44{data}"));
        assert_eq!(script.told()[0], words);
    }
}

#[test]
fn a_server_of_version_2_gets_javascripts_words() {
    for consent in ["40", "40{}", r#"40{"sid":""}"#, r#"40{"sid":1}"#] {
        let mut script = Script::new(websocket());
        let socket = plain(&mut script, "/");
        script.connect(socket);
        script.server(OPEN);
        script.forget();
        script.server(consent);
        let told = script.told();
        let words = "connect error: It seems you are trying to reach a Socket.IO server in v2.x";
        assert!(told.len() == 1 && told[0].starts_with(words), "{told:?}");
        assert!(!script.manager.is_connected(socket));
    }
}

#[test]
fn ids_that_are_too_long_break_the_rules() {
    let mut script = Script::new(websocket());
    let socket = plain(&mut script, "/");
    script.connect(socket);
    script.server(OPEN);
    script.forget();
    script.server(&format!(r#"40{{"sid":"{}"}}"#, "x".repeat(257)));
    assert!(
        script
            .told()
            .iter()
            .any(|line| line.starts_with("closed: parse error"))
    );
}

#[test]
fn a_server_disconnects_a_socket_for_good() {
    let (mut script, socket) = Script::connected();
    script.server("41");
    assert_eq!(
        script.told(),
        [
            "disconnected: io server disconnect",
            "closed: forced close",
            "end of session"
        ]
    );
    assert_eq!(script.manager.id(socket), None);
    assert!(!script.manager.is_active(socket));
    script.advance(60_000);
    assert_eq!(script.told(), [""; 0]);
}

#[test]
fn the_session_ends_with_the_last_active_socket() {
    let (mut script, root) = Script::connected();
    let chat = plain(&mut script, "/chat");
    script.connect(chat);
    script.server(r#"40/chat,{"sid":"b"}"#);
    script.forget();
    script.disconnect(root);
    assert_eq!(script.told(), ["disconnected: io client disconnect"]);
    assert_eq!(script.sent(), ["41"]);
    script.disconnect(chat);
    assert_eq!(script.sent(), ["41/chat,"], "it is sent before the end");
    assert_eq!(
        script.told(),
        [
            "disconnected: io client disconnect",
            "closed: forced close",
            "end of session"
        ]
    );
    assert!(script.manager.is_idle());
}

#[test]
fn a_socket_that_connects_again_at_once_gets_a_new_session() {
    let (mut script, socket) = Script::connected();
    script.manager.disconnect(script.now, socket);
    script.manager.connect(script.now, socket);
    script.turn();
    assert_eq!(script.sent(), ["41"]);
    assert_eq!(
        script.told(),
        [
            "disconnected: io client disconnect",
            "closed: forced close",
            "end of session",
            "open websocket"
        ]
    );
    script.server(OPEN);
    assert_eq!(script.sent(), ["40"]);
}

/// JavaScript's client forgets that it has sent CONNECT: it never leaves on the server, or sends
/// another, which breaks the rules.
#[test]
fn a_socket_that_leaves_before_the_answer_leaves_after_it() {
    let (mut script, _) = Script::connected();
    let chat = plain(&mut script, "/chat");
    script.connect(chat);
    script.disconnect(chat);
    script.connect(chat);
    assert_eq!(script.sent(), ["40/chat,"]);
    script.server(r#"40/chat,{"sid":"b"}"#);
    assert_eq!(script.sent(), ["41/chat,", "40/chat,"]);
    script.disconnect(chat);
    script.server(r#"40/chat,{"sid":"c"}"#);
    assert_eq!(script.sent(), ["41/chat,"]);
    assert_eq!(script.told(), [""; 0]);
    script.connect(chat);
    script.server(r#"40/chat,{"sid":"d"}"#);
    assert_eq!(script.told(), ["connected"]);
}

#[test]
fn a_socket_that_is_removed_before_the_answer_leaves_after_it() {
    let (mut script, _) = Script::connected();
    for id in ["b", "c"] {
        let chat = plain(&mut script, "/chat");
        script.connect(chat);
        assert_eq!(script.sent(), ["40/chat,"]);
        script.manager.remove(script.now, chat);
        script.turn();
        assert!(!script.manager.is_active(chat));
        script.server(&format!(r#"40/chat,{{"sid":"{id}"}}"#));
        assert_eq!(script.sent(), ["41/chat,"]);
    }
    let before = plain(&mut script, "/chat");
    script.connect(before);
    script.manager.remove(script.now, before);
    let after = plain(&mut script, "/chat");
    assert_ne!(before, after);
    script.connect(after);
    assert_eq!(
        script.sent(),
        ["40/chat,"],
        "the answer to the first is awaited"
    );
    script.server(r#"40/chat,{"sid":"d"}"#);
    assert_eq!(script.sent(), ["41/chat,", "40/chat,"]);
    script.server(r#"40/chat,{"sid":"e"}"#);
    assert_eq!(script.manager.id(after), Some("e"));
}

#[test]
fn a_manager_that_closes_disconnects_all_and_stays_closed() {
    let (mut script, socket) = Script::connected();
    script.emit_name(socket, "last");
    script.manager.close(script.now);
    script.turn();
    assert_eq!(script.sent(), [r#"42["last"]"#]);
    assert_eq!(
        script.told(),
        [
            "closed: forced close",
            "disconnected: forced close",
            "end of session"
        ]
    );
    script.advance(60_000);
    assert_eq!(script.told(), [""; 0]);
    assert!(script.manager.is_idle() && !script.manager.is_active(socket));
}

#[test]
fn namespaces_are_bounded_in_number_and_length() {
    let mut options = websocket();
    options.limits.max_namespaces = 2;
    let mut script = Script::new(options);
    plain(&mut script, "/1");
    let second = plain(&mut script, "/2");
    let add = |script: &mut Script, name: &str| {
        let options = SocketOptions::default();
        script.manager.socket(name, options)
    };
    assert_eq!(add(&mut script, "/3"), Err(NamespaceError::TooMany));
    script.manager.remove(script.now, second);
    assert!(add(&mut script, "/3").is_ok());
    assert_eq!(add(&mut script, "/a,b"), Err(NamespaceError::Name));
    assert_eq!(
        add(&mut script, &"x".repeat(1_000)),
        Err(NamespaceError::Name)
    );
}

#[test]
fn without_transports_nothing_can_be_opened() {
    let mut options = websocket();
    options.transports = Vec::<Transport>::new();
    options.reconnection.enabled = false;
    let mut script = Script::new(options);
    let socket = plain(&mut script, "/");
    script.connect(socket);
    assert_eq!(
        script.told(),
        [
            "error: No transports available",
            "connect error: No transports available"
        ]
    );
}

/// JavaScript's client waits for ever, and says nothing.
#[test]
fn a_namespace_that_does_not_answer_is_a_connect_error_and_may_answer_yet() {
    let (mut script, _) = Script::connected();
    let slow = plain(&mut script, "/slow");
    script.connect(slow);
    script.advance(20_000);
    script.server("2");
    script.advance(24_999);
    script.forget();
    script.advance(1);
    let words = "connect error: the namespace has not answered in time";
    assert_eq!(script.told(), [words]);
    assert!(script.manager.is_active(slow));
    script.advance(10_000);
    script.server(r#"40/slow,{"sid":"x"}"#);
    assert_eq!(script.told(), ["connected"]);
}

/// JavaScript's client says "disconnect" of a socket that never was connected.
#[test]
fn a_session_that_ends_before_the_answer_is_a_connect_error() {
    let mut script = Script::new(websocket());
    let socket = plain(&mut script, "/");
    script.connect(socket);
    script.server(OPEN);
    script.forget();
    script.server_closes();
    assert_eq!(script.told()[2..], ["connect error: transport close"]);
    assert!(script.manager.is_active(socket));
}

#[test]
fn auth_data_that_a_parser_cannot_write_are_a_refusal() {
    let mut options = websocket();
    options.codec = Codec::new(Speechless);
    let mut script = Script::new(options);
    let socket = plain(&mut script, "/");
    script.connect(socket);
    script.server(OPEN);
    let told = script.told();
    assert!(
        told.contains(&"connect error: no words".to_owned()),
        "{told:?}"
    );
    assert!(script.manager.is_idle());
}

/// A parser that can write nothing.
struct Speechless;

impl Parser for Speechless {
    fn encode(&self, _: &RawPacket<'_>) -> Result<Frames, ParserError> {
        Err(ParserError::new("no words"))
    }

    fn decoder(&self, _: &Limits) -> Box<dyn Decoder> {
        Box::new(Self)
    }
}

impl Decoder for Speechless {}
