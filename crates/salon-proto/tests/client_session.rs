//! The client's session against the server's, in virtual time.

use std::time::Duration;

use salon_proto::CloseReason;
use salon_proto::engine::Transport;
use salon_testkit::{Pair, Random};

const LATENCY: Duration = Duration::from_millis(20);
const SECOND: Duration = Duration::from_secs(1);

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

#[test]
fn a_session_opens_and_moves_to_a_websocket() {
    let mut pair = Pair::polling(LATENCY);
    assert!(!pair.client.is_open());
    pair.run(SECOND);
    assert!(pair.client.is_open());
    assert_eq!(pair.client.transport(), Transport::WebSocket);
    assert_eq!(pair.server.transport(), Transport::WebSocket);
    assert!(pair.client_sends("hello"));
    assert!(pair.server_sends("welcome"));
    pair.run(SECOND);
    assert_eq!(pair.to_server, ["hello"]);
    assert_eq!(pair.to_client, ["welcome"]);
}

#[test]
fn nothing_is_sent_before_the_session_is_open() {
    let mut pair = Pair::polling(LATENCY);
    assert!(!pair.client_sends("too early"));
    pair.run(SECOND);
    assert_eq!(pair.to_server, [""; 0]);
}

#[test]
fn a_server_that_refuses_the_upgrade_keeps_the_client_on_polling() {
    let mut pair = Pair::polling(LATENCY);
    pair.refuses_candidates = true;
    pair.run(SECOND);
    assert_eq!(pair.client.transport(), Transport::Polling);
    pair.client_sends("hello");
    pair.server_sends("welcome");
    pair.run(SECOND);
    assert_eq!((pair.to_server.len(), pair.to_client.len()), (1, 1));
}

#[test]
fn a_quiet_session_lives_for_an_hour() {
    for mut pair in [Pair::polling(LATENCY), Pair::websocket(LATENCY)] {
        pair.run(Duration::from_secs(3_600));
        assert!(pair.client.is_open() && pair.server.is_open());
    }
}

#[test]
fn a_quiet_session_lives_on_polling_too() {
    let mut pair = Pair::polling(LATENCY);
    pair.refuses_candidates = true;
    pair.run(Duration::from_secs(3_600));
    assert!(pair.client.is_open() && pair.server.is_open());
}

#[test]
fn a_network_that_is_cut_is_noticed_by_both_sides() {
    let mut pair = Pair::polling(LATENCY);
    pair.run(SECOND);
    pair.cut();
    pair.run(pair.patience() - SECOND * 2);
    assert_eq!(pair.client_closed, None);
    pair.run(SECOND * 3);
    assert_eq!(pair.client_closed, Some(CloseReason::PingTimeout));
    assert_eq!(pair.server_closed, Some(CloseReason::PingTimeout));
}

#[test]
fn a_client_that_closes_sends_what_waits_first() {
    for mut pair in [Pair::polling(LATENCY), Pair::websocket(LATENCY)] {
        for time in [SECOND, LATENCY * 3] {
            pair.run(time);
        }
        for text in numbers(100) {
            pair.client_sends(&text);
        }
        pair.client_closes();
        assert!(!pair.client_sends("too late"));
        pair.run(SECOND);
        assert_eq!(pair.to_server, numbers(100));
        assert_eq!(pair.client_closed, Some(CloseReason::ForcedClose));
        assert_eq!(pair.server_closed, Some(CloseReason::TransportClose));
    }
}

#[test]
fn a_client_on_polling_says_goodbye_by_post() {
    let mut pair = Pair::polling(LATENCY);
    pair.refuses_candidates = true;
    pair.run(SECOND);
    pair.client_sends("last");
    pair.client_closes();
    pair.run(SECOND);
    assert_eq!(pair.to_server, ["last"]);
    assert_eq!(pair.server_closed, Some(CloseReason::TransportClose));
}

#[test]
fn a_close_that_gets_nowhere_is_given_up() {
    let mut pair = Pair::polling(LATENCY);
    pair.refuses_candidates = true;
    pair.run(SECOND);
    pair.client_sends("on its way");
    pair.client_sends("waits for it");
    pair.cut();
    pair.client_closes();
    pair.run(Duration::from_secs(29));
    assert_eq!(pair.client_closed, None);
    pair.run(SECOND);
    assert_eq!(pair.client_closed, Some(CloseReason::ForcedClose));
}

#[test]
fn a_server_that_closes_is_a_transport_close() {
    let mut pair = Pair::polling(LATENCY);
    pair.run(SECOND);
    pair.server_sends("last");
    pair.server_closes();
    pair.run(SECOND);
    assert_eq!(pair.to_client, ["last"]);
    assert_eq!(pair.client_closed, Some(CloseReason::TransportClose));
}

#[test]
fn a_volatile_message_needs_a_quiet_line() {
    let mut pair = Pair::polling(LATENCY);
    assert!(!pair.client.is_writable());
    pair.refuses_candidates = true;
    pair.run(SECOND);
    assert!(pair.client.is_writable());
    pair.client_sends("a post is on its way");
    assert!(!pair.client.is_writable());
    pair.run(LATENCY * 2);
    assert!(pair.client.is_writable());
}

#[test]
fn a_volatile_message_is_not_for_the_moment_of_an_upgrade() {
    let mut pair = Pair::polling(LATENCY);
    pair.run(LATENCY * 2);
    assert!(pair.client.is_writable());
    let step = Duration::from_millis(1);
    while pair.client.is_writable() {
        pair.run(step);
    }
    assert_eq!(pair.client.transport(), Transport::Polling);
    pair.run(SECOND);
    assert!(pair.client.is_writable());
    assert_eq!(pair.client.transport(), Transport::WebSocket);
}

/// Whatever the latencies, and whenever the upgrade comes: each message arrives once, in order.
#[test]
fn no_message_is_lost_doubled_or_overtaken() {
    for seed in 0..300 {
        let mut pair = Pair::by_chance(seed, 60);
        let mut chance = Random::new(seed);
        let (mut to_server, mut to_client) = (0, 0);
        for _ in 0..100 {
            pair.run(Duration::from_millis(chance.below(20)));
            to_server += usize::from(pair.client_sends(&to_server.to_string()));
            to_client += usize::from(pair.server_sends(&to_client.to_string()));
        }
        pair.run(SECOND * 5);
        assert_eq!(pair.client.transport(), Transport::WebSocket, "seed {seed}");
        assert!(to_server > 50, "seed {seed}");
        assert_eq!(pair.to_server, numbers(to_server), "seed {seed}");
        assert_eq!(pair.to_client, numbers(to_client), "seed {seed}");
    }
}

/// A network that is cut at any time ends both sides, and nothing arrives twice.
#[test]
fn a_cut_at_any_time_ends_both_sides() {
    for millis in 0..400 {
        let mut pair = Pair::polling(LATENCY);
        for text in 0..4 {
            pair.run(Duration::from_millis(millis / 4));
            pair.client_sends(&text.to_string());
        }
        pair.cut();
        pair.run(Duration::from_secs(120));
        assert!(pair.server_closed.is_some(), "after {millis} ms");
        let was_open = pair.client.handshake().is_some();
        assert_eq!(pair.client_closed.is_some(), was_open, "after {millis} ms");
        assert!(pair.to_server.is_sorted(), "after {millis} ms");
    }
}
