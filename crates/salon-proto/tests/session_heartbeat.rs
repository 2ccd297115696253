//! When the server pings, and when a client that does not answer counts as gone.

use salon_proto::CloseReason;
use salon_testkit::{Client, Random, Setup};

/// Answers the ping that is due at `ping` after `delay`, over a WebSocket.
fn beat(client: &mut Client, ping: u64, delay: u64) {
    client.at(ping - 1);
    client.expect_nothing();
    client.at(ping);
    client.expect("2");
    client.at(ping + delay);
    client.send("3");
}

#[test]
fn a_quiet_client_that_answers_lives_for_an_hour() {
    let mut client = Client::websocket();
    let mut ping = 25_000;
    while ping < 3_600_000 {
        beat(&mut client, ping, 40);
        ping += 25_040;
    }
    client.expect_open();
}

#[test]
fn a_quiet_client_that_polls_lives_for_an_hour() {
    let mut client = Client::polling();
    let mut ping = 25_000;
    while ping < 3_600_000 {
        client.poll();
        client.at(ping - 1);
        client.expect_held();
        client.at(ping);
        client.expect_poll("2");
        client.post("3");
        ping += 25_000;
    }
    client.expect_open();
}

#[test]
fn a_ping_waits_for_the_next_poll() {
    let mut client = Client::polling();
    client.at(26_000);
    client.expect_nothing();
    client.poll();
    client.expect_poll("2");
}

