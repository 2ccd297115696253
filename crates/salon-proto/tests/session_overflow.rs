//! What happens to messages when the client is slow to take them.

use salon_proto::CloseReason;
use salon_proto::engine::{Overflow, Rejection};
use salon_testkit::{Client, Random, Setup};

/// A frame has two bytes of header.
const FRAME_OF_TEN: &str = "4 eight.";

#[test]
fn a_message_fits_until_the_budget_is_used_up_exactly() {
    let mut client = Setup::outbox(20, Overflow::DropNewest).polling();
    assert_eq!(
        client.server_bursts(&[FRAME_OF_TEN, FRAME_OF_TEN, "4"]),
        [Ok(()), Ok(()), Err(Rejection::Full)]
    );
}

#[test]
fn tiny_messages_are_counted_too() {
    let mut setup = Setup::outbox(1_000_000, Overflow::Disconnect);
    setup.limits.max_outbox_packets = 3;
    let mut client = setup.polling();
    assert_eq!(
        client.server_bursts(&["4", "4", "4", "4"]),
        [Ok(()), Ok(()), Ok(()), Err(Rejection::Full)]
    );
    client.expect_closed(CloseReason::SlowConsumer);
}

#[test]
fn a_refused_message_does_no_harm_if_the_policy_says_so() {
    let mut client = Setup::outbox(20, Overflow::DropNewest).websocket();
    client.read_only(0);
    let results = client.server_bursts(&[FRAME_OF_TEN, "4b", "4 too long", "4c"]);
    assert_eq!(results, [Ok(()), Ok(()), Err(Rejection::Full), Ok(())]);
    client.expect_open();
    client.read_only(usize::MAX);
    for frame in [FRAME_OF_TEN, "4b", "4c"] {
        client.expect(frame);
    }
    client.expect_nothing();
    client.server_sends("4 room again");
    client.expect("4 room again");
}

#[test]
fn a_slow_websocket_is_disconnected_by_default() {
    let mut client = Setup::outbox(20, Overflow::default()).websocket();
    client.read_only(0);
    client.server_bursts(&[FRAME_OF_TEN, FRAME_OF_TEN]);
    client.expect_open();
    assert_eq!(client.server_tries("4"), Err(Rejection::Full));
    client.expect_closed(CloseReason::SlowConsumer);
    client.expect_nothing();
    assert!(
        client.session().outbox().is_empty(),
        "its memory is free at once"
    );
    assert_eq!(client.server_tries("4"), Err(Rejection::Closed));
}

#[test]
fn a_slow_poller_is_disconnected_by_default() {
    let mut client = Setup::outbox(20, Overflow::default()).polling();
    client.server_bursts(&[FRAME_OF_TEN, FRAME_OF_TEN]);
    assert_eq!(client.server_tries("4"), Err(Rejection::Full));
    client.expect_closed(CloseReason::SlowConsumer);
}

#[test]
fn a_burst_that_overflows_in_one_turn_answers_the_held_poll() {
    let mut client = Setup::outbox(20, Overflow::Disconnect).polling();
    client.poll();
    let results = client.server_bursts(&[FRAME_OF_TEN, FRAME_OF_TEN, "4", "4"]);
    assert_eq!(results[2..], [Err(Rejection::Full), Err(Rejection::Closed)]);
    client.expect_poll("1");
    client.expect_closed(CloseReason::SlowConsumer);
}

#[test]
fn an_overflow_amid_a_frame_adds_nothing_to_the_broken_stream() {
    let mut client = Setup::outbox(20, Overflow::Disconnect).websocket();
    client.read_only(7);
    client.server_bursts(&[FRAME_OF_TEN, FRAME_OF_TEN, FRAME_OF_TEN]);
    client.expect_closed(CloseReason::SlowConsumer);
    client.read_only(usize::MAX);
    client.send("nonsense");
    client.send_close(None);
    client.expect_nothing();
    assert!(client.session().outbox().is_empty());
}

#[test]
fn an_overflow_drops_the_candidate() {
    let mut client = Setup::outbox(20, Overflow::Disconnect).polling();
    client.probe();
    client.server_bursts(&[FRAME_OF_TEN, FRAME_OF_TEN, "4"]);
    client.expect_candidate_dropped();
    client.expect_closed(CloseReason::SlowConsumer);
}

#[test]
fn one_message_of_any_size_fits_an_empty_outbox() {
    let huge = format!("4{}", "x".repeat(100_000));
    for overflow in [Overflow::Disconnect, Overflow::DropNewest] {
        let mut polling = Setup::outbox(1, overflow).polling();
        polling.server_sends(&huge);
        polling.poll();
        polling.expect_poll(&huge);

        let mut websocket = Setup::outbox(1, overflow).websocket();
        websocket.server_sends(&huge);
        websocket.expect(&huge);
        websocket.server_sends(&huge);
        websocket.expect(&huge);
    }
}

#[test]
fn only_one_message_of_any_size_fits() {
    let mut client = Setup::outbox(1, Overflow::DropNewest).polling();
    assert_eq!(
        client.server_bursts(&["4a", "4b"]),
        [Ok(()), Err(Rejection::Full)]
    );
    client.poll();
    client.expect_poll("4a");
    client.server_sends("4c");
}

