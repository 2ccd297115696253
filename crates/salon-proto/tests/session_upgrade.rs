//! The move from polling to a WebSocket, and all the ways in which it fails.

use salon_proto::engine::{PollAnswer, Rejection, Transport};
use salon_testkit::{Client, Random, Setup};

#[test]
fn the_usual_way() {
    let mut client = Client::polling();
    client.poll();
    assert!(client.connect_candidate());
    client.candidate_sends("2probe");
    client.expect_candidate("3probe");
    client.expect_held();
    client.at(100);
    client.expect_poll("6");
    client.switch();
    client.server_sends("4hello");
    client.expect("4hello");
    client.send("4hi");
    client.expect_message("hi");
    client.expect_nothing();
    client.expect_open();
}

#[test]
fn a_switch_without_a_probe_is_taken_as_node_takes_it() {
    let mut client = Client::polling();
    assert!(client.connect_candidate());
    client.switch();
    client.expect_open();
}

#[test]
fn the_first_noop_comes_one_interval_after_the_probe_and_then_once_an_interval() {
    let mut client = Client::polling();
    client.at(3_000);
    client.poll();
    client.probe();
    client.at(3_099);
    client.expect_held();
    for millis in [3_100, 3_200, 3_300] {
        client.at(millis);
        client.expect_poll("6");
        client.poll();
        client.expect_held();
    }
    client.expect_nothing();
}

#[test]
fn no_noop_waits_for_a_poll_that_comes_later() {
    let mut client = Client::polling();
    client.probe();
    client.at(1_050);
    client.poll();
    client.expect_held();
    client.at(1_100);
    client.expect_poll("6");
}

#[test]
fn a_poll_that_gets_a_message_needs_no_noop() {
    let mut client = Client::polling();
    client.poll();
    client.probe();
    client.at(99);
    client.server_queues("4just in time");
    client.at(100);
    client.expect_poll("4just in time");
    client.poll();
    client.at(199);
    client.expect_held();
}

#[test]
fn there_are_no_noops_before_the_probe_nor_after_the_candidate() {
    let mut client = Client::polling();
    client.poll();
    assert!(client.connect_candidate());
    client.at(5_000);
    client.expect_held();
    client.candidate_sends("2probe");
    client.candidate_hangs_up();
    client.expect_candidate_dropped();
    client.at(20_000);
    client.expect_held();
}

#[test]
fn a_message_during_the_probe_goes_out_on_the_held_poll() {
    let mut client = Client::polling();
    client.poll();
    client.probe();
    client.server_sends("4now");
    client.expect_poll("4now");
    client.at(1_000);
    client.expect_nothing();
}

#[test]
fn a_message_during_the_probe_is_fetched_by_the_next_poll() {
    let mut client = Client::polling();
    client.probe();
    client.server_sends("4now");
    client.poll();
    client.expect_poll("4now");
}

#[test]
fn messages_that_no_poll_fetched_go_out_on_the_websocket_in_order() {
    let mut client = Client::polling();
    client.poll();
    client.probe();
    client.server_bursts(&["4a", "4b"]);
    client.server_bursts(&["4c", "4d"]);
    client.expect_poll("4a|4b");
    client.switch();
    client.server_sends("4e");
    for frame in ["4c", "4d", "4e"] {
        client.expect(frame);
    }
    client.expect_nothing();
}

#[test]
fn an_attachment_that_waited_for_a_poll_is_a_binary_frame_after_the_switch() {
    let mut client = Client::polling();
    client.probe();
    client.server_sends_attached("451-[]", b"xyz");
    client.switch();
    client.expect("451-[]");
    client.expect("binary [120, 121, 122]");
}

#[test]
fn a_poll_that_is_still_held_at_the_switch_is_answered_close() {
    let mut client = Client::polling();
    client.poll();
    client.probe();
    client.switch();
    client.expect_poll("1");
    client.expect_open();
}

