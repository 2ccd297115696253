//! A client: sockets, and the one session at a time that carries them.
//!
//! ```text
//!            a socket wants to connect         open packet
//!   Closed ────────────────────────▶ Opening ─────────────▶ Open ──┐ the last socket left
//!    │  ▲                               │                    │     ▼
//!    │  └─────── failed, too late ──────┴─────── lost ───────┤  Draining, until all is sent
//!    │                                                       │     │
//!    └── and if it may reconnect: a delay, and Opening again ┴─────┘
//! ```

mod arrivals;
mod opening;
mod reconnecting;
mod sockets;

use std::collections::VecDeque;
use std::sync::Arc;
use std::vec;

use crate::client::backoff::Backoff;
use crate::client::error::SessionError;
use crate::client::exchange::{Output, SocketKey};
use crate::client::handshake::Handshake;
use crate::client::options::{Options, Reconnection};
use crate::client::outgoing::Message;
use crate::client::session::Session;
use crate::client::socket::{Socket, Wire};
use crate::engine::Transport;
use crate::parser::Incoming;
use crate::timer::Instant;

/// The state of one client: its sockets, its session, and when to open the next one.
///
/// It does no I/O. Whoever drives it
///
/// 1. gives commands ([`socket`](Self::socket), [`connect`](Self::connect), [`emit`](Self::emit),
///    …) and hands over what arrives (`handle_*`); what these return comes after all outputs that
///    are due by then;
/// 2. then calls [`flush`](Self::flush), does what [`poll_output`](Self::poll_output) says until
///    it says nothing, and writes what [`poll_message`](Self::poll_message) gives while the
///    WebSocket takes it;
/// 3. calls [`handle_timeout`](Self::handle_timeout) when [`poll_timeout`](Self::poll_timeout)
///    is due.
///
/// ```
/// use salon_proto::client::{Emission, Emitted, Manager, Options, Output, SocketOptions};
/// use salon_proto::timer::Instant;
///
/// let now = Instant::from_millis(0);
/// let mut options = Options::default();
/// options.transports = vec![salon_proto::engine::Transport::WebSocket];
/// let mut manager = Manager::new(options, 42);
/// let chat = manager.socket("/chat", SocketOptions::default())?;
/// manager.connect(now, chat);
/// assert!(matches!(manager.poll_output(), Some(Output::Open(_))));
/// // The shell opens a WebSocket, and the server says:
/// let open = r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}"#;
/// let _ = manager.handle_text(now, open);
/// let _ = manager.handle_text(now, r#"40/chat,{"sid":"abc"}"#);
/// assert_eq!(manager.id(chat), Some("abc"));
/// let packet = manager.codec().event("/chat", None, "hello", &"Rust")?;
/// assert_eq!(manager.emit(now, chat, Emission::new(packet)), Emitted::Accepted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Manager {
    options: Arc<Options>,
    reconnection: Reconnection,
    phase: Phase,
    session: Option<Box<Session>>,
    /// Puts the session's packets together.
    incoming: Incoming,
    sockets: Vec<Socket>,
    next_key: u32,
    attempt: Attempt,
    /// Attempts since a session was open.
    attempts: u32,
    backoff: Backoff,
    random: u64,
    /// What is known of why the session ends.
    cause: Option<Box<Cause>>,
    /// The session before got to a WebSocket.
    websocket_works: bool,
    outputs: VecDeque<Output>,
}

#[derive(Debug)]
enum Phase {
    Closed,
    Opening {
        gives_up_at: Instant,
        /// The transports to try if this one fails.
        untried: vec::IntoIter<Transport>,
    },
    Open {
        since: Instant,
    },
    /// The session is not wanted any more, but has not sent all.
    Draining {
        /// A new one is.
        then_opens: bool,
    },
}

/// Whether the manager is about to connect again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    None,
    Waiting { until: Instant },
    Running,
}

/// Why a session ends, where the reason does not say it.
#[derive(Debug)]
enum Cause {
    Failed(SessionError),
    Details(Arc<str>),
}

