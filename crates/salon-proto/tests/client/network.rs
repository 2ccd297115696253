//! A client, a server, and a network that fails.

use std::time::Duration;

use salon_proto::client::{
    ConnectError, DisconnectReason, Emission, Emitted, Options, SocketKey, SocketOptions,
};
use salon_proto::engine::Transport;
use salon_proto::{CloseReason, packet};
use salon_testkit::{Cut, Random, World};

const LATENCY: Duration = Duration::from_millis(20);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn over(transports: &[Transport]) -> Options {
    let mut options = Options::default();
    options.transports = transports.to_vec();
    options
}

const ANY: [&[Transport]; 3] = [
    &[Transport::Polling],
    &[Transport::WebSocket],
    &[Transport::Polling, Transport::WebSocket],
];

/// A client on its way to a server, with a socket that tries so often.
fn connecting(transports: &[Transport], retries: u32) -> (World, SocketKey) {
    let mut world = World::new(over(transports), LATENCY);
    world.server.keeps_state = true;
    let mut options = SocketOptions::default();
    options.retries = retries;
    let socket = world.client.socket("/", options).unwrap();
    world.client.connect(world.now, socket);
    world.turn();
    (world, socket)
}

fn connected(transports: &[Transport]) -> (World, SocketKey) {
    let (mut world, socket) = connecting(transports, 0);
    world.run(SECOND);
    assert!(world.client.is_connected(socket));
    (world, socket)
}

fn event(number: u64) -> Emission {
    Emission::new(packet::event("/", None, "plain", &number).unwrap()).with_report(number)
}

fn asking(number: u64) -> Emission {
    let event = packet::event("/", Some(number), "asking", &number).unwrap();
    Emission::new(event)
        .with_ack(number, SECOND * 5)
        .with_report(number)
}

/// The numbers of the events that the server got, each the first time.
fn got(world: &World) -> Vec<String> {
    let mut seen = Vec::new();
    for event in &world.server.events {
        if !seen.contains(event) {
            seen.push(event.clone());
        }
    }
    seen
}

/// Events from the server, without their offsets.
fn news(world: &World) -> Vec<String> {
    let text = |array: &String| {
        let array: Vec<String> = serde_json::from_str(array).unwrap();
        array[1].clone()
    };
    world.told.events.iter().map(text).collect()
}

/// The events that the client must have got, of so many.
fn due(world: &World, count: usize) -> Vec<String> {
    let numbers = world.server.keeps_from()..count;
    numbers.map(|number| number.to_string()).collect()
}

/// Sessions were not begun one after the other without pause.
fn assert_calm(world: &World) {
    for pair in world.told.opened_at.windows(2) {
        let pause = pair[1].as_millis() - pair[0].as_millis();
        assert!(pause >= 500, "{:?}", world.told.opened_at);
    }
}

