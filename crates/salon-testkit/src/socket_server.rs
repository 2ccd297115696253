//! A small Socket.IO server, for clients in virtual time.

use std::collections::BTreeMap;
use std::io::IoSlice;
use std::sync::Arc;

use salon_proto::engine::handshake::open_packet;
use salon_proto::engine::payload::{Encoding, PayloadDecoder};
use salon_proto::engine::{
    Dialect, Output, Overflow, PollAnswer, Protocol, Received, Session, Transport,
};
use salon_proto::namespace::{Joining, Namespaces};
use salon_proto::parser::{Codec, Incoming};
use salon_proto::timer::Instant;
use salon_proto::ws::{self, Decoder, Role};
use salon_proto::{
    CloseReason, Encoded, Limits, Packet, RecoveryId, SessionId, SocketId, Timing, packet,
};
use serde_json::Value;

use crate::network::{Connection, Flight};

/// A server with all namespaces. It answers each event that asks for it with the event's array, and
/// counts what it gets.
#[derive(Debug, Default)]
pub struct SocketServer {
    /// Namespaces that it refuses, with what it says.
    pub refused: BTreeMap<String, String>,
    /// Whether it keeps the state of its clients, and the events for them.
    pub keeps_state: bool,
    /// It does not answer events.
    pub is_mute: bool,
    /// The arrays of events that it got.
    pub events: Vec<String>,
    /// Auth data that it got.
    pub auth: Vec<String>,
    /// Why its sessions have ended.
    pub closed: Vec<CloseReason>,
    sessions: BTreeMap<Connection, Served>,
    /// Clients whose state is kept: how many events there were when they came.
    kept: BTreeMap<String, usize>,
    /// All events for all clients, if state is kept.
    log: Vec<String>,
    ids: u8,
    timing: Arc<Timing>,
    limits: Limits,
}

#[derive(Debug)]
struct Served {
    engine: Session,
    incoming: Incoming,
    decoder: Decoder,
    namespaces: Namespaces<()>,
}

impl SocketServer {
    /// Sends an event without arguments but these, to all in a namespace. A server that keeps state
    /// appends an offset.
    pub fn emit(&mut self, namespace: &str, argument: &str) {
        let offset = offset(self.log.len());
        let name = "news";
        let args = match self.keeps_state {
            true => serde_json::json!([argument, offset]),
            false => serde_json::json!([argument]),
        };
        let args = packet::json::AllArgs(args.as_array().cloned().unwrap_or_default());
        let event = packet::event(namespace, None, name, &args).expect("an event");
        if self.keeps_state {
            self.log.push(argument.to_owned());
        }
        for served in self.sessions.values_mut() {
            if served.namespaces.get(namespace).is_some() {
                // A session that is over takes nothing.
                let _ = served.engine.send(event.clone(), false);
            }
        }
    }

    /// Ends all clients' part in a namespace.
    pub fn disconnect(&mut self, namespace: &str) {
        for served in self.sessions.values_mut() {
            if served.namespaces.leave(namespace, |()| true).is_some() {
                let _ = served.engine.send(packet::disconnect(namespace), false);
            }
        }
    }

    /// Closes all sessions.
    pub fn close(&mut self, now: Instant) {
        for served in self.sessions.values_mut() {
            served.engine.close(now);
        }
    }

    /// The first event that the client which came last must get, at once or when it comes back.
    #[must_use]
    pub fn keeps_from(&self) -> usize {
        self.kept.values().copied().max().unwrap_or_default()
    }

    /// How many sessions are open.
    #[must_use]
    pub fn open_sessions(&self) -> usize {
        let sessions = self.sessions.values();
        sessions.filter(|one| one.engine.is_open()).count()
    }

    /// It has ended, and forgets everything about its clients but what it keeps.
    pub(crate) fn stop(&mut self) {
        self.sessions.clear();
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let sessions = self.sessions.values();
        sessions.filter_map(|one| one.engine.poll_timeout()).min()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        for served in self.sessions.values_mut() {
            served.engine.handle_timeout(now);
        }
    }

    fn open(&mut self, now: Instant, transport: Transport) -> Served {
        let id = SessionId::from_entropy(self.entropy());
        let can_upgrade = transport == Transport::Polling;
        let open = open_packet(&id, can_upgrade, &self.timing, &self.limits);
        let open = Encoded::text(|out| out.extend_from_slice(open.as_bytes()));
        let timing = Arc::clone(&self.timing);
        let dialect = Dialect::default();
        let overflow = Overflow::Disconnect;
        let limits = &self.limits;
        Served {
            engine: Session::open(open, dialect, transport, timing, limits, overflow, now),
            incoming: Codec::default().incoming(&self.limits),
            decoder: Decoder::new(Role::Server, self.limits.max_payload),
            namespaces: Namespaces::new(now, &self.timing),
        }
    }

