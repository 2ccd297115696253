//! Polls and posts: who is held, who is answered with what, who is refused.

use salon_proto::CloseReason;
use salon_proto::engine::{PollAnswer, Transport};
use salon_testkit::{Client, Setup};

#[test]
fn the_first_poll_gets_the_open_packet_alone() {
    let mut client = Setup::default().unopened(Transport::Polling);
    client.server_sends("40{}");
    client.poll();
    client.expect_poll("0{}");
    client.poll();
    client.expect_poll("40{}");
}

#[test]
fn a_poll_is_held_until_there_is_something() {
    let mut client = Client::polling();
    client.poll();
    client.expect_held();
    client.at(7_000);
    client.expect_held();
    client.server_sends("4hello");
    client.expect_poll("4hello");
    client.expect_nothing();
}

#[test]
fn a_poll_takes_all_that_waits_in_order() {
    let mut client = Client::polling();
    client.server_sends("4a");
    client.server_sends_attached("451-[b]", b"\x01\x1e\xff");
    client.server_sends("4é");
    client.poll();
    client.expect_poll("4a|451-[b]|bAR7/|4é");
}

#[test]
fn one_turn_is_one_answer() {
    let mut client = Client::polling();
    client.poll();
    client.server_bursts(&["4a", "4b", "4c"]);
    client.expect_poll("4a|4b|4c");
    client.poll();
    client.expect_held();
}

#[test]
fn a_lone_attachment_is_not_forgotten() {
    let mut client = Client::polling();
    client.poll();
    client.server_sends_attached("451-[]", b"xyz");
    client.expect_poll("451-[]|beHl6");
}

#[test]
fn a_post_delivers_its_packets_in_order() {
    let mut client = Client::polling();
    client.post("4a|bAQID|4€|3|4");
    assert_eq!(client.take_messages(), ["a", "binary [1, 2, 3]", "€", ""]);
    client.expect_nothing();
}

#[test]
fn an_answer_to_a_post_goes_out_on_the_held_poll() {
    let mut client = Client::polling();
    client.poll();
    client.post("40");
    client.expect_message("0");
    client.expect_held();
    client.server_sends("40{\"sid\":\"x\"}");
    client.expect_poll("40{\"sid\":\"x\"}");
}

#[test]
fn the_second_of_two_polls_is_refused_and_the_session_ends() {
    let mut client = Client::polling();
    client.poll();
    assert_eq!(client.try_poll(), PollAnswer::Refuse);
    client.expect_poll("1");
    client.expect_nothing();
    client.expect_closed(CloseReason::TransportError);
}

#[test]
fn the_second_of_two_posts_is_refused_and_the_session_ends() {
    let mut client = Client::polling();
    client.poll();
    assert!(client.begin_post());
    assert!(!client.begin_post());
    client.expect_poll("1");
    client.expect_closed(CloseReason::TransportError);
    client.finish_post("4late");
    client.expect_nothing();
}

#[test]
fn posts_one_after_the_other_are_fine() {
    let mut client = Client::polling();
    for text in ["4a", "4b", "4c"] {
        client.post(text);
    }
    assert_eq!(client.take_messages(), ["a", "b", "c"]);
    client.expect_open();
}

#[test]
fn a_post_that_is_too_large_is_refused_and_the_session_goes_on() {
    let mut setup = Setup::default();
    setup.limits.max_payload = 10;
    let mut client = setup.polling();
    client.post("4123456789");
    client.expect_message("123456789");
    client.post("4123456789a");
    client.expect_nothing();
    client.expect_open();
    client.post("4small");
    client.expect_message("small");
}

#[test]
fn a_poll_whose_connection_breaks_ends_the_session() {
    let mut client = Client::polling();
    client.poll();
    client.abort_poll();
    client.expect_nothing();
    client.expect_closed(CloseReason::TransportError);
}

#[test]
fn a_poll_that_was_answered_may_break() {
    let mut client = Client::polling();
    client.poll();
    client.server_sends("4a");
    client.abort_poll();
    client.expect_open();
}

#[test]
fn a_post_whose_connection_breaks_ends_the_session() {
    let mut client = Client::polling();
    client.poll();
    assert!(client.begin_post());
    client.abort_post();
    client.expect_poll("1");
    client.expect_closed(CloseReason::TransportError);
}

#[test]
fn a_client_that_posts_goodbye_gets_a_noop_on_its_poll() {
    let mut client = Client::polling();
    client.poll();
    client.post("1");
    client.expect_poll("6");
    client.expect_closed(CloseReason::TransportClose);
}

#[test]
fn nothing_that_follows_a_goodbye_in_its_post_counts() {
    let mut client = Client::polling();
    client.post("4a|1|4b");
    assert_eq!(client.take_messages(), ["a"]);
    client.expect_closed(CloseReason::TransportClose);
}

#[test]
fn packets_without_a_meaning_here_are_ignored() {
    let mut client = Client::polling();
    client.poll();
    client.post("0{}|5|6|4still here");
    client.expect_message("still here");
    client.expect_held();
    client.expect_open();
}

#[test]
fn a_poll_over_polling_is_refused_on_a_websocket_session_and_does_no_harm() {
    let mut client = Client::websocket();
    assert_eq!(client.try_poll(), PollAnswer::Refuse);
    assert_eq!(client.try_poll(), PollAnswer::Refuse);
    client.expect_open();
}

#[test]
fn a_poll_that_comes_after_the_end_is_refused_and_not_held_for_ever() {
    let mut client = Client::polling();
    client.at(45_000);
    client.expect_closed(CloseReason::PingTimeout);
    assert_eq!(client.try_poll(), PollAnswer::Refuse);
    client.expect_nothing();
}
