//! Random sequences of everything that can happen: no panic, and every promise is kept.

use std::io::IoSlice;
use std::sync::Arc;

use salon_proto::engine::jsonp::Callback;
use salon_proto::engine::{
    Dialect, Output, Overflow, Packet, PollAnswer, Protocol, Session, Transport,
};
use salon_proto::timer::Instant;
use salon_proto::ws::CloseCode;
use salon_proto::{CloseReason, Encoded, Timing};
use salon_testkit::{Client, Random, Setup};

const TEXTS: [&str; 12] = [
    "4hello", "4", "3", "3probe", "2", "2probe", "1", "5", "6", "0{}", "bAQI=", "nonsense",
];

/// One step of a client and a server that keep to what a shell lets them do. The shell of
/// the test kit checks the session's promises after each.
fn step(client: &mut Client, random: &mut Random, sent: &mut Vec<String>) {
    let is_websocket = client.session().transport() == Transport::WebSocket;
    match random.below(20) {
        0..=4 => {
            let text = format!("4{}", sent.len());
            let result = match random.chance(3) {
                true => client.server_tries_volatile(&text),
                false => client.server_tries(&text),
            };
            sent.extend(result.is_ok().then_some(text));
        }
        5 | 6 if !is_websocket => {
            client.try_poll();
        }
        7 if client.holds_poll() && random.chance(4) => client.abort_poll(),
        8 if !is_websocket && client.begin_post() => {
            client.finish_post(random.pick(&["4a", "3", "3|4b", "6"]));
        }
        9 if !is_websocket && client.begin_post() => match random.chance(4) {
            true => client.finish_post(random.pick(&TEXTS)),
            false => client.abort_post(),
        },
        10 if !client.has_candidate() => {
            client.connect_candidate();
        }
        11 | 12 if client.has_candidate() => client.candidate_sends("2probe"),
        13 if client.has_candidate() => client.candidate_sends(random.pick(&["5", "5", "4a", "3"])),
        14 if client.has_candidate() && random.chance(3) => client.candidate_hangs_up(),
        15 if is_websocket => client.send(random.pick(&["4a", "3", "3", "6", "1"])),
        16 if is_websocket => {
            let room = usize::try_from(random.below(30)).unwrap();
            client.read_only(if random.chance(3) { usize::MAX } else { room });
        }
        17 if random.chance(10) => rare(client, random, is_websocket),
        18 if random.chance(10) => client.late_at(client.millis() + random.below(60_000)),
        _ => client.at(client.millis() + random.below(3_000)),
    }
}

fn rare(client: &mut Client, random: &mut Random, is_websocket: bool) {
    match random.below(6) {
        0 => client.server_closes(),
        1 => client.server_aborts(),
        2 if is_websocket => client.send(random.pick(&TEXTS)),
        3 if is_websocket => client.send_close(Some(1001)),
        4 if is_websocket => client.hang_up(),
        5 if is_websocket => client.send_bytes(b"\xFF\xFF"),
        _ => client.wake(),
    }
}

fn setup(random: &mut Random) -> Setup {
    let max_outbox = random.pick(&[0, 20, 100, 4_000_000]);
    let overflow = random.pick(&[Overflow::Disconnect, Overflow::DropNewest]);
    Setup::outbox(max_outbox, overflow)
}

/// Half of the clients are usual ones.
fn dialect(random: &mut Random) -> Dialect {
    Dialect {
        protocol: random.pick(&[Protocol::V4, Protocol::V4, Protocol::V3]),
        base64: random.chance(2),
        callback: random.chance(4).then(|| Callback::new("0")),
    }
}

#[test]
fn a_shell_that_keeps_the_rules_sees_every_promise_kept() {
    let mut ends = std::collections::HashMap::new();
    let mut moved = 0;
    for seed in 0..20_000 {
        let mut random = Random::new(seed);
        let setup = setup(&mut random);
        let mut client = match random.chance(3) {
            true => setup.websocket(),
            false => setup.polling(),
        };
        let was_polling = client.session().transport() == Transport::Polling;
        let (mut sent, mut seen) = (Vec::new(), Vec::new());
        for _ in 0..80 {
            step(&mut client, &mut random, &mut sent);
            seen.extend(client.take_packets());
        }
        seen.retain(|packet| packet.starts_with('4'));
        assert!(sent.starts_with(&seen), "seed {seed}: {sent:?} {seen:?}");
        moved += u32::from(was_polling && client.session().transport() == Transport::WebSocket);
        *ends.entry(client.closed()).or_insert(0) += 1;
    }
    // Otherwise the test proves less than it says.
    assert!(moved > 500, "{moved} upgrades, {ends:?}");
    for reason in [
        None,
        Some(CloseReason::PingTimeout),
        Some(CloseReason::ParseError),
        Some(CloseReason::TransportError),
        Some(CloseReason::TransportClose),
        Some(CloseReason::ForcedClose),
        Some(CloseReason::SlowConsumer),
    ] {
        assert!(ends.get(&reason) > Some(&50), "{reason:?} in {ends:?}");
    }
}

