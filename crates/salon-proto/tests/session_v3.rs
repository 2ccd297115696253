//! Protocol 3 as transcripts: its bodies, its binary data, and its heartbeat.

use salon_proto::engine::jsonp::Callback;
use salon_proto::engine::{Dialect, Overflow, Protocol};
use salon_proto::{CloseReason, Limits};
use salon_testkit::{Client, Setup};

fn v3(base64: bool) -> Setup {
    Setup {
        dialect: Dialect {
            protocol: Protocol::V3,
            base64,
            callback: None,
        },
        ..Setup::default()
    }
}

fn jsonp(protocol: Protocol) -> Setup {
    Setup {
        dialect: Dialect {
            protocol,
            base64: false,
            callback: Some(Callback::new("2")),
        },
        ..Setup::default()
    }
}

#[test]
fn packets_have_their_length_before_them() {
    let mut client = v3(true).polling();
    client.post("6:4hello3:4€a10:b4AQIDBA==");
    client.expect_message("hello");
    client.expect_message("€a");
    client.expect_message("binary [1, 2, 3, 4]");
    client.server_sends("4€");
    client.server_sends_attached("451-[]", b"\x01\x02");
    client.poll();
    client.expect_poll("2:4€6:451-[]6:b4AQI=");
}

#[test]
fn a_client_that_can_gets_binary_data_as_it_is() {
    let mut client = v3(false).polling();
    client.server_sends("4text");
    client.poll();
    client.expect_poll("5:4text");
    client.server_sends_attached("451-[]", b"\x01\x02");
    client.poll();
    client.expect_poll(r"\x00\x06\xff451-[]\x01\x03\xff\x04\x01\x02");
    assert!(client.begin_post());
    let body = b"\x00\x06\xff4hello\x01\x03\xff\x04\x01\x02";
    client.finish_post_as([&body[..7], &body[7..]], true);
    client.expect_message("hello");
    client.expect_message("binary [1, 2]");
}

#[test]
fn a_malformed_body_ends_the_session() {
    for body in ["abc", "", "5:4a", "1:7", "2:b4x"] {
        let mut client = v3(true).polling();
        client.post(body);
        client.expect_closed(CloseReason::ParseError);
    }
}

#[test]
fn a_closing_client_is_answered_with_a_noop() {
    let mut client = v3(true).polling();
    client.poll();
    client.post("1:1");
    client.expect_poll("1:6");
    client.expect_closed(CloseReason::TransportClose);
}

#[test]
fn frames_of_binary_data_begin_with_a_type() {
    let mut client = v3(false).websocket();
    client.send_binary(b"\x04\x01\x02");
    client.expect_message("binary [1, 2]");
    client.server_sends_attached("451-[]", b"\x05");
    client.expect("451-[]");
    client.expect("binary [4, 5]");
    // A type other than a message's has no data.
    client.send_binary(b"\x02");
    client.expect("3");
    client.send_binary(b"\x01");
    client.send_binary(b"");
    client.expect_nothing();
    assert_eq!(client.closed(), None);
}

#[test]
fn the_client_pings_and_is_answered() {
    let mut client = v3(true).polling();
    client.at(44_999);
    client.post("1:2");
    client.poll();
    client.expect_poll("1:3");
    client.at(89_998);
    assert_eq!(client.closed(), None);
    client.at(89_999);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn only_pings_count() {
    let mut client = v3(true).websocket();
    client.at(44_000);
    client.send("4hello");
    client.at(45_000);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn a_heartbeat_in_the_wrong_direction_is_an_error() {
    let mut client = v3(true).websocket();
    client.send("3");
    client.expect_closed(CloseReason::TransportError);
    let mut client = Client::websocket();
    client.send("2");
    client.expect_closed(CloseReason::TransportError);
}

#[test]
fn a_client_that_pings_and_never_reads_is_given_up() {
    let mut limits = Limits::default();
    limits.max_outbox_packets = 10;
    for (overflow, reason) in [
        (Overflow::Disconnect, Some(CloseReason::SlowConsumer)),
        (Overflow::DropNewest, None),
    ] {
        let mut setup = v3(true);
        setup.limits = limits.clone();
        setup.overflow = overflow;
        let mut client = setup.polling();
        for _ in 0..100 {
            client.post("1:2");
        }
        assert_eq!(client.closed(), reason);
    }
}

#[test]
fn an_upgrade_keeps_the_heartbeat() {
    let mut client = v3(false).polling();
    client.poll();
    client.at(10_000);
    assert!(client.connect_candidate());
    client.candidate_sends("2probe");
    client.expect_candidate("3probe");
    client.at(10_100);
    client.expect_poll("1:6");
    client.poll();
    client.candidate_sends("5");
    client.expect_poll("1:1");
    client.server_sends_attached("451-[]", b"\x05");
    client.expect("451-[]");
    client.expect("binary [4, 5]");
    client.send("2");
    client.expect("3");
    client.at(55_100);
    client.expect_closed(CloseReason::PingTimeout);
}

#[test]
fn jsonp_answers_are_scripts_and_posts_are_forms() {
    let mut client = jsonp(Protocol::V3).polling();
    client.post("d=6%3A4hello10%3Ab4AQIDBA%3D%3D");
    client.expect_message("hello");
    client.expect_message("binary [1, 2, 3, 4]");
    client.server_sends("4\"\u{2028}");
    client.poll();
    client.expect_poll(r#"___eio[2]("3:4\"\u2028");"#);
    client.post("nothing=1");
    assert_eq!(client.closed(), None);
    client.post("d=");
    client.expect_closed(CloseReason::ParseError);

    let mut client = jsonp(Protocol::V4).polling();
    client.post("d=4a%1e4b");
    client.expect_message("a");
    client.expect_message("b");
    client.server_sends_attached("451-[]", b"\x01\x02");
    client.poll();
    client.expect_poll(r#"___eio[2]("451-[]\u001ebAQI=");"#);
}
