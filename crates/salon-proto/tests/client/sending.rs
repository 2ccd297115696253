//! Events that a client sends, at once or later.

use std::time::Duration;

use salon_proto::Encoded;
use salon_proto::client::{DropReason, Emission, Emitted, SocketKey, SocketOptions, WhenFull};

use crate::script::{OPEN, Script, websocket};

/// A client whose socket is not connected, with room for two events.
fn small(change: impl FnOnce(&mut SocketOptions)) -> (Script, SocketKey) {
    let mut options = websocket();
    options.limits.max_buffered_packets = 2;
    let mut script = Script::new(options);
    let mut options = SocketOptions::default();
    change(&mut options);
    let socket = script.manager.socket("/", options).unwrap();
    (script, socket)
}

fn come_online(script: &mut Script, socket: SocketKey) {
    script.connect(socket);
    script.server(OPEN);
    script.forget();
    script.server(r#"40{"sid":"sid"}"#);
}

#[test]
fn an_event_goes_out_at_once() {
    let (mut script, socket) = Script::connected();
    assert_eq!(script.emit_name(socket, "hello"), Emitted::Accepted);
    assert_eq!(script.sent(), [r#"42["hello"]"#]);
}

#[test]
fn events_wait_for_the_connection_and_keep_their_order() {
    let (mut script, socket) = small(|_| {});
    let reported = script.emission("a").with_report(1);
    assert_eq!(script.emit(socket, reported), Emitted::Waiting);
    script.connect(socket);
    script.server(OPEN);
    script.forget();
    assert_eq!(script.emit_name(socket, "b"), Emitted::Waiting);
    assert_eq!(script.manager.buffered(socket).0, 2);
    script.server(r#"42["early"]"#);
    script.server(r#"40{"sid":"sid"}"#);
    assert_eq!(script.sent(), [r#"42["a"]"#, r#"42["b"]"#]);
    assert_eq!(
        script.told(),
        [r#"late event / ["early"]"#, "accepted 1", "connected"],
        "the order of JavaScript's client"
    );
    assert_eq!(script.manager.buffered(socket), (0, 0));
}

#[test]
fn events_wait_while_a_session_is_away() {
    let (mut script, socket) = Script::connected();
    script.server_closes();
    assert_eq!(script.emit_name(socket, "kept"), Emitted::Waiting);
    script.reconnect();
    script.forget();
    script.server(r#"40{"sid":"new"}"#);
    assert_eq!(script.sent(), [r#"42["kept"]"#]);
}

#[test]
fn the_newest_event_is_refused_when_too_many_wait() {
    let (mut script, socket) = small(|_| {});
    script.emit_name(socket, "a");
    script.emit_name(socket, "b");
    let refused = script.emission("c").with_report(3);
    let emitted = script.emit(socket, refused);
    assert_eq!(emitted, Emitted::Dropped(DropReason::BufferFull));
    come_online(&mut script, socket);
    assert_eq!(script.sent(), [r#"42["a"]"#, r#"42["b"]"#]);
    assert_eq!(script.told(), ["connected"]);
}

#[test]
fn the_oldest_event_makes_room_if_that_is_wanted() {
    let (mut script, socket) = small(|one| one.when_full = WhenFull::DropOldest);
    let asking = script.asking("a", 0).with_report(1);
    script.emit(socket, asking);
    script.emit_name(socket, "b");
    assert_eq!(script.emit_name(socket, "c"), Emitted::Waiting);
    assert_eq!(
        script.told(),
        ["no answer 0: not sent: Displaced", "dropped 1: Displaced"]
    );
    come_online(&mut script, socket);
    assert_eq!(script.sent(), [r#"42["b"]"#, r#"42["c"]"#]);
}

#[test]
fn bytes_that_wait_are_bounded_too() {
    let mut options = websocket();
    options.limits.max_buffered_bytes = 30;
    let mut script = Script::new(options);
    let options = SocketOptions::default();
    let socket = script.manager.socket("/", options).unwrap();
    let long = script.emission(&"x".repeat(100));
    assert_eq!(
        script.emit(socket, long),
        Emitted::Waiting,
        "one always fits"
    );
    let emitted = script.emit_name(socket, "y");
    assert_eq!(emitted, Emitted::Dropped(DropReason::BufferFull));
}

#[test]
fn events_that_waited_too_long_are_dropped() {
    let max_age = Duration::from_secs(10);
    let (mut script, socket) = small(|one| one.max_buffered_age = Some(max_age));
    let old = script.emission("old").with_report(1);
    script.emit(socket, old);
    script.advance(9_000);
    script.emit_name(socket, "young");
    script.advance(999);
    assert_eq!(script.told(), [""; 0]);
    script.advance(1);
    assert_eq!(script.told(), ["dropped 1: Expired"]);
    come_online(&mut script, socket);
    assert_eq!(script.sent(), [r#"42["young"]"#]);
}

#[test]
fn volatile_events_are_dropped_without_a_session() {
    let (mut script, socket) = small(|_| {});
    let volatile = script.emission("v").volatile();
    let emitted = script.emit(socket, volatile);
    assert_eq!(emitted, Emitted::Dropped(DropReason::NotWritable));
    come_online(&mut script, socket);
    assert_eq!(script.sent(), [""; 0]);
    let volatile = script.emission("v").volatile();
    assert_eq!(script.emit(socket, volatile), Emitted::Accepted);
}

#[test]
fn volatile_events_are_dropped_while_another_waits() {
    let (mut script, socket) = Script::connected();
    let now = script.now;
    let (plain, volatile) = (script.emission("a"), script.emission("v").volatile());
    assert_eq!(script.manager.emit(now, socket, plain), Emitted::Accepted);
    let emitted = script.manager.emit(now, socket, volatile);
    assert_eq!(emitted, Emitted::Dropped(DropReason::NotWritable));
    script.turn();
    assert_eq!(script.sent(), [r#"42["a"]"#]);
}

/// As in JavaScript: what counts is whether the transport is writable, and that comes first.
#[test]
fn a_volatile_event_waits_for_the_namespace_if_the_session_is_open() {
    let (mut script, socket) = small(|_| {});
    script.connect(socket);
    script.server(OPEN);
    let volatile = script.emission("v").volatile();
    assert_eq!(script.emit(socket, volatile), Emitted::Waiting);
}

#[test]
fn a_session_that_is_full_makes_events_wait() {
    let mut options = websocket();
    options.limits.max_outbox = 20;
    let mut script = Script::new(options);
    let options = SocketOptions::default();
    let socket = script.manager.socket("/", options).unwrap();
    come_online(&mut script, socket);
    let now = script.now;
    let names = ["aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"];
    let reports = names.map(|name| {
        let emission = script.emission(name).with_report(1);
        script.manager.emit(now, socket, emission)
    });
    let expected = [Emitted::Accepted, Emitted::Waiting, Emitted::Waiting];
    assert_eq!(reports, expected);
    script.forget();
    script.turn();
    assert_eq!(script.sent(), names.map(|name| format!("42[\"{name}\"]")));
    assert_eq!(script.told(), ["accepted 1", "accepted 1"]);
}

#[test]
fn a_client_that_leaves_sends_also_what_had_no_room_yet() {
    for closes in [true, false] {
        let mut options = websocket();
        options.limits.max_outbox = 20;
        let mut script = Script::new(options);
        let options = SocketOptions::default();
        let socket = script.manager.socket("/", options).unwrap();
        come_online(&mut script, socket);
        script.forget();
        for report in 0..3 {
            let emission = script.emission("aaaaaaaaaa").with_report(report);
            let _ = script.manager.emit(script.now, socket, emission);
        }
        match closes {
            true => script.manager.close(script.now),
            false => script.manager.disconnect(script.now, socket),
        }
        script.turn();
        assert_eq!(script.sent()[..3], [r#"42["aaaaaaaaaa"]"#; 3]);
        assert_eq!(script.told()[..2], ["accepted 1", "accepted 2"]);
    }
}

#[test]
fn packets_in_a_session_are_bounded_in_number_too() {
    let mut options = websocket();
    options.limits.max_outbox_packets = 1;
    let mut script = Script::new(options);
    let options = SocketOptions::default();
    let socket = script.manager.socket("/", options).unwrap();
    come_online(&mut script, socket);
    for expected in [Emitted::Accepted, Emitted::Waiting] {
        let emission = script.emission("a");
        let emitted = script.manager.emit(script.now, socket, emission);
        assert_eq!(emitted, expected);
    }
}

#[test]
fn a_packet_is_made_once_and_shared() {
    let (mut script, socket) = Script::connected();
    let packet = script.manager.codec().event("/", None, "x", &()).unwrap();
    let bytes = packet.as_text().as_ptr();
    let emission = Emission::new(packet);
    let _ = script.manager.emit(script.now, socket, emission);
    let message = script.manager.poll_message(script.now);
    let Some(salon_proto::client::Message::Text(text)) = message else {
        panic!("a text");
    };
    assert_eq!(text.as_ptr(), bytes);
}

#[test]
fn an_answer_goes_by_the_connection_of_its_event_or_not_at_all() {
    let (mut script, socket) = Script::connected();
    let connection = script.manager.connection(socket);
    let packet = |script: &Script| script.manager.codec().ack("/", 7, &"ok").unwrap();
    let answer = |script: &mut Script| {
        let packet: Encoded = packet(script);
        let done = script
            .manager
            .answer(script.now, socket, connection, packet);
        script.turn();
        done
    };
    assert_eq!(answer(&mut script), Emitted::Accepted);
    assert_eq!(script.sent(), [r#"437["ok"]"#]);
    script.server_closes();
    let dropped = Emitted::Dropped(DropReason::NotConnected);
    assert_eq!(answer(&mut script), dropped);
    script.reconnect();
    script.server(r#"40{"sid":"new"}"#);
    script.forget();
    assert_eq!(answer(&mut script), dropped);
    assert_eq!(script.sent(), [""; 0]);
}

#[test]
fn a_socket_that_is_disconnected_keeps_what_waits() {
    let (mut script, socket) = Script::connected();
    script.disconnect(socket);
    script.emit_name(socket, "kept");
    script.forget();
    come_online(&mut script, socket);
    assert_eq!(script.sent(), [r#"42["kept"]"#]);
}

#[test]
fn a_socket_that_is_removed_tells_what_becomes_of_everything() {
    let (mut script, socket) = Script::connected();
    let sent = script.asking("sent", 0);
    script.emit(socket, sent);
    script.server_closes();
    script.forget();
    let waiting = script.asking("waiting", 1).with_report(5);
    script.emit(socket, waiting);
    script.manager.remove(script.now, socket);
    script.turn();
    assert_eq!(
        script.told(),
        ["no answer 1: not sent: NoSocket", "dropped 5: NoSocket"]
    );
    let emitted = script.emit_name(socket, "more");
    assert_eq!(emitted, Emitted::Dropped(DropReason::NoSocket));
    assert!(script.manager.is_idle());
}
