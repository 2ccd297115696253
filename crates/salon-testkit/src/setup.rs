//! What a session is opened with.

use std::collections::VecDeque;
use std::sync::Arc;

use salon_proto::engine::{Dialect, Overflow, Session, Transport};
use salon_proto::timer::Instant;
use salon_proto::{CloseReason, Encoded, Limits, Timing};

use crate::link::Link;

/// Any number but 0, so that a forgotten epoch shows.
const EPOCH: Instant = Instant::from_millis(1_234_567);

/// The options of a session under test. The default is the default of `salon-proto`.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The deadlines.
    pub timing: Timing,
    /// What may wait, and what the client may send.
    pub limits: Limits,
    /// What happens when more waits.
    pub overflow: Overflow,
    /// How the client wants to be spoken to.
    pub dialect: Dialect,
}

impl Setup {
    /// The default but for the outbox.
    #[must_use]
    pub fn outbox(max_outbox: usize, overflow: Overflow) -> Self {
        let mut limits = Limits::default();
        limits.max_outbox = max_outbox;
        Self {
            limits,
            overflow,
            ..Self::default()
        }
    }

    /// Opens a polling session and fetches the open packet.
    #[must_use]
    pub fn polling(self) -> Client {
        let mut client = self.unopened(Transport::Polling);
        client.poll();
        let body = client.bodies.pop_front();
        assert!(
            body.is_some_and(|body| body.contains("0{}")),
            "the open packet is the answer"
        );
        client
    }

    /// Opens a session over a WebSocket and reads the open packet.
    #[must_use]
    pub fn websocket(self) -> Client {
        let mut client = self.unopened(Transport::WebSocket);
        client.turn();
        client.expect("0{}");
        client
    }

    /// Opens a session whose open packet, `0{}`, still waits.
    #[must_use]
    pub fn unopened(self, transport: Transport) -> Client {
        let open_packet = Encoded::text(|out| out.extend_from_slice(b"0{}"));
        let session = Session::open(
            open_packet,
            self.dialect,
            transport,
            Arc::new(self.timing),
            &self.limits,
            self.overflow,
            EPOCH,
        );
        let is_websocket = transport == Transport::WebSocket;
        Client {
            session,
            now: EPOCH,
            max_payload: self.limits.max_payload,
            holds_poll: false,
            bodies: VecDeque::new(),
            socket: is_websocket.then(|| Link::new(self.limits.max_payload)),
            candidate: None,
            dropped_candidates: 0,
            messages: VecDeque::new(),
            closed: None,
        }
    }
}

/// A client, the session that serves it, and the shell between them.
///
/// Its methods are what the client does, what the application on the server does
/// (`server_…`), the passing of time, and what must have happened (`expect…`). Each is one
/// turn of the shell: when it returns, everything that can happen has happened.
#[derive(Debug)]
pub struct Client {
    pub(crate) session: Session,
    pub(crate) now: Instant,
    pub(crate) max_payload: usize,
    /// Whether a GET is open.
    pub(crate) holds_poll: bool,
    /// Answers to polls that the test has not looked at.
    pub(crate) bodies: VecDeque<String>,
    pub(crate) socket: Option<Link>,
    pub(crate) candidate: Option<Link>,
    pub(crate) dropped_candidates: usize,
    /// Messages for the application that the test has not looked at.
    pub(crate) messages: VecDeque<String>,
    pub(crate) closed: Option<CloseReason>,
}

impl Client {
    /// A polling session with default options that has just opened.
    #[must_use]
    pub fn polling() -> Self {
        Setup::default().polling()
    }

    /// A session over a WebSocket with default options that has just opened.
    #[must_use]
    pub fn websocket() -> Self {
        Setup::default().websocket()
    }

    /// The session, for a test that asks it something the kit has no word for.
    #[must_use]
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Milliseconds since the session was opened.
    #[must_use]
    pub const fn millis(&self) -> u64 {
        self.now.as_millis() - EPOCH.as_millis()
    }

    pub(crate) const fn instant(millis: u64) -> Instant {
        Instant::from_millis(EPOCH.as_millis() + millis)
    }
}
