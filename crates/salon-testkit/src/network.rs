//! What carries things between a client and a server, and how it fails.

use std::collections::BTreeMap;
use std::time::Duration;

use salon_proto::timer::Instant;

/// Bytes that an HTTP request or answer has beside its body.
const HEAD: usize = 200;

/// One connection of a client: everything that belongs to one session.
pub(crate) type Connection = usize;

/// What is on its way.
#[derive(Debug)]
pub(crate) enum Flight {
    /// A GET, which knows a session or opens one, and what it is answered with.
    Get {
        has_session: bool,
    },
    GetAnswer(String),
    /// A POST, and its answer.
    Post(Vec<u8>),
    PostAnswer,
    /// The answer to a request that the server refuses.
    Refused,
    /// The handshake of the session's WebSocket.
    Dial,
    /// The handshake of a candidate, and its answer.
    Knock,
    Welcome,
    NotWelcome,
    /// A text on the candidate.
    ToCandidate(String),
    FromCandidate(String),
    /// Bytes on the WebSocket.
    ToServer(Vec<u8>),
    ToClient(Vec<u8>),
    /// One side has gone, and the other is told.
    ServerIsGone,
    ClientIsGone,
}

impl Flight {
    /// Whether it travels on a connection of its own, where others may overtake it.
    const fn is_request(&self) -> bool {
        use Flight::{Get, GetAnswer, Post, PostAnswer, Refused};
        matches!(
            self,
            Get { .. } | GetAnswer(_) | Post(_) | PostAnswer | Refused
        )
    }

    pub(crate) const fn is_to_server(&self) -> bool {
        use Flight::{ClientIsGone, Dial, Get, Knock, Post, ToCandidate, ToServer};
        matches!(
            self,
            Get { .. } | Post(_) | Dial | Knock | ToCandidate(_) | ToServer(_) | ClientIsGone
        )
    }

    fn bytes(&self) -> usize {
        match self {
            Self::ToServer(bytes) | Self::ToClient(bytes) => bytes.len(),
            Self::ToCandidate(text) | Self::FromCandidate(text) => text.len(),
            Self::Post(body) => HEAD + body.len(),
            Self::GetAnswer(body) => HEAD + body.len(),
            Self::ServerIsGone | Self::ClientIsGone => 0,
            _ => HEAD,
        }
    }
}

/// How the network fails when it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Both sides are told at once.
    Reset,
    /// Nobody is told: the connection is half open.
    Silent,
}

/// Everything on its way. What travels on one WebSocket keeps its order, as TCP does.
#[derive(Debug)]
pub(crate) struct Network {
    flights: BTreeMap<(Instant, u64), (Connection, Flight)>,
    sent: u64,
    latency: Duration,
    /// When the last of what travels on a WebSocket arrives, in either direction.
    last_arrival: [Instant; 2],
    /// Connections up to this one are dead, and nobody is told.
    dead: Option<Connection>,
    is_cut: bool,
    /// So many bytes pass before this happens.
    budget: Option<(usize, Cut)>,
    /// The budget is used up.
    pub(crate) broken: Option<Cut>,
}

impl Network {
    pub(crate) const fn new(latency: Duration, now: Instant) -> Self {
        Self {
            flights: BTreeMap::new(),
            sent: 0,
            latency,
            last_arrival: [now; 2],
            dead: None,
            is_cut: false,
            budget: None,
            broken: None,
        }
    }

    /// From now on nothing arrives, and nobody is told.
    pub(crate) fn cut(&mut self) {
        self.is_cut = true;
        self.flights.clear();
    }

    /// New connections work again. Those until `connection` do not.
    pub(crate) const fn mend(&mut self, connection: Connection) {
        self.is_cut = false;
        self.dead = Some(connection);
    }

    pub(crate) const fn break_after(&mut self, bytes: usize, cut: Cut) {
        self.budget = Some((bytes, cut));
    }

    pub(crate) fn send(&mut self, now: Instant, connection: Connection, flight: Flight) {
        let is_dead = self.dead.is_some_and(|dead| connection <= dead);
        if self.is_cut || is_dead {
            return;
        }
        if let Some(flight) = self.spend(flight) {
            self.launch(now, connection, flight);
        }
    }

    /// Counts the bytes; the piece that goes beyond the budget arrives in part, or not at all.
    fn spend(&mut self, mut flight: Flight) -> Option<Flight> {
        let Some((left, cut)) = &mut self.budget else {
            return Some(flight);
        };
        let length = flight.bytes();
        if length <= *left {
            *left -= length;
            return Some(flight);
        }
        let (left, cut) = (*left, *cut);
        self.budget = None;
        self.broken = Some(cut);
        match &mut flight {
            Flight::ToServer(bytes) | Flight::ToClient(bytes) => bytes.truncate(left),
            _ => return None,
        }
        Some(flight)
    }

    fn launch(&mut self, now: Instant, connection: Connection, flight: Flight) {
        let mut arrival = now + self.latency;
        if !flight.is_request() {
            let last = &mut self.last_arrival[usize::from(flight.is_to_server())];
            arrival = arrival.max(*last);
            *last = arrival;
        }
        self.sent += 1;
        self.flights
            .insert((arrival, self.sent), (connection, flight));
    }

    pub(crate) fn next_arrival(&self) -> Option<Instant> {
        self.flights.first_key_value().map(|((due, _), _)| *due)
    }

    pub(crate) fn pop_due(&mut self, now: Instant) -> Option<(Connection, Flight)> {
        self.next_arrival().filter(|due| *due <= now)?;
        self.flights.pop_first().map(|(_, flight)| flight)
    }
}
