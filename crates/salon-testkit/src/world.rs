//! A client's manager, a server, and a network between them that fails.

use std::time::Duration;

use salon_proto::client::{
    Arrived, ConnectError, DisconnectReason, Emission, Emitted, Failure, Manager, Message, Options,
    Output, Received, SocketKey, session,
};
use salon_proto::engine::{Packet, Transport};
use salon_proto::packet::Ack;
use salon_proto::timer::Instant;
use salon_proto::ws::{self, Decoder, Role};

use crate::client_frame;
use crate::network::{Connection, Cut, Flight, Network};
use crate::socket_server::SocketServer;

/// Everything, in virtual time.
#[derive(Debug)]
pub struct World {
    /// The client.
    pub client: Manager,
    /// The server.
    pub server: SocketServer,
    /// What the client was told.
    pub told: Told,
    /// What time it is.
    pub now: Instant,
    server_is: ServerIs,
    network: Network,
    /// The client's session, counted from 1.
    connection: Connection,
    decoder: Decoder,
    max_message: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ServerIs {
    Up,
    /// Connections are refused.
    Down,
    /// Connections are accepted, and nothing else happens.
    Frozen,
}

/// What a client was told.
#[derive(Debug, Default)]
pub struct Told {
    /// The arrays of events.
    pub events: Vec<String>,
    /// The ids and arrays of answers.
    pub answers: Vec<(u64, String)>,
    /// Ids that will not be answered.
    pub unanswered: Vec<u64>,
    /// How often a socket was connected.
    pub connected: usize,
    /// Why sockets were disconnected.
    pub disconnected: Vec<DisconnectReason>,
    /// Why sockets could not be connected.
    pub connect_errors: Vec<ConnectError>,
    /// When sessions were begun.
    pub opened_at: Vec<Instant>,
    /// Attempts to reconnect that succeeded.
    pub reconnected: Vec<u32>,
    /// Reports of events that were accepted.
    pub accepted: Vec<u64>,
    /// Reports of events that were dropped.
    pub dropped: Vec<u64>,
}

impl World {
    /// A client that has done nothing yet, and a server, with this latency between them.
    #[must_use]
    pub fn new(options: Options, latency: Duration) -> Self {
        let now = Instant::from_millis(9_000_000);
        let max_message = options.limits.max_payload;
        Self {
            client: Manager::new(options, 99),
            server: SocketServer::default(),
            told: Told::default(),
            now,
            server_is: ServerIs::Up,
            network: Network::new(latency, now),
            connection: 0,
            decoder: Decoder::new(Role::Client, max_message),
            max_message,
        }
    }

    /// From now on nothing arrives, and nobody is told.
    pub fn cut(&mut self) {
        self.network.cut();
    }

    /// The network works again, but what was connected before stays half open.
    pub fn mend(&mut self) {
        self.network.mend(self.connection);
    }

    /// After so many bytes in either direction the connection breaks.
    pub fn break_after(&mut self, bytes: usize, cut: Cut) {
        self.network.break_after(bytes, cut);
    }

    /// The server ends, and its machine says so.
    pub fn stop_server(&mut self) {
        self.server_is = ServerIs::Down;
        self.reset();
    }

    /// The server is there again, and notices what time it is.
    pub fn start_server(&mut self) {
        self.server_is = ServerIs::Up;
        self.server.handle_timeout(self.now);
        self.turn();
    }

    /// The server accepts connections, and does nothing more.
    pub fn freeze_server(&mut self) {
        self.server_is = ServerIs::Frozen;
    }

    /// The client sends an event.
    pub fn emit(&mut self, socket: SocketKey, emission: Emission) -> Emitted {
        let emitted = self.client.emit(self.now, socket, emission);
        self.turn();
        emitted
    }

    /// Lets time pass; everything that is due meanwhile happens at its time.
    pub fn run(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(next) = self.next_event().filter(|next| *next <= until) {
            assert!(next >= self.now, "no deadline lies in the past");
            self.now = next;
            self.client.handle_timeout(next);
            let timeout = self.client.poll_timeout();
            assert!(timeout.is_none_or(|one| one > next), "what was due is done");
            if self.server_is == ServerIs::Up {
                self.server.handle_timeout(next);
            }
            self.turn();
            while let Some((connection, flight)) = self.network.pop_due(next) {
                self.land(connection, flight);
                self.turn();
            }
        }
        self.now = until;
    }

    fn next_event(&self) -> Option<Instant> {
        let server = match self.server_is {
            ServerIs::Up => self.server.poll_timeout(),
            _ => None,
        };
        let client = self.client.poll_timeout();
        [self.network.next_arrival(), client, server]
            .into_iter()
            .flatten()
            .min()
    }

    fn send(&mut self, flight: Flight) {
        self.network.send(self.now, self.connection, flight);
    }

    /// Lets both sides say what they have to say. Call it after changing either directly.
    pub fn turn(&mut self) {
        self.client_turn();
        if self.server_is == ServerIs::Up {
            let (now, network) = (self.now, &mut self.network);
            self.server
                .turn(|connection, flight| network.send(now, connection, flight));
        }
        match self.network.broken.take() {
            Some(Cut::Reset) => self.reset(),
            Some(Cut::Silent) => self.network.mend(self.connection),
            None => {}
        }
    }

    /// The connection breaks, and both sides are told, once what is on its way has arrived.
    fn reset(&mut self) {
        let connection = self.connection;
        for flight in [Flight::Refused, Flight::ClientIsGone] {
            self.network.send(self.now, connection, flight);
        }
        self.network.mend(connection);
        if self.server_is == ServerIs::Down {
            self.server.stop();
        }
    }

