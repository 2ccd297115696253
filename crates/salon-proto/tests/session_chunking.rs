//! Where a stream is cut makes no difference, and where it breaks off never leaves a
//! session half-dead.

use salon_proto::CloseReason;
use salon_testkit::{Client, bytewise, splits};

/// What a conversation came to.
#[derive(Debug, PartialEq)]
struct Outcome {
    messages: Vec<String>,
    packets: Vec<String>,
    closed: Option<CloseReason>,
}

fn outcome(mut client: Client) -> Outcome {
    Outcome {
        messages: client.take_messages(),
        packets: client.take_packets(),
        closed: client.closed(),
    }
}

/// All that a client may send after opening over a WebSocket, up to this last frame.
fn conversation(last: &[u8]) -> Vec<u8> {
    [
        Client::text_frame("40"),
        Client::text_frame("42[\"κόσμε\"]"),
        Client::text_frame("451-[\"photo\",{\"_placeholder\":true,\"num\":0}]"),
        Client::binary_frame(&[0xFF; 130]),
        b"\x89\x82\0\0\0\0hi".to_vec(),
        Client::text_frame("3"),
        Client::text_frame("1"),
        // One message in three fragments, with a ping between.
        b"\x01\x82\0\0\0\x004a\x89\x80\0\0\0\0\x00\x81\0\0\0\0b\x80\x80\0\0\0\0".to_vec(),
        Client::text_frame("6"),
        last.to_vec(),
    ]
    .concat()
}

fn endings() -> Vec<(Vec<u8>, Option<CloseReason>)> {
    vec![
        (vec![], None),
        (
            Client::close_frame(Some(1001)),
            Some(CloseReason::TransportClose),
        ),
        (Client::text_frame("2"), Some(CloseReason::TransportError)),
        (
            Client::text_frame("nonsense"),
            Some(CloseReason::ParseError),
        ),
        (Client::text_frame(""), Some(CloseReason::ParseError)),
        (
            b"\x81\x82\0\0\0\0\xC3\x28".to_vec(),
            Some(CloseReason::TransportError),
        ),
        (
            b"\x81\x02no mask".to_vec(),
            Some(CloseReason::TransportError),
        ),
    ]
}

fn fed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut client = Client::websocket();
    for piece in pieces {
        client.send_bytes(piece);
    }
    outcome(client)
}

#[test]
fn the_conversation_is_what_it_claims_to_be() {
    for (last, closed) in endings() {
        let whole = fed([&*conversation(&last)]);
        assert_eq!(whole.closed, closed, "{last:?}");
        assert_eq!(whole.messages.len(), 5);
        assert_eq!(whole.messages[4], "ab");
        let expected = ["pong [104, 105]", "pong []"];
        assert_eq!(whole.packets[..2], expected);
        assert_eq!(whole.packets.len(), 2 + usize::from(closed.is_some()));
    }
}

#[test]
fn a_conversation_byte_by_byte_is_the_same_conversation() {
    for (last, _) in endings() {
        let wire = conversation(&last);
        assert_eq!(fed(bytewise(&wire)), fed([&*wire]), "{last:?}");
    }
}

#[test]
fn a_conversation_cut_anywhere_is_the_same_conversation() {
    for (last, _) in endings() {
        let wire = conversation(&last);
        let whole = fed([&*wire]);
        for (head, tail) in splits(&wire) {
            assert_eq!(fed([head, tail]), whole, "cut at {}", head.len());
        }
    }
}

#[test]
fn a_websocket_that_is_lost_at_any_byte_ends_the_session_with_the_right_reason() {
    type Loss = fn(&mut Client);
    let losses: [(Loss, CloseReason); 2] = [
        (Client::hang_up, CloseReason::TransportClose),
        (Client::reset, CloseReason::TransportError),
    ];
    for (last, closed) in endings() {
        let wire = conversation(&last);
        let ended_at = wire.len() - lost_tail(&last);
        for (arrived, lost) in splits(&wire) {
            for (lose, reason) in losses {
                let mut client = Client::websocket();
                client.send_bytes(arrived);
                lose(&mut client);
                let expected = match closed {
                    Some(closed) if arrived.len() >= ended_at => closed,
                    _ => reason,
                };
                client.expect_closed(expected);
                client.at(3_600_000);
                assert!(client.session().outbox().is_empty(), "{} lost", lost.len());
            }
        }
    }
}