impl Manager {
    /// A client that has done nothing yet. `seed` is any number, different for each client:
    /// clients that lose their server at the same time shall not come back at the same time.
    #[must_use]
    pub fn new(options: impl Into<Arc<Options>>, seed: u64) -> Self {
        let options = options.into();
        Self {
            reconnection: options.reconnection,
            phase: Phase::Closed,
            session: None,
            incoming: options.codec.incoming(&options.limits),
            options,
            sockets: Vec::new(),
            next_key: 0,
            attempt: Attempt::None,
            attempts: 0,
            backoff: Backoff::default(),
            random: seed,
            cause: None,
            websocket_works: false,
            outputs: VecDeque::new(),
        }
    }

    /// What it was told.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What writes its packets.
    #[must_use]
    pub fn codec(&self) -> &crate::parser::Codec {
        &self.options.codec
    }

    /// Whether a session is open, and carries what the sockets send.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open { .. })
    }

    /// Whether there is nothing to do: no session, and none to come.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Closed) && self.attempt == Attempt::None
    }

    /// Whether it waits until it connects again, or does so now.
    #[must_use]
    pub fn is_reconnecting(&self) -> bool {
        self.attempt != Attempt::None
    }

    /// How the session's frames travel.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        self.session.as_ref().map(|session| session.transport())
    }

    /// What the server said when the session opened. Its id is needed for each request.
    #[must_use]
    pub fn handshake(&self) -> Option<&Handshake> {
        self.session.as_ref()?.handshake()
    }
}

/// What must happen now.
impl Manager {
    /// Lets what waits go out, as far as there is room. Call it at the end of each turn.
    pub fn flush(&mut self, now: Instant) {
        self.flush_sockets(now);
        if let Some(session) = &mut self.session {
            session.flush();
        }
        self.obey_session(now);
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front()?;
        if self.outputs.is_empty() {
            // Messages have none, so most of the time nobody needs the room.
            self.outputs = VecDeque::new();
        }
        Some(output)
    }

    /// The next message to write to the WebSocket. With the last one there may be outputs again,
    /// but after `None` there are none.
    pub fn poll_message(&mut self, now: Instant) -> Option<Message> {
        let mut message = self.session.as_mut()?.poll_message();
        // There is room for what has waited.
        if message.is_none() && self.flush_sockets(now) {
            message = self.session.as_mut()?.poll_message();
        }
        self.obey_session(now);
        message
    }

    /// When to call [`handle_timeout`](Self::handle_timeout).
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let opening = match self.phase {
            Phase::Opening { gives_up_at, .. } => Some(gives_up_at),
            _ => None,
        };
        let session = self.session.as_ref().and_then(|one| one.poll_timeout());
        let attempt = match self.attempt {
            Attempt::Waiting { until } => Some(until),
            _ => None,
        };
        let own = [opening, session, attempt].into_iter().flatten();
        let sockets = self.sockets.iter().filter_map(|one| one.poll_timeout());
        own.chain(sockets).min()
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.handle_opening_timeout(now);
        self.expire_session(now);
        self.for_each_socket(now, |socket, wire| socket.handle_timeout(wire));
        self.handle_attempt_timeout(now);
    }

    /// A session whose server has not pinged in time has ended, even if nobody came to say so.
    fn expire_session(&mut self, now: Instant) {
        if let Some(session) = &mut self.session {
            session.handle_timeout(now);
        }
        self.obey_session(now);
    }

    /// Says whether there may have been something.
    fn flush_sockets(&mut self, now: Instant) -> bool {
        let has_waiting = self.is_open() && self.sockets.iter().any(Socket::has_waiting);
        if has_waiting {
            self.for_each_socket(now, Socket::flush);
        }
        has_waiting
    }

    fn for_each_socket(&mut self, now: Instant, mut act: impl FnMut(&mut Socket, &mut Wire<'_>)) {
        let mut wire = Wire {
            now,
            session: self.session.as_deref_mut(),
            outputs: &mut self.outputs,
            options: &self.options,
        };
        for socket in &mut self.sockets {
            act(socket, &mut wire);
        }
    }

    fn with_socket<T>(
        &mut self,
        now: Instant,
        key: SocketKey,
        act: impl FnOnce(&mut Socket, &mut Wire<'_>) -> T,
    ) -> Option<T> {
        let mut wire = Wire {
            now,
            session: self.session.as_deref_mut(),
            outputs: &mut self.outputs,
            options: &self.options,
        };
        let socket = self.sockets.iter_mut().find(|one| one.key == key)?;
        Some(act(socket, &mut wire))
    }
}