    fn client_turn(&mut self) {
        self.client.flush(self.now);
        loop {
            if let Some(output) = self.client.poll_output() {
                self.obey(output);
            } else if let Some(message) = self.client.poll_message(self.now) {
                self.send(Flight::ToServer(frame(message)));
            } else {
                return;
            }
        }
    }

    fn obey(&mut self, output: Output) {
        match output {
            Output::Open(transport) => {
                self.connection += 1;
                self.decoder = Decoder::new(Role::Client, self.max_message);
                self.told.opened_at.push(self.now);
                if transport == Transport::WebSocket {
                    self.send(Flight::Dial);
                }
            }
            Output::Engine(output) => self.obey_session(output),
            output => self.told.note(output),
        }
    }

    fn obey_session(&mut self, output: session::Output) {
        match output {
            session::Output::Poll => {
                let has_session = self.client.handshake().is_some();
                self.send(Flight::Get { has_session });
            }
            session::Output::Post(body) => self.send(Flight::Post(body.to_vec())),
            session::Output::OpenCandidate => self.send(Flight::Knock),
            session::Output::WriteCandidate(text) => {
                self.send(Flight::ToCandidate(text.to_owned()));
            }
            session::Output::SwitchToCandidate | session::Output::DropCandidate => {}
            session::Output::Closed(_) => self.send(Flight::ClientIsGone),
        }
    }
}

/// What arrives.
impl World {
    fn land(&mut self, connection: Connection, flight: Flight) {
        if flight.is_to_server() {
            return self.land_at_server(connection, flight);
        }
        // Of a session before this one nobody wants to know.
        if connection == self.connection {
            self.land_at_client(flight);
        }
    }

    fn land_at_server(&mut self, connection: Connection, flight: Flight) {
        let answer = match self.server_is {
            ServerIs::Up => self.server.land(self.now, connection, flight),
            ServerIs::Down => Some(Flight::Refused),
            ServerIs::Frozen => None,
        };
        if let Some(answer) = answer {
            self.network.send(self.now, connection, answer);
        }
    }

    fn land_at_client(&mut self, flight: Flight) {
        let now = self.now;
        match flight {
            Flight::GetAnswer(body) => self.land_poll_answer(&body),
            Flight::PostAnswer => self.client.handle_post_done(now),
            Flight::Refused => self.lost(),
            Flight::Welcome => self.client.handle_candidate_open(now),
            Flight::NotWelcome => self.client.handle_candidate_lost(now),
            Flight::FromCandidate(text) => self.client.handle_candidate_text(now, &text),
            Flight::ToClient(bytes) => self.land_bytes(bytes),
            Flight::ServerIsGone => self.client.handle_close_frame(now, None::<&str>),
            _ => {}
        }
    }

    fn lost(&mut self) {
        let failure = match self.client.transport() {
            Some(Transport::WebSocket) => Failure::WebSocket,
            _ => Failure::Poll,
        };
        self.client.handle_lost(self.now, failure, Some("reset"));
    }

    fn land_poll_answer(&mut self, body: &str) {
        for piece in body.split('\u{1e}') {
            let packet = Packet::decode(piece).expect("a packet");
            let received = self.client.handle_packet(self.now, packet);
            self.told.receive(received);
            self.client_turn();
        }
        self.client.handle_poll_done(self.now);
    }

    fn land_bytes(&mut self, mut bytes: Vec<u8>) {
        let mut input = bytes.as_mut_slice();
        let mut decoder = std::mem::replace(&mut self.decoder, Decoder::new(Role::Client, 0));
        while let Some(message) = decoder.decode(&mut input).expect("frames") {
            let received = match message {
                ws::Message::Text(text) => {
                    let received = self.client.handle_text(self.now, &text);
                    self.told.receive(received);
                    Received::Nothing
                }
                ws::Message::Binary(data) => self.client.handle_binary(self.now, data[..].into()),
                ws::Message::Close(_) => {
                    self.client.handle_close_frame(self.now, None::<&str>);
                    Received::Nothing
                }
                _ => Received::Nothing,
            };
            self.told.receive(received);
            self.client_turn();
        }
        self.decoder = decoder;
    }
}

impl Told {
    fn receive(&mut self, received: Received<'_>) {
        match received {
            Received::Nothing => {}
            Received::Event(arrived) => self.event(&arrived),
            Received::Ack { ack, .. } => self.answer(&ack),
        }
    }

    fn event(&mut self, arrived: &Arrived<'_>) {
        self.events.push(arrived.event.array.to_string());
    }

    fn answer(&mut self, ack: &Ack<'_>) {
        self.answers.push((ack.id, ack.array.to_string()));
    }

    fn note(&mut self, output: Output) {
        match output {
            Output::Event(arrived) => self.event(&arrived),
            Output::Ack { ack, .. } => self.answer(&ack),
            Output::AckFailed { id, .. } => self.unanswered.push(id),
            Output::Connected(_) => self.connected += 1,
            Output::Disconnected { reason, .. } => self.disconnected.push(reason),
            Output::ConnectError { error, .. } => self.connect_errors.push(error),
            Output::Reconnected(attempt) => self.reconnected.push(attempt),
            Output::Accepted { report, .. } => self.accepted.push(report),
            Output::Dropped { report, .. } => self.dropped.push(report),
            _ => {}
        }
    }
}

fn frame(message: Message) -> Vec<u8> {
    match message {
        Message::Text(text) => client_frame(0x81, &text),
        Message::Binary(data) => client_frame(0x82, &data),
    }
}