#[test]
fn a_client_and_a_server_talk_over_any_transport() {
    for transports in ANY {
        let (mut world, socket) = connected(transports);
        let last = transports.last().copied();
        assert_eq!(world.client.transport(), last);
        assert_eq!(world.emit(socket, event(1)), Emitted::Accepted);
        assert_eq!(world.emit(socket, asking(2)), Emitted::Accepted);
        world.server.emit("/", "hello");
        world.turn();
        world.run(SECOND);
        assert_eq!(world.server.events, [r#"["plain",1]"#, r#"["asking",2]"#]);
        assert_eq!(world.told.answers, [(2, r#"["asking",2]"#.to_owned())]);
        assert_eq!(news(&world), ["hello"]);
        world.run(MINUTE * 60);
        assert!(world.client.is_connected(socket));
    }
}

#[test]
fn events_of_the_first_moment_arrive_in_order() {
    for transports in ANY {
        let (mut world, socket) = connecting(transports, 0);
        for number in 0..100 {
            let _ = world.emit(socket, event(number));
            world.run(Duration::from_millis(3));
        }
        world.run(SECOND);
        let expected: Vec<String> = (0..100).map(|one| format!("[\"plain\",{one}]")).collect();
        assert_eq!(world.server.events, expected);
        assert_eq!(world.told.dropped, [0; 0]);
    }
}

/// Whatever byte is the last to arrive: events from a server that keeps them come exactly once and
/// in order, and those to be retried come at least once and in order.
#[test]
fn a_cut_at_any_byte_loses_and_doubles_nothing() {
    for (transports, step) in ANY.iter().zip([67, 1, 13]) {
        for cut in [Cut::Reset, Cut::Silent] {
            let mut whole = false;
            for bytes in (0..20_000).step_by(step) {
                if whole {
                    break;
                }
                whole = survive(transports, bytes, cut);
            }
            assert!(whole, "some run was not cut");
        }
    }
}

/// Returns whether nothing was cut after all.
fn survive(transports: &[Transport], bytes: usize, cut: Cut) -> bool {
    let (mut world, socket) = connecting(transports, 1_000);
    world.break_after(bytes, cut);
    for number in 0..3 {
        let _ = world.emit(socket, asking(number));
        world.run(Duration::from_millis(70));
        world.server.emit("/", &number.to_string());
        world.turn();
    }
    world.run(MINUTE);
    world.break_after(usize::MAX, cut);
    world.run(MINUTE * 2);
    let context = format!("{transports:?}, {cut:?} after {bytes} bytes");
    assert!(world.client.is_connected(socket), "{context}");
    let expected: Vec<String> = (0..3).map(|one| format!("[\"asking\",{one}]")).collect();
    assert_eq!(got(&world), expected, "{context}");
    assert_eq!(world.told.accepted, [0, 1, 2], "{context}");
    assert_eq!(news(&world), due(&world, 3), "{context}");
    assert_calm(&world);
    world.told.opened_at.len() == 1
}

#[test]
fn a_half_open_connection_is_missed_by_its_pings() {
    for transports in ANY {
        let (mut world, socket) = connected(transports);
        world.cut();
        world.run(SECOND * 43);
        assert!(world.client.is_connected(socket));
        world.run(SECOND * 2);
        let reason = DisconnectReason::Session(CloseReason::PingTimeout);
        assert_eq!(world.told.disconnected, [reason]);
        world.run(MINUTE * 10);
        let attempts = world.told.opened_at.len();
        assert!(
            (24..35).contains(&attempts),
            "each of 20 s and a delay: {attempts}"
        );
        world.mend();
        world.run(SECOND * 30);
        assert!(world.client.is_connected(socket) && world.client.is_recovered(socket));
        assert_calm(&world);
    }
}

#[test]
fn a_frozen_server_is_missed_by_its_pings() {
    let (mut world, socket) = connected(ANY[2]);
    world.freeze_server();
    world.run(MINUTE);
    let reason = DisconnectReason::Session(CloseReason::PingTimeout);
    assert_eq!(world.told.disconnected, [reason]);
    let error = world
        .told
        .connect_errors
        .pop()
        .map(|error| error.to_string());
    assert_eq!(error, None, "the next attempt has its 20 seconds");
    world.run(MINUTE);
    let error: &ConnectError = world.told.connect_errors.last().unwrap();
    assert_eq!(error.message(), "timeout");
    world.start_server();
    world.run(MINUTE);
    assert!(world.client.is_connected(socket));
}

#[test]
fn a_server_that_is_gone_for_minutes_finds_everything_in_order() {
    for transports in ANY {
        let (mut world, socket) = connected(transports);
        world.stop_server();
        world.run(SECOND);
        assert!(!world.client.is_connected(socket));
        for number in 0..50 {
            assert_eq!(world.emit(socket, event(number)), Emitted::Waiting);
            world.run(SECOND * 6);
        }
        let error = world.told.connect_errors.last().unwrap().message();
        assert!(["xhr poll error", "websocket error"].contains(&error));
        world.start_server();
        world.run(SECOND * 10);
        let expected: Vec<String> = (0..50).map(|one| format!("[\"plain\",{one}]")).collect();
        assert_eq!(world.server.events, expected);
        let accepted: Vec<u64> = (0..50).collect();
        assert_eq!(world.told.accepted, accepted);
        assert_eq!(world.told.reconnected.len(), 1);
        assert!(
            world.told.reconnected[0] > 50,
            "{:?}",
            world.told.reconnected
        );
        assert_calm(&world);
    }
}

#[test]
fn a_server_that_closes_all_sessions_gets_its_clients_back() {
    for transports in ANY {
        let (mut world, socket) = connected(transports);
        world.server.close(world.now);
        world.turn();
        world.run(SECOND * 5);
        let reason = DisconnectReason::Session(CloseReason::TransportClose);
        assert_eq!(world.told.disconnected, [reason]);
        assert_eq!(world.told.connected, 2);
        assert!(world.client.is_connected(socket));
    }
}

#[test]
fn a_namespace_that_the_server_ends_stays_ended_and_the_session_too() {
    for transports in ANY {
        let (mut world, _) = connected(transports);
        world.server.disconnect("/");
        world.turn();
        world.run(MINUTE);
        assert_eq!(
            world.told.disconnected,
            [DisconnectReason::ServerDisconnect]
        );
        assert_eq!(world.told.opened_at.len(), 1);
        assert_eq!(world.server.open_sessions(), 0);
        assert!(world.client.is_idle());
    }
}

#[test]
fn a_client_that_leaves_sends_all_and_ends_the_session() {
    for transports in ANY {
        let (mut world, socket) = connected(transports);
        for number in 0..20 {
            let _ = world.emit(socket, event(number));
        }
        world.client.disconnect(world.now, socket);
        world.turn();
        world.run(SECOND);
        assert_eq!(world.server.events.len(), 20);
        assert_eq!(world.server.closed, [CloseReason::TransportClose]);
        assert!(world.client.is_idle());
    }
}

#[test]
fn a_client_that_was_refused_does_not_come_back() {
    for transports in ANY {
        let mut world = World::new(over(transports), LATENCY);
        let refusal = r#"{"message":"no"}"#.to_owned();
        world.server.refused.insert("/admin".to_owned(), refusal);
        let socket = world.client.socket("/admin", SocketOptions::default());
        world.client.connect(world.now, socket.unwrap());
        world.turn();
        world.run(MINUTE);
        assert_eq!(world.told.connect_errors.len(), 1);
        assert_eq!(world.server.open_sessions(), 0);
        assert!(world.client.is_idle());
    }
}

#[test]
fn what_waits_while_a_server_is_away_is_bounded() {
    let (mut world, socket) = connected(ANY[1]);
    world.stop_server();
    world.run(SECOND);
    let limits = world.client.options().limits.clone();
    for number in 0..50_000 {
        let _ = world.client.emit(world.now, socket, event(number));
    }
    let (packets, bytes) = world.client.buffered(socket);
    assert_eq!(packets, limits.max_buffered_packets);
    assert!(bytes <= limits.max_buffered_bytes);
    world.start_server();
    world.run(SECOND * 10);
    assert_eq!(world.server.events.len(), limits.max_buffered_packets);
}

/// Server and network come and go by chance, for half an hour.
#[test]
fn nothing_is_lost_or_doubled_whatever_happens() {
    for seed in 0..60 {
        let mut chance = Random::new(seed);
        let transports = chance.pick(&ANY);
        let (mut world, socket) = connecting(transports, 1_000);
        let (mut asked, mut told) = (0, 0);
        for _ in 0..300 {
            world.run(Duration::from_millis(chance.below(6_000)));
            match chance.below(12) {
                0 => world.cut(),
                1 | 2 => world.mend(),
                3 => world.stop_server(),
                4 => world.freeze_server(),
                5 | 6 => world.start_server(),
                7 => world.break_after(usize::try_from(chance.below(2_000)).unwrap(), Cut::Reset),
                8 | 9 => {
                    let _ = world.emit(socket, asking(asked));
                    asked += 1;
                }
                _ => {
                    world.server.emit("/", &told.to_string());
                    world.turn();
                    told += 1;
                }
            }
        }
        world.mend();
        world.start_server();
        world.run(MINUTE * 5);
        let expected: Vec<String> = (0..asked)
            .map(|one| format!("[\"asking\",{one}]"))
            .collect();
        assert_eq!(got(&world), expected, "seed {seed}");
        assert_eq!(world.told.answers.len(), expected.len(), "seed {seed}");
        assert_eq!(news(&world), due(&world, told), "seed {seed}");
        assert!(
            world.told.connected > 0 && world.client.is_connected(socket),
            "seed {seed}"
        );
        assert_calm(&world);
    }
}