#[test]
fn the_time_for_a_pong_runs_from_the_ping_even_if_nobody_fetched_it() {
    let mut client = Client::polling();
    client.at(44_999);
    client.expect_open();
    client.at(45_000);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_half_open_websocket_ends_by_ping_timeout() {
    let mut client = Client::websocket();
    client.read_only(0);
    client.server_sends("4are you there?");
    client.at(44_999);
    client.expect_open();
    client.at(45_000);
    client.expect_nothing();
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_client_that_reads_but_does_not_answer_is_told_goodbye() {
    let mut client = Client::websocket();
    client.at(45_000);
    client.expect("2");
    client.expect("close");
    client.expect_nothing();
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_held_poll_learns_of_the_ping_timeout() {
    let mut client = Client::polling();
    client.at(25_000);
    client.poll();
    client.expect_poll("2");
    client.poll();
    client.at(45_000);
    client.expect_poll("1");
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_pong_at_the_last_moment_is_in_time() {
    let mut client = Client::websocket();
    client.at(44_999);
    client.expect("2");
    client.send("3");
    beat(&mut client, 44_999 + 25_000, 0);
    client.expect_open();
}

#[test]
fn pongs_that_nobody_asked_for_only_start_the_interval_again() {
    let mut client = Client::websocket();
    client.at(10_000);
    for _ in 0..1_000 {
        client.send("3");
    }
    beat(&mut client, 35_000, 19_999);
    client.expect_open();
}

#[test]
fn an_early_pong_does_not_answer_the_next_ping() {
    let mut client = Client::websocket();
    client.at(24_999);
    client.send("3");
    client.at(49_999);
    client.expect("2");
    client.at(69_999);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_pong_may_carry_data() {
    let mut client = Client::websocket();
    client.at(25_000);
    client.expect("2");
    client.send("3probe");
    client.at(49_999);
    client.expect_nothing();
    client.expect_open();
}

#[test]
fn other_packets_never_delay_a_ping() {
    let mut client = Client::websocket();
    for millis in (0..25_000).step_by(100) {
        client.at(millis);
        client.send("4busy");
    }
    client.at(24_999);
    client.take_messages();
    client.expect_nothing();
    client.at(25_000);
    client.expect("2");
}

#[test]
fn a_client_that_is_busy_sending_gets_more_time_for_its_pong_but_only_once() {
    for busy_with in ["4busy", "6", "5"] {
        let mut client = Client::websocket();
        for millis in (30_000..50_000).step_by(1_000) {
            client.at(millis);
            client.send(busy_with);
        }
        client.at(49_999);
        client.expect_open();
        client.at(50_000);
        client.expect_closed(CloseReason::PingTimeout);
    }
}

#[test]
fn binary_frames_count_as_busy_too() {
    let mut client = Client::websocket();
    client.at(40_000);
    client.send_binary(b"busy");
    client.at(59_999);
    client.expect_open();
    client.at(60_000);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_client_that_pings_breaks_the_protocol() {
    for text in ["2", "2probe", "2hello"] {
        let mut polling = Client::polling();
        polling.poll();
        polling.post(text);
        polling.expect_poll("1");
        polling.expect_closed(CloseReason::TransportError);

        let mut websocket = Client::websocket();
        websocket.send(text);
        websocket.expect("close");
        websocket.expect_closed(CloseReason::TransportError);
    }
}

#[test]
fn websocket_pings_are_no_heartbeat() {
    let mut client = Client::websocket();
    client.at(25_000);
    client.expect("2");
    client.at(30_000);
    client.send_bytes(b"\x89\x82\0\0\0\0hi");
    client.expect("pong [104, 105]");
    client.send_bytes(b"\x8A\x80\0\0\0\0");
    client.at(45_000);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_server_that_wakes_late_pings_once_and_grants_the_full_time() {
    let mut client = Client::websocket();
    client.late_at(90_000);
    client.expect("2");
    client.expect_nothing();
    client.at(109_999);
    client.expect_open();
    client.at(110_000);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_ping_on_the_way_gets_its_full_time_again_after_the_upgrade() {
    let mut client = Client::polling();
    client.at(25_000);
    client.at(40_000);
    client.probe();
    client.switch();
    client.expect("2");
    client.at(59_999);
    client.expect_open();
    client.at(60_000);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn the_application_chooses_the_times() {
    let mut setup = Setup::default();
    setup.timing.ping_interval = std::time::Duration::from_millis(300);
    setup.timing.ping_timeout = std::time::Duration::from_millis(200);
    let mut client = setup.websocket();
    beat(&mut client, 300, 199);
    client.at(799);
    client.expect("2");
    client.at(999);
    client.expect_closed(CloseReason::PingTimeout);
}

/// What the heartbeat's rules say, without its state machine: when the session ends
/// if the client sends at these times.
fn end_by_the_book(sent: &[(u64, bool)]) -> u64 {
    let mut ping = 25_000;
    let mut pending = sent;
    loop {
        let mut overdue = ping + 20_000;
        let mut extended = false;
        let answer = loop {
            let Some(((at, is_pong), rest)) = pending.split_first() else {
                return overdue;
            };
            if *at >= overdue {
                return overdue;
            }
            pending = rest;
            if *is_pong {
                break *at;
            }
            if *at >= ping && !extended {
                overdue = at + 20_000;
                extended = true;
            }
        };
        ping = answer + 25_000;
    }
}

#[test]
fn random_conversations_end_when_the_book_says() {
    for seed in 0..2_000 {
        let mut random = Random::new(seed);
        let mut millis = 0;
        let mut sent = Vec::new();
        for _ in 0..30 {
            // Never at the very moment of a deadline, where either may come first.
            millis += 1 + random.below(3) * 10_000 + random.below(9_000);
            sent.push((millis, random.chance(2)));
        }
        let mut client = Client::websocket();
        for (at, is_pong) in &sent {
            client.at(*at);
            client.send(if *is_pong { "3" } else { "4x" });
        }
        let end = end_by_the_book(&sent);
        if client.closed().is_some() {
            assert!(client.millis() >= end, "seed {seed}");
        } else {
            client.at(end - 1);
            assert_eq!(client.closed(), None, "seed {seed}");
            client.at(end);
        }
        assert_eq!(
            client.closed(),
            Some(CloseReason::PingTimeout),
            "seed {seed}"
        );
        let pings = client
            .take_packets()
            .iter()
            .filter(|one| *one == "2")
            .count();
        assert!(pings >= 1, "seed {seed}");
    }
}
