//! A client's session and a server's, with a network between them that takes its time.

use std::collections::BTreeMap;
use std::io::IoSlice;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use salon_proto::client::{Message, session};
use salon_proto::engine::handshake::open_packet;
use salon_proto::engine::payload::{Encoding, PayloadDecoder};
use salon_proto::engine::{self, Dialect, Overflow, PollAnswer, Protocol, Transport};
use salon_proto::timer::Instant;
use salon_proto::ws::{self, Decoder, Role};
use salon_proto::{CloseReason, Encoded, Limits, SessionId, Timing};

use crate::Random;

/// What is on its way from one side to the other.
#[derive(Debug)]
enum Flight {
    Get,
    Post(Bytes),
    PollAnswer(Bytes),
    PostAnswer,
    Refused,
    /// The candidate's handshake, on its way there and back.
    Knock,
    Welcome,
    /// A text on the candidate, before the switch.
    ToCandidate(String),
    FromCandidate(String),
    ToServer(Message),
    ToClient(Vec<u8>),
    ServerIsGone,
    ClientIsGone,
}

impl Flight {
    /// A request or its answer, which other things may overtake.
    const fn is_request(&self) -> bool {
        use Flight::{Get, PollAnswer, Post, PostAnswer, Refused};
        matches!(self, Get | Post(_) | PollAnswer(_) | PostAnswer | Refused)
    }
}

/// Both sides of one session, and what is on its way between them, in virtual time.
///
/// The network keeps what travels on one WebSocket in order, as TCP does; requests have
/// connections of their own. It takes a fixed time for each, or one by chance.
#[derive(Debug)]
pub struct Pair {
    /// The client's side.
    pub client: session::Session,
    /// The server's side.
    pub server: engine::Session,
    /// Why the client's side ended.
    pub client_closed: Option<CloseReason>,
    /// Why the server's side ended.
    pub server_closed: Option<CloseReason>,
    /// Messages that the client got.
    pub to_client: Vec<String>,
    /// Messages that the server got.
    pub to_server: Vec<String>,
    /// The server refuses upgrades from now on.
    pub refuses_candidates: bool,
    now: Instant,
    flights: BTreeMap<(Instant, u64), Flight>,
    sent: u64,
    /// When the last of what travels on the WebSocket arrives, in either direction.
    last_arrival: [Instant; 2],
    latency: Latency,
    is_cut: bool,
    incoming: Decoder,
    timing: Timing,
}

/// How long the network takes.
#[derive(Debug)]
enum Latency {
    Fixed(Duration),
    /// Up to so many milliseconds.
    Chance(Random, u64),
}

impl Pair {
    /// A session that begins over polling and may move to WebSocket, on a network with a fixed
    /// latency.
    #[must_use]
    pub fn polling(latency: Duration) -> Self {
        Self::new(
            Transport::Polling,
            Latency::Fixed(latency),
            Limits::default(),
        )
    }

    /// A session over WebSocket.
    #[must_use]
    pub fn websocket(latency: Duration) -> Self {
        Self::new(
            Transport::WebSocket,
            Latency::Fixed(latency),
            Limits::default(),
        )
    }

    /// A session that begins over polling, on a network with latencies of up to `max` by chance.
    #[must_use]
    pub fn by_chance(seed: u64, max: u64) -> Self {
        let latency = Latency::Chance(Random::new(seed), max);
        Self::new(Transport::Polling, latency, Limits::default())
    }

    fn new(transport: Transport, latency: Latency, limits: Limits) -> Self {
        let timing = Timing::default();
        let now = Instant::from_millis(5_000_000);
        let id = SessionId::from_entropy([7; 15]);
        let can_upgrade = transport == Transport::Polling;
        let open = open_packet(&id, can_upgrade, &timing, &limits);
        let open = Encoded::text(|out| out.extend_from_slice(open.as_bytes()));
        let shared = Arc::new(timing.clone());
        let mut pair = Self {
            client: session::Session::open(transport, true, &timing, &limits),
            server: engine::Session::open(
                open,
                Dialect::default(),
                transport,
                shared,
                &limits,
                Overflow::Disconnect,
                now,
            ),
            client_closed: None,
            server_closed: None,
            to_client: Vec::new(),
            to_server: Vec::new(),
            refuses_candidates: false,
            now,
            flights: BTreeMap::new(),
            sent: 0,
            last_arrival: [now; 2],
            latency,
            is_cut: false,
            incoming: Decoder::new(Role::Client, limits.max_payload),
            timing,
        };
        pair.turn();
        pair
    }

    /// From now on nothing arrives any more, and nobody is told.
    pub fn cut(&mut self) {
        self.is_cut = true;
        self.flights.clear();
    }

