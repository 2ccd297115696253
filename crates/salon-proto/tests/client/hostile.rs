//! A server, an application and transports that do anything at any time.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use salon_proto::client::{
    AckFailure, Emission, Emitted, Failure, Manager, Message, Options, Output, Received, SocketKey,
    SocketOptions, WhenFull, session,
};
use salon_proto::engine::{Packet, Transport};
use salon_proto::packet;
use salon_proto::timer::Instant;
use salon_testkit::Random;
use serde_json::Map;

use crate::script::OPEN;

const NAMESPACES: [&str; 3] = ["/", "/a", "/b"];

/// What a namespace knows of the client, by the rules of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knows {
    Nothing,
    Asked,
    Joined,
    /// The server has ended it. What the client sends may have crossed that on its way.
    Ended,
}

/// The shell, and all the promises that the manager makes.
struct Chaos {
    manager: Manager,
    now: Instant,
    random: Random,
    sockets: Vec<SocketKey>,
    /// What each namespace knows in this session.
    server: BTreeMap<&'static str, Knows>,
    /// The server answers only what it was asked, so that the client may not break a rule.
    is_honest: bool,
    has_session: bool,
    polls: usize,
    posts: usize,
    has_candidate: bool,
    requests: Vec<(SocketKey, u32)>,
    next_id: u64,
    /// Reports and ids that are still owed.
    reports: HashSet<u64>,
    acks: HashSet<u64>,
}

