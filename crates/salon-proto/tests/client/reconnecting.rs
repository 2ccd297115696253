//! Sessions that are opened, lost and opened again.

use std::time::Duration;

use salon_proto::client::{Options, Reconnection, SocketKey, SocketOptions};
use salon_proto::engine::Transport;

use crate::script::{OPEN, Script, websocket};

fn connecting(options: Options) -> (Script, SocketKey) {
    let mut script = Script::new(options);
    let options = SocketOptions::default();
    let socket = script.manager.socket("/", options).unwrap();
    script.connect(socket);
    (script, socket)
}

fn with(change: impl FnOnce(&mut Reconnection)) -> Options {
    let mut options = websocket();
    change(&mut options.reconnection);
    options
}

/// Milliseconds until the next attempt.
fn delay(script: &Script) -> u64 {
    let due = script.manager.poll_timeout().unwrap();
    due.as_millis() - script.now.as_millis()
}

#[test]
fn a_first_connection_that_fails_is_tried_again() {
    let (mut script, socket) = connecting(websocket());
    script.forget();
    script.fails();
    assert_eq!(
        script.told(),
        [
            "end of session",
            "error: websocket error: refused",
            "connect error: websocket error"
        ]
    );
    assert!(script.manager.is_active(socket));
    let delay = delay(&script);
    assert!((500..=1_500).contains(&delay), "{delay}");
    script.advance(delay);
    assert_eq!(script.told(), ["attempt 1", "open websocket"]);
    script.server(OPEN);
    assert_eq!(script.told(), ["opened", "reconnected by attempt 1"]);
    assert_eq!(script.sent(), ["40"]);
}

#[test]
fn delays_double_up_to_their_maximum() {
    let (mut script, _) = connecting(websocket());
    let mut delays = Vec::new();
    for _ in 0..50 {
        script.fails();
        delays.push(delay(&script));
        script.advance(5_000);
    }
    for (delay, plain) in delays.iter().zip([1_000, 2_000, 4_000]) {
        assert!(*delay >= plain / 2 && *delay <= plain * 3 / 2, "{delays:?}");
    }
    assert!(
        delays[4..].iter().all(|delay| *delay == 5_000),
        "{delays:?}"
    );
}

#[test]
fn clients_with_other_seeds_come_back_at_other_times() {
    let first_delay = |seed| {
        let mut manager = salon_proto::client::Manager::new(websocket(), seed);
        let now = salon_proto::timer::Instant::from_millis(0);
        let options = SocketOptions::default();
        let socket = manager.socket("/", options).unwrap();
        manager.connect(now, socket);
        let failure = salon_proto::client::Failure::WebSocket;
        manager.handle_lost(now, failure, None::<&str>);
        manager.poll_timeout().unwrap().as_millis()
    };
    let mut delays: Vec<u64> = (0..100).map(first_delay).collect();
    delays.sort_unstable();
    delays.dedup();
    assert!(delays.len() > 80, "{delays:?}");
    assert!(delays[0] >= 500 && *delays.last().unwrap() <= 1_500);
}

#[test]
fn it_gives_up_after_so_many_attempts() {
    let (mut script, socket) = connecting(with(|one| one.attempts = Some(2)));
    script.fails();
    script.forget();
    script.advance(5_000);
    script.fails();
    assert!(
        script
            .told()
            .contains(&"attempt failed: websocket error: refused".to_owned())
    );
    script.advance(5_000);
    script.forget();
    script.fails();
    // JavaScript's client says it in this order too.
    assert_eq!(
        script.told()[2..],
        [
            "connect error: websocket error",
            "gave up",
            "attempt failed: websocket error: refused"
        ][..]
            .to_vec()
    );
    assert!(!script.manager.is_active(socket) && script.manager.is_idle());
    script.advance(60_000);
    assert_eq!(script.told(), [""; 0]);
    script.connect(socket);
    assert_eq!(script.told(), ["open websocket"]);
    script.fails();
    script.advance(5_000);
    assert!(
        script.told().contains(&"attempt 1".to_owned()),
        "it begins anew"
    );
}