/// Bytes at the end of a stream that no longer change anything.
fn lost_tail(last: &[u8]) -> usize {
    match last {
        // The missing mask shows in the header's second byte.
        [0x81, 0x02, rest @ ..] => rest.len(),
        _ => 0,
    }
}

#[test]
fn a_websocket_that_stops_reading_at_any_byte_and_is_lost_ends_the_session() {
    let mut whole = Client::websocket();
    talk(&mut whole);
    let frames = whole.take_packets();
    for room in 0..40 {
        let mut client = Client::websocket();
        client.read_only(room);
        talk(&mut client);
        let seen = client.take_packets();
        assert_eq!(frames[..seen.len()], seen, "{room} bytes");
        client.hang_up();
        client.expect_closed(CloseReason::TransportClose);
        assert!(client.session().outbox().is_empty());
    }
}

fn talk(client: &mut Client) {
    client.server_sends("4hello");
    client.server_sends_attached("451-[]", b"xyz");
    client.at(25_000);
    client.server_sends("4more");
}

/// The candidate's frames from the probe on; what follows the switch is the session's.
fn upgrade() -> Vec<u8> {
    let frames = ["2probe", "5", "4first", "3"].map(Client::text_frame);
    [frames.concat(), Client::binary_frame(b"second")].concat()
}

fn upgraded<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Client {
    let mut client = Client::polling();
    client.poll();
    assert!(client.connect_candidate());
    for piece in pieces {
        move_on(&mut client, piece);
    }
    client
}

fn move_on(client: &mut Client, piece: &[u8]) {
    if client.has_candidate() {
        client.candidate_sends_bytes(piece);
    } else {
        client.send_bytes(piece);
    }
}

#[test]
fn an_upgrade_cut_anywhere_is_the_same_upgrade() {
    let wire = upgrade();
    let whole = outcome(upgraded([&*wire]));
    assert_eq!(
        whole.messages,
        ["first", "binary [115, 101, 99, 111, 110, 100]"]
    );
    assert_eq!(whole.packets, ["1", "3probe"]);
    assert_eq!(outcome(upgraded(bytewise(&wire))), whole);
    for (head, tail) in splits(&wire) {
        assert_eq!(
            outcome(upgraded([head, tail])),
            whole,
            "cut at {}",
            head.len()
        );
    }
}

#[test]
fn an_upgrade_that_is_lost_at_any_byte_harms_the_session_only_after_the_switch() {
    let wire = upgrade();
    let switch = ["2probe", "5"].map(Client::text_frame).concat().len();
    for (arrived, _) in splits(&wire) {
        let mut client = upgraded([arrived]);
        if arrived.len() < switch {
            client.candidate_hangs_up();
            client.expect_candidate_dropped();
            client.expect_held();
            client.server_sends("4still here");
            client.expect_poll("4still here");
            client.expect_open();
        } else {
            client.expect_poll("1");
            client.hang_up();
            client.expect_closed(CloseReason::TransportClose);
        }
    }
}

#[test]
fn a_post_in_any_chunks_is_the_same_post() {
    let body = "4héllo|bAQI=|4€|3|4 and more".replace('|', "\u{1e}");
    let expected = ["héllo", "binary [1, 2]", "€", " and more"];
    for (head, tail) in splits(body.as_bytes()) {
        let mut client = Client::polling();
        assert!(client.begin_post());
        client.finish_post_in_chunks([head, tail]);
        assert_eq!(client.take_messages(), expected);
    }
    let mut client = Client::polling();
    assert!(client.begin_post());
    client.finish_post_in_chunks(bytewise(body.as_bytes()));
    assert_eq!(client.take_messages(), expected);
}

#[test]
fn a_post_that_breaks_off_delivers_nothing_and_leaves_no_poll() {
    let mut client = Client::polling();
    client.poll();
    assert!(client.begin_post());
    client.abort_post();
    client.expect_poll("1");
    client.expect_nothing();
    client.expect_closed(CloseReason::TransportError);
    client.at(3_600_000);
}