/// A shell that calls anything at any time, and what it has seen.
struct Wild {
    session: Session,
    now: Instant,
    holds_poll: bool,
    is_over: bool,
}

impl Wild {
    fn new(random: &mut Random) -> Self {
        let transport = random.pick(&[Transport::Polling, Transport::WebSocket]);
        let now = Instant::from_millis(random.below(1_000_000));
        let setup = setup(random);
        let session = Session::open(
            packet("0{}"),
            dialect(random),
            transport,
            Arc::new(Timing::default()),
            &setup.limits,
            setup.overflow,
            now,
        );
        Self {
            session,
            now,
            holds_poll: false,
            is_over: false,
        }
    }

    fn call(&mut self, random: &mut Random) {
        let text = random.pick(&TEXTS);
        match random.below(18) {
            0 => drop(self.session.handle_text(self.now, text)),
            1 => drop(self.session.handle_binary(self.now, text.as_bytes().into())),
            2 => self.handle_packet(random, text),
            3 if random.chance(9) => drop(self.session.handle_malformed()),
            4 if random.chance(9) => self.session.handle_broken(CloseCode::PROTOCOL_ERROR),
            5 if random.chance(9) => self.session.handle_lost(CloseReason::TransportClose),
            6 if random.chance(9) => self.session.handle_close_frame(None),
            7 => self.holds_poll |= self.session.handle_poll() == PollAnswer::Hold,
            8 if random.chance(9) => {
                self.session.handle_poll_lost();
                self.holds_poll = false;
            }
            9 => drop(self.session.handle_post()),
            10 if random.chance(9) => self.session.handle_post_lost(),
            11 => self.session.handle_post_done(),
            12 => drop(self.session.handle_candidate(self.now)),
            13 => self.session.handle_candidate_text(self.now, text),
            14 if random.chance(9) => self.session.handle_candidate_lost(self.now),
            15 => self.write(random),
            16 => self.pass_time(random),
            _ => self.command(random, text),
        }
    }

    fn handle_packet(&mut self, random: &mut Random, text: &str) {
        let via = random.pick(&[Transport::Polling, Transport::WebSocket]);
        if let Ok(packet) = Packet::decode(text) {
            self.session.handle_packet(self.now, packet, via);
        }
    }

    fn write(&mut self, random: &mut Random) {
        if self.session.transport() == Transport::WebSocket {
            let waiting = u64::try_from(self.session.outbox().bytes()).unwrap();
            let count = usize::try_from(random.below(waiting + 1)).unwrap();
            self.session.handle_written(count);
        }
    }

    fn pass_time(&mut self, random: &mut Random) {
        let later = self.now.as_millis() + random.below(20_000);
        self.now = Instant::from_millis(later);
        self.session.handle_timeout(self.now);
        assert!(self.session.poll_timeout().is_none_or(|at| self.now < at));
    }

    fn command(&mut self, random: &mut Random, text: &str) {
        match random.below(12) {
            0 => self.session.close(self.now),
            1 if random.chance(9) => self.session.abort(),
            2..=4 => self.session.flush(),
            _ => drop(self.session.send(packet(text), random.chance(2))),
        }
    }

    fn check(&mut self) {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::AnswerPoll(_) => {
                    assert!(self.holds_poll && !self.is_over);
                    self.holds_poll = false;
                }
                Output::Closed(_) => {
                    assert!(!self.holds_poll && !self.is_over);
                    self.is_over = true;
                }
                Output::DropCandidate => {}
                _ => assert!(!self.is_over, "{output:?}"),
            }
        }
        let session = &self.session;
        assert!(!session.has_output());
        assert_eq!(session.is_closed(), self.is_over);
        assert_eq!(session.poll_timeout().is_none(), self.is_over);
        assert!(!(session.is_open() && self.is_over));
        assert!(session.is_open() || !session.is_writable());
        let mut slices = [IoSlice::new(&[]); 512];
        let filled = session.outbox().fill_slices(&mut slices);
        let bytes: usize = slices[..filled].iter().map(|one| one.len()).sum();
        assert_eq!(session.outbox().bytes(), bytes);
        assert_eq!(session.outbox().is_empty(), bytes == 0);
    }
}

fn packet(text: &str) -> Encoded {
    Encoded::text(|out| out.extend_from_slice(text.as_bytes()))
}

#[test]
fn a_shell_that_calls_anything_at_any_time_sees_no_panic_and_one_end() {
    for seed in 0..20_000 {
        let mut random = Random::new(seed);
        let mut wild = Wild::new(&mut random);
        for _ in 0..80 {
            wild.call(&mut random);
            wild.check();
        }
    }
}