#[test]
fn it_does_not_reconnect_where_it_may_not() {
    let (mut script, socket) = connecting(with(|one| one.enabled = false));
    script.fails();
    assert!(script.manager.is_idle() && !script.manager.is_active(socket));
    let (mut script, _) = connecting(with(|one| one.enabled = false));
    script.server(OPEN);
    script.server_closes();
    assert!(script.manager.is_idle());
}

#[test]
fn a_session_that_is_lost_is_opened_again_and_its_sockets_too() {
    let (mut script, socket) = Script::connected();
    let before = script.manager.connection(socket);
    script.server_closes();
    assert_eq!(
        script.told(),
        [
            "end of session",
            "closed: transport close (code 1005)",
            "disconnected: transport close"
        ]
    );
    assert!(script.manager.is_active(socket) && !script.manager.is_connected(socket));
    script.reconnect();
    script.server(r#"40{"sid":"new"}"#);
    assert_eq!(
        script.told(),
        [
            "attempt 1",
            "open websocket",
            "opened",
            "reconnected by attempt 1",
            "connected"
        ]
    );
    assert_eq!(script.manager.connection(socket), before + 1);
}

#[test]
fn a_stream_that_breaks_is_a_transport_error() {
    let (mut script, _) = Script::connected();
    script.fails();
    assert_eq!(
        script.told(),
        [
            "end of session",
            "error: websocket error: refused",
            "closed: transport error (websocket error: refused)",
            "disconnected: transport error"
        ]
    );
}

#[test]
fn a_session_that_does_not_open_in_time_is_given_up() {
    let (mut script, _) = connecting(websocket());
    script.forget();
    script.advance(19_999);
    assert_eq!(script.told(), [""; 0]);
    script.advance(1);
    assert_eq!(
        script.told(),
        ["end of session", "error: timeout", "connect error: timeout"]
    );
    script.advance(5_000);
    assert_eq!(script.told(), ["attempt 1", "open websocket"]);
}

#[test]
fn reconnection_is_stopped_by_disconnecting() {
    let (mut script, socket) = Script::connected();
    script.server_closes();
    script.disconnect(socket);
    script.forget();
    assert!(script.manager.is_idle());
    script.advance(60_000);
    assert_eq!(script.told(), [""; 0]);
    script.connect(socket);
    assert_eq!(script.told(), ["open websocket"]);
}

#[test]
fn reconnection_is_stopped_by_switching_it_off() {
    let (mut script, socket) = Script::connected();
    script.server_closes();
    let mut reconnection = *script.manager.reconnection();
    reconnection.enabled = false;
    script.manager.set_reconnection(reconnection);
    script.forget();
    script.advance(60_000);
    assert_eq!(script.told(), [""; 0]);
    script.connect(socket);
    assert_eq!(script.told(), ["open websocket"]);
}

#[test]
fn a_socket_that_connects_meanwhile_waits_for_the_attempt() {
    let (mut script, _) = Script::connected();
    script.server_closes();
    script.forget();
    let options = SocketOptions::default();
    let other = script.manager.socket("/other", options).unwrap();
    script.connect(other);
    assert_eq!(script.told(), [""; 0]);
    script.reconnect();
    assert_eq!(script.sent(), ["40", "40/other,"]);
}

/// JavaScript's client waits for about a second each time, however often that happens.
#[test]
fn a_server_that_accepts_and_drops_at_once_is_left_in_peace() {
    let (mut script, _) = connecting(websocket());
    let mut delays = Vec::new();
    for _ in 0..20 {
        script.server(OPEN);
        script.server_closes();
        delays.push(delay(&script));
        script.advance(5_000);
    }
    assert!(
        delays[4..].iter().all(|delay| *delay == 5_000),
        "{delays:?}"
    );
    script.server(OPEN);
    script.advance(5_000);
    script.server_closes();
    assert!(
        delay(&script) <= 1_500,
        "a session that lasted shows that all is well"
    );
}

#[test]
fn attempts_are_counted_from_the_last_open_session() {
    let (mut script, _) = connecting(with(|one| one.attempts = Some(1)));
    for _ in 0..5 {
        script.server(OPEN);
        script.server_closes();
        script.forget();
        script.advance(5_000);
        assert_eq!(script.told(), ["attempt 1", "open websocket"]);
    }
}

#[test]
fn the_next_transport_is_tried_before_the_first_connection_has_failed() {
    let mut options = Options::default();
    options.transports = vec![Transport::WebSocket, Transport::Polling];
    options.try_all_transports = true;
    let (mut script, _) = connecting(options);
    script.fails();
    assert_eq!(
        script.told(),
        ["open websocket", "end of session", "open polling"]
    );
    script.fails();
    assert_eq!(
        script.told(),
        [
            "end of session",
            "error: websocket error: refused",
            "connect error: websocket error"
        ]
    );
    script.advance(5_000);
    assert_eq!(
        script.told(),
        ["attempt 1", "open websocket"],
        "and from the first on"
    );
}

#[test]
fn only_the_first_transport_is_tried_by_default() {
    let (mut script, _) = connecting(Options::default());
    script.fails();
    assert_eq!(script.told()[..2], ["open polling", "end of session"]);
    script.advance(5_000);
    assert!(script.told().contains(&"open polling".to_owned()));
}

#[test]
fn the_time_to_open_is_for_all_transports_together() {
    let mut options = Options::default();
    options.try_all_transports = true;
    let (mut script, _) = connecting(options);
    script.advance(15_000);
    script.fails();
    script.forget();
    script.advance(5_000);
    assert_eq!(script.told()[..2], ["end of session", "error: timeout"]);
}

#[test]
fn an_upgrade_is_remembered_if_that_is_wanted() {
    for (remembers, next) in [(true, "open websocket"), (false, "open polling")] {
        let mut options = Options::default();
        options.remember_upgrade = remembers;
        let (mut script, _) = connecting(options);
        let open = OPEN.replace("[]", r#"["websocket"]"#);
        let packet = salon_proto::engine::Packet::decode(&open).unwrap();
        let _ = script.manager.handle_packet(script.now, packet);
        script.manager.handle_candidate_open(script.now);
        script.manager.handle_candidate_text(script.now, "3probe");
        script.manager.handle_poll_done(script.now);
        script.turn();
        script.manager.handle_post_done(script.now);
        script.turn();
        assert_eq!(script.manager.transport(), Some(Transport::WebSocket));
        script.server_closes();
        script.forget();
        script.advance(5_000);
        assert_eq!(script.told(), ["attempt 1", next]);
        script.fails();
        script.forget();
        script.advance(5_000);
        let told = script.told();
        assert_eq!(
            told,
            ["attempt 2", "open polling"],
            "a failure is forgotten"
        );
    }
}

#[test]
fn a_server_that_says_nothing_of_the_kind_is_no_server() {
    let (mut script, _) = connecting(websocket());
    script.forget();
    script.server("4hello");
    assert!(script.told().contains(&"error: server error".to_owned()));
    let (mut script, _) = connecting(websocket());
    script.forget();
    script.server_closes();
    assert!(
        script
            .told()
            .contains(&"error: server error: code 1005".to_owned())
    );
}

#[test]
fn a_session_that_drains_is_given_up_after_a_while() {
    let mut options = Options::default();
    options.transports = vec![Transport::Polling];
    let (mut script, socket) = connecting(options);
    let packet = salon_proto::engine::Packet::decode(OPEN).unwrap();
    let _ = script.manager.handle_packet(script.now, packet);
    script.turn();
    script.disconnect(socket);
    script.connect(socket);
    script.forget();
    script.now = script.now + Duration::from_millis(1);
    script.advance(29_998);
    assert_eq!(script.told(), [""; 0]);
    script.advance(1);
    assert_eq!(script.told(), ["end of session", "open polling"]);
}
