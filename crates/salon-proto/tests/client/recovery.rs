//! Clients that come back and may get their state back.

use salon_proto::client::{SocketKey, SocketOptions};
use serde_json::json;

use crate::script::{OPEN, Script, websocket};

fn kept() -> (Script, SocketKey) {
    let (mut script, socket) = Script::connected();
    script.server_closes();
    script.reconnect();
    script.server(r#"40{"sid":"sid","pid":"secret"}"#);
    script.forget();
    (script, socket)
}

/// Loses the session; gives the CONNECT packet of the next.
fn come_back(script: &mut Script) -> String {
    script.server_closes();
    script.forget();
    script.reconnect();
    script.sent().remove(0)
}

#[test]
fn a_client_tells_the_last_offset_it_has_got() {
    let (mut script, _) = kept();
    assert_eq!(come_back(&mut script), r#"40{"pid":"secret"}"#);
    script.server(r#"40{"sid":"sid","pid":"secret"}"#);
    script.server(r#"42["news",1,"PnqFoZc"]"#);
    let connect = r#"40{"offset":"PnqFoZc","pid":"secret"}"#;
    assert_eq!(come_back(&mut script), connect);
}

#[test]
fn a_client_whose_server_keeps_nothing_tells_nothing() {
    let (mut script, _) = Script::connected();
    script.server(r#"42["news","PnqFoZc"]"#);
    assert_eq!(come_back(&mut script), "40");
}

#[test]
fn a_client_is_recovered_if_its_secret_is_the_same() {
    let (mut script, socket) = kept();
    assert!(!script.manager.is_recovered(socket));
    come_back(&mut script);
    script.server(r#"40{"sid":"sid","pid":"secret"}"#);
    assert!(script.manager.is_recovered(socket));
    come_back(&mut script);
    script.server(r#"40{"sid":"sid2","pid":"other"}"#);
    assert!(!script.manager.is_recovered(socket));
    come_back(&mut script);
    script.server(r#"40{"sid":"sid3"}"#);
    assert!(!script.manager.is_recovered(socket));
}

#[test]
fn missed_events_come_before_the_connection_and_count() {
    let (mut script, _) = kept();
    come_back(&mut script);
    script.server(r#"42["missed",1,"PnqFoZd"]"#);
    script.server(r#"40{"sid":"sid","pid":"secret"}"#);
    assert!(come_back(&mut script).contains("PnqFoZd"));
}

/// JavaScript's client keeps them, gets them again, and hands them over twice.
#[test]
fn missed_events_whose_connection_is_lost_are_not_taken() {
    let (mut script, _) = kept();
    script.server(r#"42["news","PnqFoZc"]"#);
    come_back(&mut script);
    script.server(r#"42["missed","PnqFoZd"]"#);
    assert!(come_back(&mut script).contains("PnqFoZc"));
    script.forget();
    script.server(r#"42["missed","PnqFoZd"]"#);
    script.server(r#"40{"sid":"sid","pid":"secret"}"#);
    assert_eq!(
        script.told(),
        [r#"late event / ["missed","PnqFoZd"]"#, "connected"]
    );
}

#[test]
fn text_at_the_end_of_other_events_is_no_offset() {
    let (mut script, _) = kept();
    script.server(r#"42["news",1,"PnqFoZc"]"#);
    script.server(r#"42["status","connected"]"#);
    script.server(r#"423["question","PnqFoZz"]"#);
    script.server(r#"42["PnqFoZz"]"#);
    assert!(come_back(&mut script).contains(r#""offset":"PnqFoZc""#));
}

#[test]
fn fields_of_the_application_count_more() {
    let mut script = Script::new(websocket());
    let mut options = SocketOptions::default();
    options.has_auth = true;
    let socket = script.manager.socket("/", options).unwrap();
    script.connect(socket);
    script.server(OPEN);
    let none = serde_json::Map::new();
    script.manager.provide_auth(script.now, socket, 1, none);
    script.server(r#"40{"sid":"sid","pid":"secret"}"#);
    script.server(r#"42["news","PnqFoZc"]"#);
    script.server_closes();
    script.reconnect();
    script.forget();
    let auth = json!({"pid": "mine", "token": 1});
    let auth = auth.as_object().unwrap().clone();
    script.manager.provide_auth(script.now, socket, 2, auth);
    script.turn();
    let sent = script.sent().remove(0);
    assert_eq!(sent, r#"40{"offset":"PnqFoZc","pid":"mine","token":1}"#);
}

#[test]
fn a_client_that_gets_too_much_comes_back_without_its_state() {
    let mut options = websocket();
    options.limits.max_unread_bytes = 100;
    let mut script = Script::new(options);
    let socket = script
        .manager
        .socket("/", SocketOptions::default())
        .unwrap();
    script.connect(socket);
    script.server(OPEN);
    script.server(r#"40{"sid":"sid","pid":"secret"}"#);
    come_back(&mut script);
    for _ in 0..10 {
        script.server(r#"42["missed","PnqFoZd"]"#);
    }
    script.forget();
    script.reconnect();
    assert_eq!(script.sent(), ["40"]);
}
