//! Whatever a client sends, it harms at most its own session, and nothing panics.

use salon_proto::CloseReason;
use salon_proto::packet::Reassembly;
use salon_testkit::{Client, Random, Setup};

/// Texts that are no Engine.IO packet.
const NO_PACKETS: [&str; 14] = [
    "", " ", "7", "9", "-1", "a", "B", "é", "€4", "\u{0}", "\u{1e}", "b$", "bé", "b=AQI",
];

#[test]
fn text_that_is_no_packet_is_a_parse_error_on_a_websocket() {
    for text in NO_PACKETS {
        let mut client = Client::websocket();
        client.send(text);
        client.expect("close");
        client.expect_nothing();
        client.expect_closed(CloseReason::ParseError);
    }
}

#[test]
fn a_body_that_is_no_payload_is_a_parse_error() {
    for text in NO_PACKETS {
        let mut client = Client::polling();
        client.poll();
        assert!(client.begin_post());
        client.finish_post_in_chunks([text.as_bytes()]);
        client.expect_poll("1");
        client.expect_nothing();
        client.expect_closed(CloseReason::ParseError);
    }
    let no_utf8: [&[u8]; 3] = [b"4\xff", b"\xff", b"4\xe2\x82"];
    for body in no_utf8 {
        let mut client = Client::polling();
        client.poll();
        assert!(client.begin_post());
        client.finish_post_in_chunks([body]);
        client.expect_poll("1");
        client.expect_closed(CloseReason::ParseError);
    }
}

#[test]
fn packets_before_a_malformed_one_count_and_those_after_it_do_not() {
    let mut client = Client::polling();
    client.post("4a|4b|x|4c");
    assert_eq!(client.take_messages(), ["a", "b"]);
    client.expect_closed(CloseReason::ParseError);

    let mut client = Client::websocket();
    let frames = ["4a", "4b", "x", "4c"].map(Client::text_frame).concat();
    client.send_bytes(&frames);
    assert_eq!(client.take_messages(), ["a", "b"]);
    client.expect("close");
    client.expect_nothing();
    client.expect_closed(CloseReason::ParseError);
}

#[test]
fn no_frame_at_all_gets_the_code_that_says_why() {
    let cases: [(&[u8], &str); 8] = [
        (b"\xC1\x80\0\0\0\0", "close 1002"),
        (b"\x83\x80\0\0\0\0", "close 1002"),
        (b"\x81\x02no mask", "close 1002"),
        (b"\x80\x80\0\0\0\0", "close 1002"),
        (b"\x88\x81\0\0\0\0x", "close 1002"),
        (b"\x88\x82\0\0\0\0\x03\xED", "close 1002"),
        (b"\x81\x82\0\0\0\0\xC3\x28", "close 1007"),
        (b"\x81\xFE\x10\x01\0\0\0\0", "close 1009"),
    ];
    for (bytes, frame) in cases {
        let mut setup = Setup::default();
        setup.limits.max_payload = 4_096;
        let mut client = setup.websocket();
        client.send_bytes(bytes);
        client.expect(frame);
        client.send("4after");
        client.expect_nothing();
        client.expect_closed(CloseReason::TransportError);
    }
}

#[test]
fn a_malformed_text_does_not_reach_the_neighbour() {
    let mut neighbour = Client::websocket();
    let mut polling_neighbour = Client::polling();
    polling_neighbour.poll();
    for text in NO_PACKETS {
        let mut client = Client::websocket();
        client.send(text);
        client.expect_closed(CloseReason::ParseError);
        neighbour.send("4hi");
        neighbour.expect_message("hi");
    }
    neighbour.expect_nothing();
    neighbour.expect_open();
    polling_neighbour.expect_held();
}

fn noise(random: &mut Random, most: u64) -> Vec<u8> {
    let length = random.below(most);
    (0..length)
        .map(|_| random.next().to_le_bytes()[5])
        .collect()
}