#[test]
fn what_a_websocket_has_taken_in_part_makes_room() {
    let mut client = Setup::outbox(20, Overflow::DropNewest).websocket();
    client.read_only(0);
    client.server_bursts(&[FRAME_OF_TEN, FRAME_OF_TEN]);
    assert_eq!(client.server_tries("4x"), Err(Rejection::Full));
    client.read_only(4);
    assert_eq!(client.session().outbox().bytes(), 16);
    client.server_sends("4x");
}

#[test]
fn attachments_count() {
    let mut client = Setup::outbox(100, Overflow::DropNewest).polling();
    client.server_sends_attached("451-[]", &[7; 88]);
    assert_eq!(client.session().outbox().bytes(), 2 + 6 + 2 + 88);
    assert_eq!(client.server_tries("4"), Err(Rejection::Full));
}

#[test]
fn control_packets_are_exempt() {
    let mut client = Setup::outbox(1, Overflow::Disconnect).polling();
    client.server_sends("4a");
    client.at(25_000);
    client.expect_open();
    client.server_closes();
    client.poll();
    client.expect_poll("4a|2");
    client.poll();
    client.expect_poll("6|1");
    client.expect_closed(CloseReason::ForcedClose);

    let mut client = Setup::outbox(1, Overflow::Disconnect).websocket();
    client.read_only(0);
    client.server_sends("4a");
    client.at(25_000);
    client.server_closes();
    client.read_only(usize::MAX);
    for frame in ["4a", "2", "close"] {
        client.expect(frame);
    }
    client.expect_closed(CloseReason::ForcedClose);
}

#[test]
fn a_flood_of_websocket_pings_meets_the_limit() {
    let mut client = Setup::outbox(1_000, Overflow::Disconnect).websocket();
    client.read_only(0);
    for _ in 0..2_000 {
        client.send_bytes(b"\x89\x80\0\0\0\0");
        assert!(client.session().outbox().bytes() <= 1_000);
    }
    client.expect_closed(CloseReason::SlowConsumer);
}

#[test]
fn a_volatile_message_needs_a_held_poll() {
    let mut client = Client::polling();
    assert_eq!(
        client.server_tries_volatile("4a"),
        Err(Rejection::NotWritable)
    );
    client.poll();
    assert_eq!(client.server_tries_volatile("4b"), Ok(()));
    client.expect_poll("4b");
    assert_eq!(
        client.server_tries_volatile("4c"),
        Err(Rejection::NotWritable)
    );
    client.poll();
    client.expect_held();
}

#[test]
fn a_volatile_message_needs_a_websocket_that_has_taken_everything() {
    let mut client = Client::websocket();
    assert_eq!(client.server_tries_volatile("4a"), Ok(()));
    client.read_only(3);
    client.server_sends("4slow");
    assert_eq!(
        client.server_tries_volatile("4b"),
        Err(Rejection::NotWritable)
    );
    client.read_only(usize::MAX);
    assert_eq!(client.server_tries_volatile("4c"), Ok(()));
    for frame in ["4a", "4slow", "4c"] {
        client.expect(frame);
    }
    client.expect_nothing();
}

#[test]
fn a_volatile_message_never_costs_the_session() {
    let mut client = Setup::outbox(1, Overflow::Disconnect).websocket();
    client.read_only(0);
    client.server_sends("4a");
    for _ in 0..100 {
        assert_eq!(
            client.server_tries_volatile("4b"),
            Err(Rejection::NotWritable)
        );
    }
    client.expect_open();
}

/// Against the naive model: a list of the frames that wait and a count of their bytes.
#[test]
fn the_budget_is_that_of_a_naive_model() {
    for seed in 0..500 {
        let mut random = Random::new(seed);
        let budget = random.below(60);
        let max_outbox = usize::try_from(budget).unwrap();
        let mut client = Setup::outbox(max_outbox, Overflow::DropNewest).websocket();
        client.read_only(0);
        let mut waiting = 0;
        let mut accepted = Vec::new();
        for number in 0..100 {
            if random.chance(3) {
                let room = usize::try_from(random.below(30)).unwrap();
                client.read_only(room);
                waiting -= room.min(waiting);
                // What the stream did not need now it shall not take later.
                client.read_only(0);
            }
            let padding = "x".repeat(usize::try_from(random.below(20)).unwrap());
            let text = format!("4{number}{padding}");
            let fits = waiting == 0 || waiting + 2 + text.len() <= max_outbox;
            let expected = if fits { Ok(()) } else { Err(Rejection::Full) };
            assert_eq!(client.server_tries(&text), expected, "seed {seed}");
            if fits {
                waiting += 2 + text.len();
                accepted.push(text);
            }
            assert_eq!(client.session().outbox().bytes(), waiting, "seed {seed}");
        }
        client.read_only(usize::MAX);
        assert_eq!(client.take_packets(), accepted, "seed {seed}");
    }
}
