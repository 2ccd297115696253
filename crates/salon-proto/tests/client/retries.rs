//! Events that are sent until they are answered.

use salon_proto::client::{DropReason, Emitted, SocketKey, SocketOptions};

use crate::script::Script;

fn retrying(retries: u32) -> (Script, SocketKey) {
    let mut options = SocketOptions::default();
    options.retries = retries;
    Script::connected_with(options)
}

fn ask(script: &mut Script, socket: SocketKey, name: &str, id: u64) -> Emitted {
    let asking = script.asking(name, id).with_report(id + 100);
    script.emit(socket, asking)
}

#[test]
fn one_event_is_on_its_way_at_a_time() {
    let (mut script, socket) = retrying(3);
    assert_eq!(ask(&mut script, socket, "a", 0), Emitted::Waiting);
    assert_eq!(ask(&mut script, socket, "b", 1), Emitted::Waiting);
    assert_eq!(script.sent(), [r#"420["a"]"#]);
    script.server("431[]");
    assert_eq!(
        script.told(),
        [""; 0],
        "what was not sent cannot be answered"
    );
    script.server("430[5]");
    assert_eq!(script.told(), ["accepted 100", "answer 0 [5]"]);
    assert_eq!(script.sent(), [r#"421["b"]"#]);
    script.server("431[6]");
    assert_eq!(script.told(), ["accepted 101", "answer 1 [6]"]);
    assert_eq!(script.manager.buffered(socket).0, 0);
}

#[test]
fn an_event_is_sent_again_until_its_last_try_has_failed() {
    let (mut script, socket) = retrying(2);
    ask(&mut script, socket, "a", 0);
    ask(&mut script, socket, "b", 1);
    script.advance(2_999);
    assert_eq!(script.sent(), [r#"420["a"]"#; 3]);
    assert_eq!(script.told(), [""; 0]);
    script.advance(1);
    assert_eq!(
        script.told(),
        [
            "no answer 0: operation has timed out",
            "dropped 100: Unanswered"
        ]
    );
    assert_eq!(script.sent(), [r#"421["b"]"#]);
}

/// JavaScript's client gives each try another id, and has no ear for the answers to those before.
#[test]
fn a_late_answer_to_a_try_counts() {
    let (mut script, socket) = retrying(5);
    ask(&mut script, socket, "a", 0);
    script.advance(1_500);
    assert_eq!(script.sent(), [r#"420["a"]"#; 2]);
    script.server("430[1]");
    script.server("430[1]");
    assert_eq!(script.told(), ["accepted 100", "answer 0 [1]"]);
}

#[test]
fn a_disconnection_is_a_failed_try() {
    let (mut script, socket) = retrying(1);
    ask(&mut script, socket, "a", 0);
    script.server_closes();
    script.reconnect();
    script.forget();
    script.server(r#"40{"sid":"new"}"#);
    assert_eq!(script.sent(), [r#"420["a"]"#]);
    script.forget();
    script.server_closes();
    assert!(script.told().ends_with(&[
        "no answer 0: socket has been disconnected".to_owned(),
        "dropped 100: Unanswered".to_owned()
    ]));
}

#[test]
fn events_wait_for_their_first_try_as_long_as_it_takes() {
    let (mut script, socket) = retrying(1);
    script.server_closes();
    ask(&mut script, socket, "a", 0);
    for _ in 0..10 {
        script.advance(5_000);
        script.fails();
    }
    script.forget();
    script.reconnect();
    script.server(r#"40{"sid":"new"}"#);
    assert_eq!(script.sent(), ["40", r#"420["a"]"#]);
    assert_eq!(
        script.told().last().unwrap(),
        "connected",
        "and then the application is told"
    );
}

#[test]
fn tries_without_any_time_have_a_pause() {
    let (mut script, socket) = retrying(u32::MAX);
    let asking = script.asking("a", 0).with_ack(0, std::time::Duration::ZERO);
    script.emit(socket, asking);
    script.advance(100);
    assert!(script.sent().len() <= 101);
}

#[test]
fn volatile_events_are_not_retried() {
    let (mut script, socket) = retrying(1);
    ask(&mut script, socket, "a", 0);
    let volatile = script.asking("v", 1).volatile();
    assert_eq!(script.emit(socket, volatile), Emitted::Accepted);
    assert_eq!(script.sent(), [r#"420["a"]"#, r#"421["v"]"#]);
    script.advance(1_000);
    assert_eq!(script.told(), ["no answer 1: operation has timed out"]);
}

#[test]
fn what_waits_to_be_retried_is_bounded() {
    let (mut script, socket) = retrying(1);
    let limit = u64::try_from(script.manager.options().limits.max_buffered_packets).unwrap();
    for id in 0..limit {
        assert_eq!(ask(&mut script, socket, "a", id), Emitted::Waiting);
    }
    let full = Emitted::Dropped(DropReason::BufferFull);
    assert_eq!(ask(&mut script, socket, "a", limit), full);
}

#[test]
fn the_time_of_a_try_can_be_changed() {
    let (mut script, socket) = retrying(1);
    ask(&mut script, socket, "a", 0);
    let longer = std::time::Duration::from_secs(10);
    script
        .manager
        .set_ack_timeout(script.now, socket, 0, longer);
    script.forget();
    script.advance(9_999);
    assert_eq!(script.sent(), [""; 0]);
    script.advance(1);
    assert_eq!(script.sent(), [r#"420["a"]"#]);
}