    const fn entropy(&mut self) -> [u8; 15] {
        self.ids = self.ids.wrapping_add(1);
        [self.ids; 15]
    }
}

/// What arrives.
impl SocketServer {
    pub(crate) fn land(
        &mut self,
        now: Instant,
        connection: Connection,
        flight: Flight,
    ) -> Option<Flight> {
        let mut served = match (self.sessions.remove(&connection), &flight) {
            (Some(served), _) => served,
            (None, Flight::Get { has_session: false }) => self.open(now, Transport::Polling),
            (None, Flight::Dial) => self.open(now, Transport::WebSocket),
            (None, Flight::ClientIsGone) => return None,
            (None, _) => return Some(Flight::Refused),
        };
        let answer = self.land_at(now, &mut served, flight);
        self.sessions.insert(connection, served);
        answer
    }

    fn land_at(&mut self, now: Instant, served: &mut Served, flight: Flight) -> Option<Flight> {
        match flight {
            Flight::Get { .. } => {
                let is_refused = served.engine.handle_poll() == PollAnswer::Refuse;
                return is_refused.then_some(Flight::Refused);
            }
            Flight::Post(body) => return Some(self.land_post(now, served, &body)),
            Flight::Knock => {
                let is_taken = served.engine.handle_candidate(now);
                return Some(match is_taken {
                    true => Flight::Welcome,
                    false => Flight::NotWelcome,
                });
            }
            Flight::ToCandidate(text) => served.engine.handle_candidate_text(now, &text),
            Flight::ToServer(bytes) => self.land_bytes(now, served, bytes),
            Flight::ClientIsGone if served.engine.transport() == Transport::WebSocket => {
                served.engine.handle_lost(CloseReason::TransportClose);
            }
            Flight::ClientIsGone => served.engine.handle_poll_lost(),
            _ => {}
        }
        None
    }

    fn land_post(&mut self, now: Instant, served: &mut Served, body: &[u8]) -> Flight {
        if !served.engine.handle_post() {
            return Flight::Refused;
        }
        let mut decoder = PayloadDecoder::new(self.limits.max_payload);
        decoder.push(body).expect("a body within the limit");
        let mut payload = decoder
            .finish(Encoding::Text(Protocol::V4))
            .expect("a body of UTF-8");
        while let Some(packet) = payload.next_packet() {
            let packet = packet.expect("a packet");
            let received = served.engine.handle_packet(now, packet, Transport::Polling);
            if let Received::Text(text) = received {
                self.handle_message(now, served, text);
            }
        }
        served.engine.handle_post_done();
        Flight::PostAnswer
    }

    fn land_bytes(&mut self, now: Instant, served: &mut Served, mut bytes: Vec<u8>) {
        let mut input = bytes.as_mut_slice();
        let mut decoder = std::mem::replace(&mut served.decoder, Decoder::new(Role::Server, 0));
        while let Some(message) = decoder.decode(&mut input).expect("frames") {
            match message {
                ws::Message::Text(text) => {
                    if let Received::Text(text) = served.engine.handle_text(now, &text) {
                        self.handle_message(now, served, text);
                    }
                }
                ws::Message::Close(_) => served.engine.handle_close_frame(None),
                _ => {}
            }
        }
        served.decoder = decoder;
    }

    fn handle_message(&mut self, now: Instant, served: &mut Served, text: &str) {
        let packet = served.incoming.text(text).expect("a packet");
        let Some(packet) = packet else {
            return;
        };
        match packet {
            Packet::Connect { namespace, data } => {
                self.handle_connect(served, &namespace, data.as_deref());
            }
            Packet::Disconnect { namespace } => {
                served.namespaces.leave(&namespace, |()| true);
            }
            packet if served.namespaces.handle_packet(&packet).is_err() => {
                served.engine.close(now);
            }
            Packet::Event(event) => self.handle_event(served, &event),
            _ => {}
        }
    }