impl Chaos {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut options = Options::default();
        options.transports = match random.below(3) {
            0 => vec![Transport::Polling],
            1 => vec![Transport::WebSocket],
            _ => vec![Transport::Polling, Transport::WebSocket],
        };
        options.try_all_transports = random.chance(2);
        options.remember_upgrade = random.chance(2);
        options.reconnection.attempts = random.chance(3).then_some(2);
        options.limits.max_buffered_packets = 5;
        options.limits.max_outbox_packets = 4;
        options.limits.max_pending_acks = 4;
        options.limits.max_unread_events = 4;
        options.limits.max_namespaces = 2;
        Self {
            manager: Manager::new(options, seed),
            now: Instant::from_millis(1_000),
            random,
            sockets: Vec::new(),
            server: BTreeMap::new(),
            is_honest: seed % 2 == 0,
            has_session: false,
            polls: 0,
            posts: 0,
            has_candidate: false,
            requests: Vec::new(),
            next_id: 0,
            reports: HashSet::new(),
            acks: HashSet::new(),
        }
    }

    fn step(&mut self) {
        match self.random.below(20) {
            0 => self.add(),
            1 | 2 => self.with_socket(|one, key| one.manager.connect(one.now, key)),
            3 if self.random.chance(3) => {
                self.with_socket(|one, key| one.manager.disconnect(one.now, key));
            }
            4 if self.random.chance(4) => {
                self.with_socket(|one, key| one.manager.remove(one.now, key));
            }
            5 if self.random.chance(10) => self.manager.close(self.now),
            6 => self.provide_auth(),
            7..=9 => self.with_socket(Self::emit),
            10 => self.with_socket(Self::answer),
            11 | 12 => self.pass_time(),
            13 => self.happen(),
            _ => self.serve(),
        }
        if self.random.chance(2) {
            self.turn();
        }
    }

    fn add(&mut self) {
        let mut options = SocketOptions::default();
        options.has_auth = self.random.chance(2);
        options.retries = u32::from(self.random.chance(2)) * 2;
        if self.random.chance(2) {
            options.when_full = WhenFull::DropOldest;
        }
        options.max_buffered_age = self.random.chance(2).then_some(Duration::from_secs(3));
        let namespace = self.random.pick(&NAMESPACES);
        if let Ok(key) = self.manager.socket(namespace, options) {
            self.sockets.retain(|one| *one != key);
            self.sockets.push(key);
        }
    }

    fn with_socket(&mut self, act: impl FnOnce(&mut Self, SocketKey)) {
        if !self.sockets.is_empty() {
            let key = self.random.pick(&self.sockets);
            act(self, key);
        }
    }

    fn provide_auth(&mut self) {
        if let Some((key, request)) = self.requests.pop() {
            self.manager
                .provide_auth(self.now, key, request, Map::new());
        }
    }

    fn emit(&mut self, key: SocketKey) {
        let (id, namespace) = (self.next_id, self.random.pick(&NAMESPACES));
        self.next_id += 1;
        let asks = self.random.chance(2);
        let packet = packet::event(namespace, asks.then_some(id), "x", &id).unwrap();
        let mut emission = Emission::new(packet).with_report(id);
        if asks {
            let millis = self.random.below(3_000);
            emission = emission.with_ack(id, Duration::from_millis(millis));
        }
        if self.random.chance(4) {
            emission = emission.volatile();
        }
        let emitted = self.manager.emit(self.now, key, emission);
        if asks && !matches!(emitted, Emitted::Dropped(_)) {
            self.acks.insert(id);
        }
        if emitted == Emitted::Waiting {
            self.reports.insert(id);
        }
        if asks && self.random.chance(10) {
            self.manager.cancel_ack(key, id);
            // Where it is retried, the answer still comes.
            self.acks.remove(&id);
        }
    }

    fn answer(&mut self, key: SocketKey) {
        let connection = self.manager.connection(key);
        let packet = packet::ack("/", 1, &1).unwrap();
        let _ = self.manager.answer(self.now, key, connection, packet);
    }

    fn pass_time(&mut self) {
        let long = match self.random.chance(20) {
            true => [20_000, 60_000],
            false => [1, 900],
        };
        self.now = self.now + Duration::from_millis(self.random.pick(&long));
        // A timeout of zero is due again at once, but only so often.
        for _ in 0..100 {
            self.manager.handle_timeout(self.now);
            if self.manager.poll_timeout().is_none_or(|due| due > self.now) {
                return;
            }
        }
        panic!("what was due is not done");
    }

    /// Something happens to the transports.
    fn happen(&mut self) {
        if !self.has_session {
            return;
        }
        let now = self.now;
        match self.random.below(8) {
            0 if self.random.chance(5) => {
                self.manager.handle_lost(now, Failure::Poll, Some("lost"));
            }
            1 if self.random.chance(5) => self.manager.handle_close_frame(now, None::<&str>),
            2 if self.has_candidate => self.manager.handle_candidate_open(now),
            3 if self.has_candidate => self.manager.handle_candidate_lost(now),
            4 if self.has_candidate => {
                let text = self.random.pick(&["3probe", "3", ""]);
                self.manager.handle_candidate_text(now, text);
            }
            _ if self.posts > 0 => {
                self.posts -= 1;
                self.manager.handle_post_done(now);
            }
            _ => {}
        }
    }

    /// The server says something.
    fn serve(&mut self) {
        if !self.has_session {
            return;
        }
        let namespace = self.random.pick(&NAMESPACES);
        let head = match namespace {
            "/" => String::new(),
            name => format!("{name},"),
        };
        let id = self.random.below(self.next_id + 1);
        let kind = match self.manager.is_open() {
            true => self.random.below(16),
            false => 0,
        };
        let text = match kind {
            0..=2 => OPEN.replace("[]", r#"["websocket"]"#),
            3..=5 => format!(r#"40{head}{{"sid":"x","pid":"y"}}"#),
            6 => format!(r#"40{head}{{"sid":"x"}}"#),
            7 => format!(r#"44{head}{{"message":"no"}}"#),
            8 if self.random.chance(3) => format!("41{head}"),
            8..=10 => format!(r#"42{head}["x","PnqFoZc"]"#),
            11..=13 => format!("43{head}{id}[1]"),
            14 => "2".to_owned(),
            _ => self
                .random
                .pick(&["", "1", "nonsense", "451-[", "40{}", "4"])
                .to_owned(),
        };
        if self.judge(namespace, &text) {
            self.hand_over(&text);
        }
    }

    /// Keeps the books; says whether the server may say so.
    fn judge(&mut self, namespace: &'static str, text: &str) -> bool {
        let knows = self.server.entry(namespace).or_insert(Knows::Nothing);
        let next = match (*knows, text.get(..2)) {
            (Knows::Asked, Some("40")) if text.contains("sid") => Knows::Joined,
            (Knows::Asked, Some("44")) => Knows::Nothing,
            (Knows::Joined, Some("41")) => Knows::Ended,
            (_, Some("40" | "41" | "44")) if self.is_honest => return false,
            (knows, _) => knows,
        };
        *knows = next;
        true
    }

    fn hand_over(&mut self, text: &str) {
        let received = match self.manager.transport() {
            Some(Transport::WebSocket) => self.manager.handle_text(self.now, text),
            _ => match Packet::decode(text) {
                Ok(packet) => self.manager.handle_packet(self.now, packet),
                Err(_) => {
                    self.manager.handle_malformed(self.now);
                    Received::Nothing
                }
            },
        };
        if let Received::Ack { ack, .. } = received {
            self.settle(ack.id);
        }
        self.turn();
        if self.polls > 0 {
            self.polls -= 1;
            self.manager.handle_poll_done(self.now);
            self.turn();
        }
    }

    fn settle(&mut self, id: u64) {
        // A cancelled one may be answered where it is retried.
        self.acks.remove(&id);
    }

    fn turn(&mut self) {
        self.manager.flush(self.now);
        loop {
            if let Some(output) = self.manager.poll_output() {
                self.obey(output);
            } else if let Some(message) = self.manager.poll_message(self.now) {
                if let Message::Text(text) = message {
                    self.sent(std::str::from_utf8(&text).unwrap());
                }
            } else {
                return;
            }
        }
    }

    fn obey(&mut self, output: Output) {
        match output {
            Output::Open(_) => {
                assert!(!self.has_session, "one session at a time");
                self.has_session = true;
                self.server.clear();
                (self.polls, self.posts, self.has_candidate) = (0, 0, false);
            }
            Output::Engine(output) => {
                assert!(self.has_session, "nothing happens without a session");
                self.obey_session(output);
            }
            Output::NeedAuth { socket, request } => self.requests.push((socket, request)),
            Output::Ack { ack, .. } => self.settle(ack.id),
            Output::AckFailed { id, why, .. } => {
                let was_owed = self.acks.remove(&id);
                assert!(was_owed || why != AckFailure::Disconnected || id < self.next_id);
            }
            Output::Accepted { report, .. } | Output::Dropped { report, .. } => {
                assert!(self.reports.remove(&report), "each is reported once");
            }
            _ => {}
        }
    }

    fn obey_session(&mut self, output: session::Output) {
        match output {
            session::Output::Poll => {
                self.polls += 1;
                assert_eq!(self.polls, 1, "one GET at a time");
            }
            session::Output::Post(body) => {
                self.posts += 1;
                assert_eq!(self.posts, 1, "one POST at a time");
                for text in std::str::from_utf8(&body).unwrap().split('\u{1e}') {
                    self.sent(text);
                }
            }
            session::Output::OpenCandidate => self.has_candidate = true,
            session::Output::DropCandidate => self.has_candidate = false,
            session::Output::WriteCandidate(_) => assert!(self.has_candidate),
            session::Output::SwitchToCandidate => {
                assert!(self.has_candidate && self.polls == 0 && self.posts == 0);
                self.has_candidate = false;
            }
            session::Output::Closed(_) => self.has_session = false,
        }
    }

    /// The server would end the session of a client that breaks the rules.
    fn sent(&mut self, text: &str) {
        let Some((kind @ ("40" | "41" | "42" | "43"), rest)) = text.split_at_checked(2) else {
            assert!(["1", "3"].contains(&text), "{text}");
            return;
        };
        let named = NAMESPACES.iter().find(|name| {
            let rest = rest.strip_prefix(**name);
            **name != "/" && rest.is_some_and(|rest| rest.starts_with(','))
        });
        let name = named.copied().unwrap_or("/");
        let knows = self.server.entry(name).or_insert(Knows::Nothing);
        match kind {
            "40" => {
                let may_ask = matches!(knows, Knows::Nothing | Knows::Ended);
                let is_right = may_ask || !self.is_honest;
                assert!(is_right, "a client joins once: {text}");
                *knows = Knows::Asked;
            }
            "41" => {
                let may_leave = matches!(knows, Knows::Joined | Knows::Ended);
                let is_right = may_leave || !self.is_honest;
                assert!(
                    is_right,
                    "a client leaves what it has joined: {text}, {knows:?}"
                );
                *knows = Knows::Nothing;
            }
            // The test lets sockets send for other namespaces than theirs.
            _ => {}
        }
    }
}

#[test]
fn whatever_happens_the_client_keeps_its_promises() {
    for seed in 0..400 {
        let mut chaos = Chaos::new(seed);
        for _ in 0..400 {
            chaos.step();
        }
        chaos.turn();
        for key in std::mem::take(&mut chaos.sockets) {
            chaos.manager.remove(chaos.now, key);
        }
        for _ in 0..3 {
            chaos.now = chaos.now + Duration::from_secs(60);
            chaos.manager.handle_timeout(chaos.now);
            chaos.turn();
        }
        assert!(chaos.manager.is_idle() && !chaos.has_session, "seed {seed}");
        assert!(chaos.reports.is_empty(), "seed {seed}: {:?}", chaos.reports);
        assert!(chaos.acks.is_empty(), "seed {seed}: {:?}", chaos.acks);
        assert_eq!(chaos.manager.poll_timeout(), None, "seed {seed}");
    }
}
