//! What every server is to HTTP: settings, sessions, and somebody who takes what they deliver.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use salon_proto::engine::{self, Dialect, Transport, handshake};
use salon_proto::timer::Instant;
use salon_proto::{Encoded, SessionId};

use crate::config::Config;
use crate::handshake::Handshake;
use crate::session::{Driver, Link, Receiver, Session};

/// A server: of Socket.IO, or of plain Engine.IO.
pub(crate) trait Host: Send + Sync {
    fn core(&self) -> &Core;

    /// Makes the one who takes what a new session delivers.
    fn receiver(
        self: Arc<Self>,
        session: &Arc<Session>,
        handshake: Handshake,
        now: Instant,
    ) -> Box<dyn Receiver>;

    /// Ends all sessions and opens no new ones.
    fn close(self: Arc<Self>) -> BoxFuture<'static, ()>;
}

impl Deref for dyn Host + '_ {
    type Target = Core;

    fn deref(&self) -> &Core {
        self.core()
    }
}

/// What all servers have.
pub(crate) struct Core {
    pub(crate) config: Config,
    /// Started with the first session, since only then there must be a runtime.
    driver: OnceLock<Arc<Driver>>,
    is_closing: AtomicBool,
}

impl Core {
    pub(crate) const fn new(config: Config) -> Self {
        Self {
            config,
            driver: OnceLock::new(),
            is_closing: AtomicBool::new(false),
        }
    }

    pub(crate) fn driver(&self) -> &Arc<Driver> {
        self.driver
            .get_or_init(|| Driver::start(Arc::clone(&self.config.limits)))
    }

    pub(crate) fn find_session(&self, id: &SessionId) -> Option<Arc<Session>> {
        self.driver.get()?.registry().get(id)
    }

    pub(crate) fn session_count(&self) -> usize {
        let driver = self.driver.get();
        driver.map_or(0, |driver| driver.registry().len())
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::SeqCst)
    }

    /// From here on no session is opened; returns those that are open.
    pub(crate) fn begin_close(&self) -> Vec<Arc<Session>> {
        self.is_closing.store(true, Ordering::SeqCst);
        // Also where there was no driver yet: a session may be opening at this moment.
        self.driver().registry().close()
    }

    /// Ends these sessions, and waits until the last has gone.
    pub(crate) async fn finish_close(&self, sessions: Vec<Arc<Session>>) {
        for session in sessions {
            session.abort();
        }
        self.driver().registry().wait_until_empty().await;
    }

    fn open_packet(&self, id: &SessionId, transport: Transport) -> Encoded {
        let can_upgrade = transport == Transport::Polling
            && self.config.allow_upgrades
            && self.config.transports.contains(&Transport::WebSocket);
        let Config { timing, limits, .. } = &self.config;
        let text = handshake::open_packet(id, can_upgrade, timing, limits);
        Encoded::text(|out| out.extend_from_slice(text.as_bytes()))
    }
}

/// What the first request of a session says of it.
pub(crate) struct Opening {
    pub(crate) id: SessionId,
    pub(crate) handshake: Handshake,
    pub(crate) dialect: Dialect,
}

/// Opens a session; with its WebSocket if it has one, and otherwise on polling. `None`: the server
/// is closing, or another session has the id.
pub(crate) fn open_session(
    host: &Arc<dyn Host>,
    opening: Opening,
    link: Option<Link>,
) -> Option<Arc<Session>> {
    let Opening {
        id,
        handshake,
        dialect,
    } = opening;
    let transport = match link {
        Some(_) => Transport::WebSocket,
        None => Transport::Polling,
    };
    let driver = host.driver();
    let now = driver.now();
    let engine = engine::Session::open(
        host.open_packet(&id, transport),
        dialect,
        transport,
        Arc::clone(&host.config.timing),
        &host.config.limits,
        host.config.overflow,
        now,
    );
    let receiver = Arc::clone(host);
    driver.open(id, engine, link, |session| {
        receiver.receiver(session, handshake, now)
    })
}
