//! Answers that a client waits for.

use std::time::Duration;

use salon_proto::client::{DropReason, Emitted};

use crate::script::{OPEN, Script, websocket};

#[test]
fn an_answer_comes_once() {
    let (mut script, socket) = Script::connected();
    let asking = script.asking("q", 0);
    assert_eq!(script.emit(socket, asking), Emitted::Accepted);
    assert_eq!(script.sent(), [r#"420["q"]"#]);
    script.server(r#"430["yes"]"#);
    script.server(r#"430["again"]"#);
    script.server(r#"435["nobody asked"]"#);
    assert_eq!(script.told(), [r#"answer 0 ["yes"]"#]);
    script.advance(2_000);
    assert_eq!(script.told(), [""; 0]);
}

#[test]
fn an_answer_that_takes_too_long_fails_and_is_not_waited_for() {
    let (mut script, socket) = Script::connected();
    for id in 0..3 {
        let asking = script.asking("q", id);
        script.emit(socket, asking);
    }
    script.server("431[]");
    script.forget();
    script.advance(999);
    assert_eq!(script.told(), [""; 0]);
    script.advance(1);
    assert_eq!(
        script.told(),
        [
            "no answer 0: operation has timed out",
            "no answer 2: operation has timed out"
        ]
    );
    script.server("430[]");
    assert_eq!(script.told(), [""; 0]);
}

#[test]
fn answers_fail_when_the_socket_is_disconnected() {
    let (mut script, socket) = Script::connected();
    let asking = script.asking("q", 0);
    script.emit(socket, asking);
    script.server_closes();
    assert_eq!(
        script.told().last().unwrap(),
        "no answer 0: socket has been disconnected"
    );
}

#[test]
fn answers_to_events_that_still_wait_survive_a_disconnection() {
    let (mut script, socket) = Script::connected();
    script.server_closes();
    let asking = script.asking("q", 0);
    assert_eq!(script.emit(socket, asking), Emitted::Waiting);
    script
        .manager
        .set_ack_timeout(script.now, socket, 0, Duration::from_secs(60));
    script.reconnect();
    script.server_closes();
    script.forget();
    script.reconnect();
    script.server(r#"40{"sid":"new"}"#);
    script.server("430[1]");
    assert_eq!(script.told().last().unwrap(), "answer 0 [1]");
}

#[test]
fn an_event_whose_answer_is_overdue_is_not_sent_any_more() {
    let (mut script, socket) = Script::connected();
    script.server_closes();
    script.emit_name(socket, "before");
    let asking = script.asking("q", 0).with_report(9);
    script.emit(socket, asking);
    script.emit_name(socket, "after");
    script.forget();
    script.reconnect();
    assert!(
        script
            .told()
            .ends_with(&["opened".to_owned(), "reconnected by attempt 1".to_owned()])
    );
    script.advance(1_000);
    script.forget();
    script.server(r#"40{"sid":"new"}"#);
    assert_eq!(script.sent(), [r#"42["before"]"#, r#"42["after"]"#]);
}

#[test]
fn an_overdue_answer_of_a_waiting_event_is_told_once_with_its_report() {
    let mut script = Script::new(websocket());
    let socket = script.manager.socket("/", Default::default()).unwrap();
    let asking = script.asking("q", 0).with_report(9);
    script.emit(socket, asking);
    script.advance(5_000);
    assert_eq!(
        script.told(),
        ["dropped 9: Expired", "no answer 0: operation has timed out"]
    );
}

#[test]
fn an_answer_that_nobody_wants_any_more_is_nothing() {
    let (mut script, socket) = Script::connected();
    let asking = script.asking("q", 0);
    script.emit(socket, asking);
    script.manager.cancel_ack(socket, 0);
    script.server("430[]");
    script.advance(2_000);
    assert_eq!(script.told(), [""; 0]);
}

#[test]
fn an_event_whose_answer_is_not_wanted_any_more_is_sent_all_the_same() {
    let (mut script, socket) = Script::connected();
    script.server_closes();
    let asking = script.asking("q", 0);
    script.emit(socket, asking);
    script.manager.cancel_ack(socket, 0);
    script.reconnect();
    script.forget();
    script.server(r#"40{"sid":"new"}"#);
    assert_eq!(script.sent(), [r#"420["q"]"#]);
}

#[test]
fn a_deadline_can_be_moved() {
    let (mut script, socket) = Script::connected();
    let asking = script.asking("q", 0);
    script.emit(socket, asking);
    script
        .manager
        .set_ack_timeout(script.now, socket, 0, Duration::from_secs(5));
    script.advance(4_999);
    assert_eq!(script.told(), [""; 0]);
    script.advance(1);
    assert_eq!(script.told(), ["no answer 0: operation has timed out"]);
}

#[test]
fn answers_that_are_waited_for_are_bounded() {
    let mut options = websocket();
    options.limits.max_pending_acks = 2;
    let mut script = Script::new(options);
    let socket = script.manager.socket("/", Default::default()).unwrap();
    script.connect(socket);
    script.server(OPEN);
    script.server(r#"40{"sid":"sid"}"#);
    let dropped = Emitted::Dropped(DropReason::TooManyAcks);
    for (id, expected) in [
        (0, Emitted::Accepted),
        (0, dropped),
        (1, Emitted::Accepted),
        (2, dropped),
    ] {
        let asking = script.asking("q", id);
        assert_eq!(script.emit(socket, asking), expected);
    }
    script.server("430[]");
    let asking = script.asking("q", 2);
    assert_eq!(script.emit(socket, asking), Emitted::Accepted);
}

#[test]
fn a_volatile_event_that_is_dropped_waits_for_no_answer() {
    let mut script = Script::new(websocket());
    let socket = script.manager.socket("/", Default::default()).unwrap();
    let asking = script.asking("q", 0).volatile();
    let emitted = script.emit(socket, asking);
    assert_eq!(emitted, Emitted::Dropped(DropReason::NotWritable));
    assert_eq!(script.manager.poll_timeout(), None);
}