    /// The client sends a text message, unless it may not.
    pub fn client_sends(&mut self, text: &str) -> bool {
        let sent = self.client.send(packet(text), false).is_ok();
        self.turn();
        sent
    }

    /// The server sends a text message, unless it may not.
    pub fn server_sends(&mut self, text: &str) -> bool {
        let sent = self.server.send(packet(text), false).is_ok();
        self.turn();
        sent
    }

    /// The client closes.
    pub fn client_closes(&mut self) {
        self.client.close(self.now);
        self.turn();
    }

    /// The server closes.
    pub fn server_closes(&mut self) {
        self.server.close(self.now);
        self.turn();
    }

    /// Lets time pass; everything that is due meanwhile happens at its time.
    pub fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(next) = self.next_event().filter(|next| *next <= until) {
            assert!(next >= self.now, "no deadline lies in the past");
            self.now = next;
            self.client.handle_timeout(next);
            self.server.handle_timeout(next);
            while let Some((due, _)) = self.flights.first_key_value().map(|(key, _)| *key) {
                if due > next {
                    break;
                }
                let (_, flight) = self.flights.pop_first().expect("there is one");
                self.land(flight);
                self.turn();
            }
            self.turn();
        }
        self.now = until;
    }

    fn next_event(&self) -> Option<Instant> {
        let flight = self.flights.first_key_value().map(|((due, _), _)| *due);
        let deadlines = [
            flight,
            self.client.poll_timeout(),
            self.server.poll_timeout(),
        ];
        deadlines.into_iter().flatten().min()
    }

    fn send(&mut self, flight: Flight, is_to_server: bool) {
        if self.is_cut {
            return;
        }
        let latency = match &mut self.latency {
            Latency::Fixed(latency) => *latency,
            Latency::Chance(random, max) => Duration::from_millis(random.below(*max)),
        };
        let mut arrival = self.now + latency;
        if !flight.is_request() {
            let last = &mut self.last_arrival[usize::from(is_to_server)];
            arrival = arrival.max(*last);
            *last = arrival;
        }
        self.sent += 1;
        self.flights.insert((arrival, self.sent), flight);
    }

    /// Lets both sides say what they have to say, until they have nothing more.
    fn turn(&mut self) {
        loop {
            let client = self.client_turn();
            let server = self.server_turn();
            if !client && !server {
                return;
            }
        }
    }

    fn client_turn(&mut self) -> bool {
        self.client.flush();
        let mut did_something = false;
        loop {
            if let Some(output) = self.client.poll_output() {
                self.obey_client(output);
            } else if let Some(message) = self.client.poll_message() {
                self.send(Flight::ToServer(message), true);
            } else {
                return did_something;
            }
            did_something = true;
        }
    }

    fn obey_client(&mut self, output: session::Output) {
        assert_eq!(self.client_closed, None, "nothing happens after the end");
        match output {
            session::Output::Poll => self.send(Flight::Get, true),
            session::Output::Post(body) => self.send(Flight::Post(body), true),
            session::Output::OpenCandidate => self.send(Flight::Knock, true),
            session::Output::WriteCandidate(text) => {
                self.send(Flight::ToCandidate(text.to_owned()), true);
            }
            session::Output::SwitchToCandidate | session::Output::DropCandidate => {}
            session::Output::Closed(reason) => {
                self.client_closed = Some(reason);
                self.send(Flight::ClientIsGone, true);
            }
        }
    }

    fn server_turn(&mut self) -> bool {
        self.server.flush();
        let mut did_something = false;
        while let Some(output) = self.server.poll_output() {
            self.obey_server(output);
            did_something = true;
        }
        if self.server.transport() == Transport::WebSocket && !self.server.outbox().is_empty() {
            let mut slices = [IoSlice::new(&[]); 64];
            let filled = self.server.outbox().fill_slices(&mut slices);
            let bytes: Vec<u8> = slices[..filled]
                .iter()
                .flat_map(|one| one.to_vec())
                .collect();
            self.server.handle_written(bytes.len());
            self.send(Flight::ToClient(bytes), false);
            did_something = true;
        }
        did_something
    }

    fn obey_server(&mut self, output: engine::Output) {
        match output {
            engine::Output::AnswerPoll(body) => self.send(Flight::PollAnswer(body.bytes), false),
            engine::Output::WriteCandidate(packet) => {
                let text = String::from_utf8_lossy(packet.as_text()).into_owned();
                self.send(Flight::FromCandidate(text), false);
            }
            engine::Output::SwitchToCandidate | engine::Output::DropCandidate => {}
            engine::Output::Closed(reason) => {
                self.server_closed = Some(reason);
                if self.server.transport() == Transport::WebSocket {
                    self.server_turn();
                    self.send(Flight::ServerIsGone, false);
                }
            }
        }
    }
}