    fn handle_connect(&mut self, served: &mut Served, namespace: &str, data: Option<&str>) {
        let joining = served.namespaces.handle_connect(namespace, &self.limits);
        assert_eq!(joining, Ok(Joining::Decide), "a client joins once");
        self.auth.extend(data.map(str::to_owned));
        if let Some(refusal) = self.refused.get(namespace) {
            served.namespaces.refuse(namespace);
            let text = format!("44{namespace},{refusal}");
            let refusal = Encoded::text(|out| out.extend_from_slice(text.as_bytes()));
            let _ = served.engine.send(refusal, false);
            return;
        }
        assert!(served.namespaces.accept(namespace, ()));
        let recovery = self.recover(served, namespace, data);
        let id = SocketId::from_entropy(self.entropy());
        let consent = packet::connect(namespace, &id, recovery.as_ref());
        let _ = served.engine.send(consent, false);
    }

    /// Sends what a client has missed, before the answer.
    fn recover(
        &mut self,
        served: &mut Served,
        namespace: &str,
        data: Option<&str>,
    ) -> Option<RecoveryId> {
        if !self.keeps_state {
            return None;
        }
        let wanted: Value = serde_json::from_str(data.unwrap_or("{}")).expect("JSON");
        let pid = wanted["pid"].as_str().and_then(RecoveryId::parse);
        let start = pid.as_ref().and_then(|pid| self.kept.get(pid.reveal()));
        let (Some(pid), Some(start)) = (pid, start.copied()) else {
            let pid = RecoveryId::from_entropy(self.entropy());
            self.kept.insert(pid.reveal().to_owned(), self.log.len());
            return Some(pid);
        };
        let last = wanted["offset"].as_str();
        let seen = last.and_then(|last| (0..self.log.len()).find(|one| offset(*one) == last));
        let missed = seen.map_or(start, |seen| seen + 1);
        for (number, argument) in self.log.iter().enumerate().skip(missed) {
            let args = (argument, offset(number));
            let event = packet::event(namespace, None, "news", &args).expect("an event");
            let _ = served.engine.send(event, false);
        }
        Some(pid)
    }

    fn handle_event(&mut self, served: &mut Served, event: &packet::Event<'_>) {
        self.events.push(event.array.to_string());
        if let Some(id) = event.ack_id.filter(|_| !self.is_mute) {
            let answer = packet::ack_array(&event.namespace, id, &event.array, &[]);
            let _ = served.engine.send(answer.expect("an answer"), false);
        }
    }
}

/// What goes out.
impl SocketServer {
    /// Lets all sessions say what they have to say.
    pub(crate) fn turn(&mut self, mut send: impl FnMut(Connection, Flight)) {
        let mut closed = Vec::new();
        for (connection, served) in &mut self.sessions {
            let mut send = |flight| send(*connection, flight);
            served.engine.flush();
            while let Some(output) = served.engine.poll_output() {
                if let Output::Closed(reason) = output {
                    closed.push(*connection);
                    self.closed.push(reason);
                }
                obey(&mut served.engine, output, &mut send);
            }
            write(&mut served.engine, &mut send);
        }
        for connection in closed {
            let served = self.sessions.get(&connection);
            if served.is_some_and(|one| one.engine.transport() == Transport::WebSocket) {
                self.sessions.remove(&connection);
            }
        }
    }
}

fn obey(engine: &mut Session, output: Output, send: &mut impl FnMut(Flight)) {
    match output {
        Output::AnswerPoll(body) => {
            let body = String::from_utf8(body.bytes.to_vec()).expect("a payload is UTF-8");
            send(Flight::GetAnswer(body));
        }
        Output::WriteCandidate(packet) => {
            let text = String::from_utf8_lossy(packet.as_text()).into_owned();
            send(Flight::FromCandidate(text));
        }
        Output::SwitchToCandidate | Output::DropCandidate => {}
        Output::Closed(_) => {
            write(engine, send);
            if engine.transport() == Transport::WebSocket {
                send(Flight::ServerIsGone);
            }
        }
    }
}

fn write(engine: &mut Session, send: &mut impl FnMut(Flight)) {
    while engine.transport() == Transport::WebSocket && !engine.outbox().is_empty() {
        let mut slices = [IoSlice::new(&[]); 64];
        let filled = engine.outbox().fill_slices(&mut slices);
        let pieces = slices[..filled].iter();
        let bytes: Vec<u8> = pieces.flat_map(|one| one.to_vec()).collect();
        engine.handle_written(bytes.len());
        send(Flight::ToClient(bytes));
    }
}

/// The offset of an event, in the form of Node's adapter in memory.
fn offset(number: usize) -> String {
    format!("Pn{number:05}")
}
