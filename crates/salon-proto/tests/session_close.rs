//! How a session ends, from either side, and what still goes out then.

use salon_proto::CloseReason;
use salon_proto::engine::{PollAnswer, Rejection, Transport};
use salon_testkit::Client;

#[test]
fn closing_answers_the_held_poll_with_close() {
    let mut client = Client::polling();
    client.poll();
    client.server_closes();
    client.expect_poll("1");
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn closing_without_a_poll_gives_the_next_one_what_is_left_and_the_one_after_it_the_close() {
    let mut client = Client::polling();
    client.server_bursts(&["4a", "4b"]);
    client.server_closes();
    client.expect_closing();
    client.at(10_000);
    client.poll();
    client.expect_poll("4a|4b");
    client.expect_closing();
    client.at(29_999);
    client.poll();
    client.expect_poll("6|1");
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn a_client_that_says_goodbye_meanwhile_is_not_waited_for() {
    let mut client = Client::polling();
    client.server_bursts(&["4unread"]);
    client.server_closes();
    client.expect_closing();
    client.post("1");
    client.expect_closed(CloseReason::TransportClose);
}

#[test]
fn a_message_of_the_turn_that_closes_takes_the_held_poll_for_itself() {
    let mut client = Client::polling();
    client.poll();
    client.server_queues("4last");
    client.server_closes();
    client.expect_poll("4last");
    client.expect_closing();
    client.poll();
    client.expect_poll("6|1");
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn a_message_of_the_turn_that_ends_the_session_takes_the_held_poll_for_itself() {
    type End = fn(&mut Client);
    let ends: [(CloseReason, End); 3] = [
        (CloseReason::ForcedClose, Client::server_aborts),
        (CloseReason::TransportClose, |client| {
            client.finish_post("1");
        }),
        (CloseReason::ParseError, |client| client.finish_post("x")),
    ];
    for (reason, end) in ends {
        let mut client = Client::polling();
        client.poll();
        assert!(client.begin_post());
        client.server_queues("4last");
        end(&mut client);
        client.expect_poll("4last");
        client.expect_nothing();
        client.expect_closed(reason);
    }
}

#[test]
fn closing_with_nothing_left_gives_the_next_poll_a_noop_first_as_node_does() {
    let mut client = Client::polling();
    client.server_closes();
    client.poll();
    client.expect_poll("6|1");
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn nobody_waits_longer_than_thirty_seconds_for_that_poll() {
    // Whatever the heartbeat was about to do.
    for closed_at in [0, 1_000, 20_000, 24_999, 25_000, 40_000, 44_999] {
        let mut client = Client::polling();
        client.at(closed_at);
        client.server_closes();
        client.at(closed_at + 29_999);
        client.expect_closing();
        client.at(closed_at + 30_000);
        client.expect_nothing();
        client.expect_closed(CloseReason::ForcedClose);
        assert_eq!(client.try_poll(), PollAnswer::Refuse);
    }
}

#[test]
fn a_closing_session_has_no_heartbeat_even_if_it_is_woken() {
    let mut client = Client::polling();
    client.at(20_000);
    client.server_closes();
    for millis in [25_000, 45_000, 49_999] {
        client.at(millis);
        client.wake();
        client.expect_closing();
    }
    client.poll();
    client.expect_poll("6|1");
}

#[test]
fn posts_to_a_closing_session_are_taken_and_mean_nothing() {
    for body in ["4late", "2", "3", "nonsense"] {
        let mut client = Client::polling();
        client.server_closes();
        client.post(body);
        client.expect_nothing();
        client.expect_closing();
        client.poll();
        client.expect_poll("6|1");
        client.expect_closed(CloseReason::ForcedClose);
    }
}

#[test]
fn closing_a_websocket_writes_what_waits_and_then_the_close_frame() {
    let mut client = Client::websocket();
    client.read_only(0);
    client.server_bursts(&["4a", "4b"]);
    client.server_closes();
    client.expect_closing();
    client.read_only(5);
    client.expect("4a");
    client.expect_closing();
    client.read_only(usize::MAX);
    client.expect("4b");
    client.expect("close");
    client.expect_nothing();
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn a_websocket_that_takes_nothing_is_given_up_after_thirty_seconds() {
    for closed_at in [0, 20_000, 25_000, 40_000] {
        let mut client = Client::websocket();
        client.read_only(0);
        client.server_sends("4a");
        client.at(closed_at);
        client.server_closes();
        client.at(closed_at + 29_999);
        client.expect_closing();
        client.at(closed_at + 30_000);
        client.expect_closed(CloseReason::ForcedClose);
    }
}

#[test]
fn what_a_client_sends_to_a_closing_websocket_means_nothing() {
    for text in ["4late", "2", "3", "1", "nonsense", ""] {
        let mut client = Client::websocket();
        client.read_only(0);
        client.server_closes();
        client.send(text);
        client.send_binary(b"late");
        client.expect_closing();
        client.read_only(usize::MAX);
        client.expect("close");
        client.expect_nothing();
        client.expect_closed(CloseReason::ForcedClose);
    }
}

#[test]
fn close_frames_that_cross_are_one_each() {
    let mut client = Client::websocket();
    client.read_only(0);
    client.server_closes();
    client.send_close(Some(1001));
    client.expect_closed(CloseReason::TransportClose);
    client.read_only(usize::MAX);
    client.expect("close");
    client.expect_nothing();
}

#[test]
fn a_closing_websocket_that_breaks_the_rules_gets_one_close_frame() {
    let mut client = Client::websocket();
    client.read_only(0);
    client.server_closes();
    client.send_bytes(b"\xFF\xFF");
    client.expect_closed(CloseReason::TransportError);
    client.read_only(usize::MAX);
    client.expect("close");
    client.expect_nothing();
}

#[test]
fn aborting_a_websocket_says_goodbye_at_once() {
    let mut client = Client::websocket();
    client.server_aborts();
    client.expect("close");
    client.expect_nothing();
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn aborting_ends_a_closing_session_too() {
    let mut polling = Client::polling();
    polling.server_closes();
    polling.server_aborts();
    polling.expect_closed(CloseReason::ForcedClose);

    let mut websocket = Client::websocket();
    websocket.read_only(0);
    websocket.server_closes();
    websocket.server_aborts();
    websocket.expect_closed(CloseReason::ForcedClose);
    websocket.read_only(usize::MAX);
    websocket.expect("close");
    websocket.expect_nothing();
}

#[test]
fn aborting_answers_the_held_poll() {
    let mut client = Client::polling();
    client.poll();
    client.server_aborts();
    client.expect_poll("1");
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn the_close_frame_s_code_goes_back() {
    for code in [1000, 1001, 3000, 4999] {
        let mut client = Client::websocket();
        client.send_close(Some(code));
        client.expect(&format!("close {code}"));
        client.expect_nothing();
        client.expect_closed(CloseReason::TransportClose);
    }
    let mut client = Client::websocket();
    client.send_close(None);
    client.expect("close");
    client.expect_closed(CloseReason::TransportClose);
}

#[test]
fn a_text_that_says_close_is_ignored_on_a_websocket_as_node_ignores_it() {
    let mut client = Client::websocket();
    client.send("1");
    client.expect_nothing();
    client.expect_open();
}

#[test]
fn nothing_is_written_to_a_connection_that_is_gone() {
    for (reason, lose) in [
        (
            CloseReason::TransportClose,
            Client::hang_up as fn(&mut Client),
        ),
        (CloseReason::TransportError, Client::reset),
    ] {
        let mut client = Client::websocket();
        client.read_only(3);
        client.server_sends("4partly written");
        lose(&mut client);
        client.expect_closed(reason);
        assert!(client.session().outbox().is_empty());
    }
}

#[test]
fn closing_with_a_held_poll_drops_the_candidate() {
    let mut client = Client::polling();
    client.poll();
    client.probe();
    client.server_closes();
    client.expect_poll("1");
    client.expect_candidate_dropped();
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn closing_between_polls_lets_the_upgrade_finish_and_says_goodbye_there() {
    let mut client = Client::polling();
    client.probe();
    client.server_sends("4last");
    client.server_closes();
    client.expect_closing();
    client.switch();
    client.expect("4last");
    client.expect("close");
    client.expect_nothing();
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn a_candidate_that_dies_while_closing_leaves_the_wait_for_a_poll() {
    let mut client = Client::polling();
    client.probe();
    client.server_closes();
    client.at(10_000);
    client.expect_candidate_dropped();
    client.expect_closing();
    client.poll();
    client.expect_poll("6|1");
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn a_closing_session_takes_no_candidate() {
    let mut client = Client::polling();
    client.server_closes();
    assert!(!client.connect_candidate());
}

#[test]
fn every_end_drops_the_candidate() {
    type End = fn(&mut Client);
    let ends: [(CloseReason, End); 6] = [
        (CloseReason::ForcedClose, Client::server_aborts),
        (CloseReason::TransportClose, |client| client.post("1")),
        (CloseReason::TransportError, |client| client.post("2")),
        (CloseReason::ParseError, |client| client.post("nonsense")),
        (CloseReason::TransportError, |client| {
            client.poll();
            client.abort_poll();
        }),
        (CloseReason::PingTimeout, |client| client.at(45_000)),
    ];
    for (reason, end) in ends {
        let mut client = Client::polling();
        client.at(36_000);
        client.poll();
        client.expect_poll("2");
        client.probe();
        end(&mut client);
        client.expect_candidate_dropped();
        client.expect_closed(reason);
        assert!(!client.connect_candidate());
    }
}

#[test]
fn nothing_follows_the_end() {
    type End = fn(&mut Client);
    let ends: [(Transport, End); 12] = [
        (Transport::Polling, |client| client.post("1")),
        (Transport::Polling, |client| client.post("2")),
        (Transport::Polling, |client| client.post("nonsense")),
        (Transport::Polling, Client::server_aborts),
        (Transport::Polling, |client| client.at(45_000)),
        (Transport::WebSocket, |client| client.send("2")),
        (Transport::WebSocket, |client| client.send("nonsense")),
        (Transport::WebSocket, |client| client.send_close(None)),
        (Transport::WebSocket, |client| {
            client.send_bytes(b"\xFF\xFF");
        }),
        (Transport::WebSocket, Client::server_closes),
        (Transport::WebSocket, Client::hang_up),
        (Transport::WebSocket, |client| client.at(45_000)),
    ];
    for (number, (transport, end)) in ends.into_iter().enumerate() {
        let mut client = match transport {
            Transport::Polling => Client::polling(),
            _ => Client::websocket(),
        };
        end(&mut client);
        let reason = client.closed();
        assert!(reason.is_some(), "end {number}");
        client.take_packets();

        assert_eq!(
            client.server_tries("4a"),
            Err(Rejection::Closed),
            "end {number}"
        );
        assert_eq!(client.server_tries_volatile("4a"), Err(Rejection::Closed));
        assert!(!client.session().is_writable());
        client.server_closes();
        client.server_aborts();
        if transport == Transport::WebSocket {
            client.send("4late");
            client.send_binary(b"late");
            client.hang_up();
        } else {
            client.begin_post();
            client.finish_post("4late|nonsense");
        }
        client.at(3_600_000);
        client.wake();
        client.expect_nothing();
        assert_eq!(client.closed(), reason, "end {number}");
    }
}