#[test]
fn posts_still_count_during_the_probe() {
    let mut client = Client::polling();
    client.probe();
    client.post("4by post");
    client.expect_message("by post");
}

#[test]
fn what_follows_the_switch_in_the_same_breath_belongs_to_the_session() {
    let mut client = Client::polling();
    client.probe();
    let frames = ["5", "4a", "4b"].map(Client::text_frame).concat();
    client.candidate_sends_bytes(&frames);
    assert_eq!(client.take_messages(), ["a", "b"]);
}

#[test]
fn the_heartbeat_goes_on_after_the_switch() {
    let mut client = Client::polling();
    client.at(10_000);
    client.probe();
    client.switch();
    client.at(24_999);
    client.expect_nothing();
    client.at(25_000);
    client.expect("2");
    client.send("3");
    client.at(50_000);
    client.expect("2");
}

#[test]
fn a_ping_during_the_probe_goes_out_on_the_held_poll() {
    let mut client = Client::polling();
    client.at(24_950);
    client.poll();
    client.probe();
    client.at(25_000);
    client.expect_poll("2");
    client.switch();
    client.send("3");
    client.at(49_999);
    client.expect_nothing();
}

#[test]
fn a_second_candidate_is_refused_and_the_first_goes_on() {
    let mut client = Client::polling();
    client.probe();
    assert!(!client.connect_candidate());
    client.switch();
    assert!(!client.connect_candidate());
    client.expect_nothing();
    client.expect_open();
}

#[test]
fn a_session_born_on_a_websocket_takes_no_candidate() {
    let mut client = Client::websocket();
    assert!(!client.connect_candidate());
    client.server_sends("4hello");
    client.expect("4hello");
}

#[test]
fn a_candidate_that_dies_at_any_stage_leaves_the_session_polling() {
    type Stage = fn(&mut Client);
    let stages: [Stage; 3] = [
        |client| assert!(client.connect_candidate()),
        Client::probe,
        |client| {
            client.probe();
            client.candidate_sends("2probe");
        },
    ];
    type Death = fn(&mut Client);
    let deaths: [Death; 12] = [
        Client::candidate_hangs_up,
        |client| client.candidate_sends("4too early"),
        |client| client.candidate_sends("2"),
        |client| client.candidate_sends("3"),
        |client| client.candidate_sends("1"),
        |client| client.candidate_sends("6"),
        |client| client.candidate_sends(""),
        |client| client.candidate_sends("nonsense"),
        |client| client.candidate_sends_bytes(&Client::binary_frame(b"2probe")),
        |client| client.candidate_sends_bytes(&Client::close_frame(Some(1000))),
        |client| client.candidate_sends_bytes(b"\xFF\xFF no frame"),
        |client| client.at(10_000),
    ];
    for stage in stages {
        for die in deaths {
            let mut client = Client::polling();
            client.poll();
            stage(&mut client);
            client.server_sends("4a");
            client.expect_poll("4a");
            die(&mut client);
            client.expect_candidate_dropped();
            client.server_sends("4b");
            client.poll();
            // Without a poll it might have gone as well, so it is asked.
            client.expect_poll("2|4b");
            client.post("3|4c");
            client.expect_message("c");
            client.expect_nothing();
            client.expect_open();
            // The next one may succeed.
            client.probe();
            client.switch();
            client.expect_open();
        }
    }
}

#[test]
fn a_candidate_has_ten_seconds_from_its_arrival_however_often_it_probes() {
    let mut client = Client::polling();
    client.at(1_000);
    assert!(client.connect_candidate());
    for millis in (1_500..11_000).step_by(500) {
        client.at(millis);
        client.candidate_sends("2probe");
        client.expect_candidate("3probe");
    }
    client.at(10_999);
    client.expect_nothing();
    client.at(11_000);
    client.expect_candidate_dropped();
    client.expect_open();
    assert_eq!(client.session().transport(), Transport::Polling);
}