/// One valid frame or body with a byte or two changed, or plain noise.
fn nearly_valid(random: &mut Random, valid: &[&[u8]]) -> Vec<u8> {
    if random.chance(8) {
        return noise(random, 40);
    }
    let mut bytes = random.pick(valid).to_vec();
    for _ in 0..random.below(3) {
        let byte = random.next().to_le_bytes()[5];
        let length = u64::try_from(bytes.len()).unwrap();
        if let Some(place) = bytes.get_mut(usize::try_from(random.below(length.max(1))).unwrap()) {
            *place = byte;
        }
    }
    bytes
}

#[test]
fn bytes_that_are_nearly_valid_never_panic_on_a_websocket() {
    let frames = ["40", "4\u{20ac}", "3", "6", "2", "bAQI="].map(Client::text_frame);
    let others = [
        Client::binary_frame(b"binary"),
        Client::close_frame(Some(1000)),
        b"\x89\x82\0\0\0\0hi".to_vec(),
    ];
    let valid: Vec<&[u8]> = frames.iter().chain(&others).map(|one| &**one).collect();
    for seed in 0..5_000 {
        let mut random = Random::new(seed);
        let mut client = Client::websocket();
        for _ in 0..10 {
            client.send_bytes(&nearly_valid(&mut random, &valid));
        }
        may_end_by(&client, seed);
    }
}

#[test]
fn bytes_that_are_nearly_valid_never_panic_in_a_post() {
    let valid: [&[u8]; 5] = [b"40", "4€\u{1e}4b".as_bytes(), b"bAQI=", b"3\x1e6", b"1"];
    for seed in 0..5_000 {
        let mut random = Random::new(seed);
        let mut client = Client::polling();
        client.poll();
        for _ in 0..4 {
            let body = nearly_valid(&mut random, &valid);
            assert!(client.begin_post());
            client.finish_post_in_chunks(body.chunks(1 + body.len() / 2));
        }
        may_end_by(&client, seed);
    }
}

fn may_end_by(client: &Client, seed: u64) {
    use CloseReason::{ParseError, TransportClose, TransportError};
    let reason = client.closed();
    let allowed = [
        None,
        Some(ParseError),
        Some(TransportError),
        Some(TransportClose),
    ];
    assert!(allowed.contains(&reason), "seed {seed}: {reason:?}");
}

#[test]
fn bytes_that_are_nearly_valid_on_a_candidate_never_harm_its_session() {
    // Not "5", nor anything that one changed byte could turn into it alone.
    let frames = ["2probe", "2probf", "3probe", "4hello"].map(Client::text_frame);
    let valid: Vec<&[u8]> = frames.iter().map(|one| &**one).collect();
    for seed in 0..5_000 {
        let mut random = Random::new(seed);
        let mut client = Client::polling();
        client.poll();
        let _ = client.connect_candidate();
        for _ in 0..5 {
            if !client.has_candidate() {
                break;
            }
            client.candidate_sends_bytes(&nearly_valid(&mut random, &valid));
        }
        if client.has_candidate() || client.session().transport().as_str() == "polling" {
            client.expect_held();
            client.expect_open();
        }
    }
}

#[test]
fn messages_that_are_nearly_valid_never_panic_in_the_layer_above() {
    let valid: [&[u8]; 8] = [
        b"0/chat,{\"token\":1}",
        b"2/chat,12[\"news\",{\"a\":[1,2.5e3,null]}]",
        b"51-[\"photo\",{\"_placeholder\":true,\"num\":0}]",
        b"3/,7[]",
        b"61-1[{\"_placeholder\":true,\"num\":0}]",
        b"1/chat,",
        b"4{\"message\":\"no\"}",
        "2[\"\\u20ac\u{20ac}\"]".as_bytes(),
    ];
    let mut accepted = 0;
    for seed in 0..20_000 {
        let mut random = Random::new(seed);
        let mut reassembly = Reassembly::new(10);
        let bytes = nearly_valid(&mut random, &valid);
        if let Ok(Ok(_)) = std::str::from_utf8(&bytes).map(|text| reassembly.text(text)) {
            accepted += 1;
        }
        let _ = reassembly.binary(noise(&mut random, 10).into());
        let _ = reassembly.text("2[\"next\"]");
    }
    assert!(
        (1_000..19_000).contains(&accepted),
        "both kinds occur: {accepted}"
    );
}
