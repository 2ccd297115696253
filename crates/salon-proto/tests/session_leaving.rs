//! A client that goes in the middle of its upgrade, as a page does that is closed: when is it
//! known?

use salon_proto::CloseReason;
use salon_proto::engine::{Protocol, Transport};
use salon_testkit::{Client, Setup};

/// What a browser does to a candidate when its page closes, or the network.
const ENDS: [fn(&mut Client); 2] = [Client::candidate_hangs_up, |client| {
    client.candidate_sends_bytes(&Client::close_frame(Some(1001)));
}];

/// A client that has let its last poll end and is about to switch.
fn about_to_switch() -> Client {
    let mut client = Client::polling();
    client.at(1_000);
    client.poll();
    client.probe();
    client.at(1_100);
    client.expect_poll("6");
    client
}

#[test]
fn a_candidate_that_goes_beside_a_held_poll_says_nothing_of_the_client() {
    for end in ENDS {
        let mut client = Client::polling();
        client.poll();
        client.probe();
        end(&mut client);
        client.expect_candidate_dropped();
        client.at(24_999);
        client.expect_held();
        client.expect_nothing();
        client.expect_open();
    }
}

#[test]
fn a_poll_that_breaks_beside_a_candidate_ends_the_session_at_once() {
    let probings: [fn(&mut Client); 2] =
        [|client| assert!(client.connect_candidate()), Client::probe];
    for probing in probings {
        let mut client = Client::polling();
        client.poll();
        probing(&mut client);
        client.abort_poll();
        client.expect_closed(CloseReason::TransportError);
        client.expect_candidate_dropped();
    }
}

#[test]
fn poll_and_candidate_may_go_in_either_order() {
    let mut client = Client::polling();
    client.poll();
    client.probe();
    client.candidate_hangs_up();
    client.expect_candidate_dropped();
    client.expect_open();
    client.abort_poll();
    client.expect_closed(CloseReason::TransportError);
    client.expect_nothing();
}

#[test]
fn a_post_that_breaks_beside_a_candidate_ends_the_session_at_once() {
    let mut client = about_to_switch();
    assert!(client.begin_post());
    client.abort_post();
    client.expect_closed(CloseReason::TransportError);
    client.expect_candidate_dropped();
}

#[test]
fn a_client_that_goes_before_its_switch_is_asked_at_once_and_missed_20_s_later() {
    for end in ENDS {
        let mut client = about_to_switch();
        client.at(1_200);
        end(&mut client);
        client.expect_candidate_dropped();
        client.expect_open();
        client.at(21_199);
        client.expect_open();
        client.at(21_200);
        client.expect_closed(CloseReason::PingTimeout);
    }
}

#[test]
fn a_client_that_is_still_there_answers_and_goes_on_polling() {
    for end in ENDS {
        let mut client = about_to_switch();
        end(&mut client);
        client.expect_candidate_dropped();
        client.server_sends("4a");
        client.poll();
        client.expect_poll("2|4a");
        client.post("3");
        client.poll();
        client.at(26_099);
        client.expect_held();
        client.at(26_100);
        client.expect_poll("2");
        client.expect_open();
    }
}

#[test]
fn a_candidate_that_never_switches_is_a_reason_to_ask_too() {
    let mut client = about_to_switch();
    client.at(11_000);
    client.expect_candidate_dropped();
    client.at(31_000);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_client_that_owes_a_pong_gets_no_longer_for_it() {
    let mut client = Client::polling();
    client.at(24_950);
    client.poll();
    client.probe();
    client.at(25_000);
    client.expect_poll("2");
    client.at(30_000);
    client.candidate_hangs_up();
    client.expect_candidate_dropped();
    client.at(34_999);
    client.poll();
    client.expect_held();
    client.at(45_000);
    client.expect_poll("1");
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn candidates_that_come_and_go_make_one_ping() {
    let mut client = Client::polling();
    for _ in 0..100 {
        client.probe();
        client.candidate_hangs_up();
        client.expect_candidate_dropped();
    }
    client.poll();
    client.expect_poll("2");
}

#[test]
fn a_client_of_protocol_3_is_the_one_who_pings() {
    let mut setup = Setup::default();
    setup.dialect.protocol = Protocol::V3;
    let mut client = setup.polling();
    client.probe();
    client.candidate_hangs_up();
    client.expect_candidate_dropped();
    client.poll();
    client.expect_held();
    client.at(44_999);
    client.expect_open();
    client.at(45_000);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn after_the_switch_the_end_of_the_websocket_is_that_of_the_client() {
    let mut client = about_to_switch();
    client.switch();
    client.hang_up();
    client.expect_closed(CloseReason::TransportClose);
}

#[test]
fn a_close_frame_right_behind_the_switch_is_seen() {
    let mut client = about_to_switch();
    let switch = Client::text_frame("5");
    client.candidate_sends_bytes(&[switch, Client::close_frame(Some(1001))].concat());
    assert_eq!(client.session().transport(), Transport::WebSocket);
    client.expect("close 1001");
    client.expect_closed(CloseReason::TransportClose);
}

#[test]
fn a_session_that_is_closing_asks_for_nothing() {
    let mut client = about_to_switch();
    client.server_sends("4bye");
    client.server_closes();
    client.candidate_hangs_up();
    client.expect_candidate_dropped();
    client.poll();
    client.expect_poll("4bye");
}
