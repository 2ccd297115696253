//! Pings, and servers that are silent.

use std::time::Duration;

use crate::script::Script;

#[test]
fn pings_do_not_fill_the_memory_of_a_client_that_cannot_write() {
    let (mut script, _) = Script::connected();
    for _ in 0..1_000 {
        let _ = script.manager.handle_text(script.now, "2");
        while script.manager.poll_output().is_some() {}
    }
    script.turn();
    assert_eq!(script.sent(), ["3"]);
}

#[test]
fn a_frozen_server_is_missed_and_left() {
    let (mut script, socket) = Script::connected();
    script.advance(25_000);
    script.server("2");
    assert_eq!(script.told(), ["ping"]);
    assert_eq!(script.sent(), ["3"]);
    script.advance(44_999);
    assert!(script.manager.is_connected(socket));
    script.advance(1);
    let told = script.told();
    assert!(
        told.contains(&"disconnected: ping timeout".to_owned()),
        "{told:?}"
    );
}

/// A machine that slept finds out when it sends, and not only when its timers run.
#[test]
fn an_event_after_the_last_ping_is_kept_and_not_lost() {
    let (mut script, socket) = Script::connected();
    script.now = script.now + Duration::from_secs(3_600);
    script.emit_name(socket, "kept");
    assert_eq!(script.sent(), [""; 0]);
    assert!(
        script
            .told()
            .contains(&"disconnected: ping timeout".to_owned())
    );
    script.reconnect();
    script.server(r#"40{"sid":"new"}"#);
    assert_eq!(script.sent(), ["40", r#"42["kept"]"#]);
}