/// What arrives.
impl Pair {
    fn land(&mut self, flight: Flight) {
        match flight {
            Flight::Get => self.land_get(),
            Flight::Post(body) => self.land_post(&body),
            Flight::PollAnswer(body) => self.land_poll_answer(&body),
            Flight::PostAnswer => self.client.handle_post_done(),
            Flight::Refused => self.client.handle_lost(),
            Flight::Knock => {
                let is_taken = !self.refuses_candidates && self.server.handle_candidate(self.now);
                match is_taken {
                    true => self.send(Flight::Welcome, false),
                    false => self.client.handle_candidate_lost(),
                }
            }
            Flight::Welcome => self.client.handle_candidate_open(),
            Flight::ToCandidate(text) => self.server.handle_candidate_text(self.now, &text),
            Flight::FromCandidate(text) => self.client.handle_candidate_text(&text),
            Flight::ToServer(message) => self.land_message(message),
            Flight::ToClient(bytes) => self.land_bytes(bytes),
            Flight::ServerIsGone => self.client.handle_close_frame(),
            Flight::ClientIsGone if self.server.transport() == Transport::WebSocket => {
                self.server.handle_lost(CloseReason::TransportClose);
            }
            Flight::ClientIsGone => self.server.handle_poll_lost(),
        }
    }

    fn land_get(&mut self) {
        if self.server.handle_poll() == PollAnswer::Refuse {
            self.send(Flight::Refused, false);
        }
    }

    fn land_post(&mut self, body: &[u8]) {
        if !self.server.handle_post() {
            return self.send(Flight::Refused, false);
        }
        let mut decoder = PayloadDecoder::new(1_000_000);
        decoder.push(body).expect("a body within the limit");
        let mut payload = decoder
            .finish(Encoding::Text(Protocol::V4))
            .expect("a body of UTF-8");
        while let Some(packet) = payload.next_packet() {
            let packet = packet.expect("a packet");
            let received = self
                .server
                .handle_packet(self.now, packet, Transport::Polling);
            note_server(&mut self.to_server, &received);
        }
        self.server.handle_post_done();
        self.send(Flight::PostAnswer, false);
    }

    fn land_poll_answer(&mut self, body: &[u8]) {
        let text = std::str::from_utf8(body).expect("a payload is UTF-8");
        for piece in text.split('\u{1e}') {
            let packet = engine::Packet::decode(piece).expect("a packet");
            let received = self
                .client
                .handle_packet(self.now, packet, Transport::Polling);
            note_client(&mut self.to_client, &received);
        }
        self.client.handle_poll_done();
    }

    fn land_message(&mut self, message: Message) {
        match message {
            Message::Text(text) => {
                let text = String::from_utf8(text.to_vec()).expect("a frame is UTF-8");
                let received = self.server.handle_text(self.now, &text);
                note_server(&mut self.to_server, &received);
            }
            Message::Binary(data) => {
                if let Some(data) = self.server.handle_binary(self.now, data[..].into()) {
                    self.to_server.push(format!("{data:?}"));
                }
            }
        }
    }

    fn land_bytes(&mut self, mut bytes: Vec<u8>) {
        let mut input = bytes.as_mut_slice();
        while let Some(message) = self.incoming.decode(&mut input).expect("frames") {
            match message {
                ws::Message::Text(text) => {
                    let received = self.client.handle_text(self.now, &text);
                    note_client(&mut self.to_client, &received);
                }
                ws::Message::Binary(data) if self.client.handle_binary() => {
                    self.to_client.push(format!("{data:?}"));
                }
                ws::Message::Close(_) => self.client.handle_close_frame(),
                _ => {}
            }
        }
    }

    /// How long the server's client may be silent before it is missed.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.timing.ping_interval + self.timing.ping_timeout
    }
}

fn packet(text: &str) -> Encoded {
    Encoded::text(|out| {
        out.push(b'4');
        out.extend_from_slice(text.as_bytes());
    })
}

fn note_client(messages: &mut Vec<String>, received: &session::Received<'_>) {
    match received {
        session::Received::Text(text) => messages.push((*text).to_owned()),
        session::Received::Binary(data) => messages.push(format!("{data:?}")),
        session::Received::Nothing | session::Received::Opened | session::Received::Pinged => {}
    }
}

fn note_server(messages: &mut Vec<String>, received: &engine::Received<'_>) {
    match received {
        engine::Received::Text(text) => messages.push((*text).to_owned()),
        engine::Received::Binary(data) => messages.push(format!("{data:?}")),
        engine::Received::Nothing => {}
    }
}