#[test]
fn a_post_that_arrives_after_the_switch_means_nothing() {
    let mut client = Client::polling();
    client.probe();
    assert!(client.begin_post());
    client.switch();
    client.finish_post("4late|1|2");
    client.expect_nothing();
    client.expect_open();
}

#[test]
fn nonsense_that_is_posted_after_the_switch_means_nothing() {
    let late: [&[u8]; 3] = [b"4\xff", b"nonsense", b"4a\x1e\x1e"];
    for body in late {
        let mut client = Client::polling();
        client.probe();
        assert!(client.begin_post());
        client.switch();
        client.finish_post_in_chunks([body]);
        client.expect_nothing();
        client.expect_open();
    }
}

#[test]
fn posts_that_overlap_after_the_switch_do_no_harm() {
    let mut client = Client::polling();
    client.probe();
    assert!(client.begin_post());
    client.switch();
    assert!(!client.begin_post());
    client.expect_nothing();
    client.expect_open();
}

#[test]
fn a_post_that_breaks_after_the_switch_means_nothing() {
    let mut client = Client::polling();
    client.probe();
    assert!(client.begin_post());
    client.switch();
    client.server_sends("4a");
    client.abort_post();
    client.expect("4a");
    client.expect_nothing();
    client.expect_open();
}

#[test]
fn a_poll_that_comes_or_breaks_after_the_switch_means_nothing() {
    let mut client = Client::polling();
    client.poll();
    client.probe();
    client.switch();
    client.expect_poll("1");
    client.abort_poll();
    assert_eq!(client.try_poll(), PollAnswer::Refuse);
    client.expect_nothing();
    client.expect_open();
}

#[test]
fn volatile_messages_need_a_held_poll_until_the_switch() {
    let mut client = Client::polling();
    client.probe();
    assert_eq!(
        client.server_tries_volatile("4a"),
        Err(Rejection::NotWritable)
    );
    client.switch();
    assert_eq!(client.server_tries_volatile("4b"), Ok(()));
    client.expect("4b");
}

#[test]
fn the_application_chooses_the_upgrade_s_times() {
    let mut setup = Setup::default();
    setup.timing.upgrade_timeout = std::time::Duration::from_millis(500);
    setup.timing.upgrade_noop_interval = std::time::Duration::from_millis(200);
    let mut client = setup.polling();
    client.poll();
    client.probe();
    client.at(199);
    client.expect_held();
    client.at(200);
    client.expect_poll("6");
    client.at(499);
    client.expect_nothing();
    client.at(500);
    client.expect_candidate_dropped();
}

/// One packet after another, over whatever way is open at that moment.
#[test]
fn no_message_is_lost_doubled_or_overtaken_whenever_the_switch_comes() {
    for seed in 0..3_000 {
        let mut random = Random::new(seed);
        let mut client = Client::polling();
        let mut sent = Vec::new();
        let mut seen = Vec::new();
        let mut has_candidate = false;
        for _ in 0..60 {
            match random.below(7) {
                0 | 1 => {
                    let text = format!("4{}", sent.len());
                    client.server_sends(&text);
                    sent.push(text);
                }
                2 if !client.holds_poll() => {
                    client.try_poll();
                }
                3 if !has_candidate => has_candidate = client.connect_candidate(),
                4 if client.has_candidate() => client.candidate_sends("2probe"),
                5 if client.has_candidate() && random.chance(3) => client.switch(),
                5 if client.has_candidate() && random.chance(3) => {
                    client.candidate_hangs_up();
                    has_candidate = false;
                }
                _ => client.at(client.millis() + random.below(150)),
            }
            seen.extend(client.take_packets());
        }
        client.try_poll();
        seen.extend(client.take_packets());
        seen.retain(|packet| packet.starts_with('4'));
        assert_eq!(seen, sent, "seed {seed}");
    }
}
