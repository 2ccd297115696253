//! The store of one namespace, with its lock, the time, and those who want to know who did not
//! come back.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use futures_util::future::BoxFuture;
use parking_lot::{Mutex, RwLock};
use salon_proto::engine::Protocol;
use salon_proto::timer::Instant;
use salon_proto::{Encoded, Limits, RecoveryId, SocketId, Timing};
use serde::de::DeserializeOwned;

use super::log::Position;
use super::store::Miss;
use super::{Audience, Away, Claim, Offset, Recovery, RecoveryStats, Store};
use crate::handler::HandlerError;
use crate::hub::Room;
use crate::server::ServerInner;
use crate::session::{Driver, Due};
use crate::socket::Kept;

/// Recovery in one namespace.
///
/// Whatever changes who is in the namespace, or sends to it, does both under the lock of its
/// hub: so each event is either sent to a client or found when it comes back.
pub(crate) struct Keeper {
    me: Weak<Self>,
    pub(crate) skips_middlewares: bool,
    books: Mutex<Books>,
    next_offset: AtomicU64,
    /// There from the first client on.
    home: OnceLock<Home>,
    /// Of a dynamic namespace, that of its parent, who is told the same.
    parent: Option<Arc<Self>>,
    on_expired: RwLock<Vec<Hook>>,
}

struct Home {
    driver: Arc<Driver>,
    server: Weak<ServerInner>,
    namespace: Arc<str>,
}

struct Books {
    store: Store<Encoded, Kept>,
    /// When the clock will tell.
    wakes_at: Option<Instant>,
}

type Hook = Arc<dyn Fn(ExpiredSocket) -> BoxFuture<'static, ()> + Send + Sync>;

/// What a client has missed.
pub(crate) struct Missed {
    pub(crate) events: Vec<(Offset, Encoded)>,
    /// The position after the last of all events.
    pub(crate) end: Position,
}

impl Keeper {
    pub(crate) fn new(
        recovery: &Recovery,
        limits: &Limits,
        timing: &Timing,
        parent: Option<Arc<Self>>,
    ) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            skips_middlewares: recovery.skip_middlewares,
            books: Mutex::new(Books {
                store: Store::new(recovery.bounds(limits, timing)),
                wakes_at: None,
            }),
            next_offset: AtomicU64::new(1),
            home: OnceLock::new(),
            parent,
            on_expired: RwLock::default(),
        })
    }

    /// For a new event. Events may go out in another order than they got their offsets.
    pub(crate) fn next_offset(&self) -> Offset {
        Offset::new(self.next_offset.fetch_add(1, Ordering::Relaxed))
    }

    /// An event is being sent.
    pub(crate) fn record(&self, offset: Offset, audience: Audience, packet: &Encoded) {
        let (now, bytes) = (self.now(), packet.wire_len(Protocol::V4));
        let packet = packet.unshared();
        let mut books = self.books.lock();
        books.store.record(now, offset, audience, packet, bytes);
    }

    /// A client has connected for the first time; gives the position from which on there may be
    /// events for it.
    pub(crate) fn connect(
        &self,
        id: RecoveryId,
        socket: SocketId,
        server: &Arc<ServerInner>,
        namespace: &Arc<str>,
    ) -> Position {
        self.home.get_or_init(|| Home {
            driver: Arc::clone(server.driver()),
            server: Arc::downgrade(server),
            namespace: Arc::clone(namespace),
        });
        self.books.lock().store.connect(id, socket)
    }

    /// A client went away and may come back. Gives back the number of this absence, and who cannot
    /// come back any more because of it, to [tell](Self::tell) without locks.
    pub(crate) fn leave(
        &self,
        id: RecoveryId,
        away: Away<Kept>,
    ) -> (Option<u64>, Option<Away<Kept>>) {
        let mut books = self.books.lock();
        let evicted = books.store.leave(self.now(), id, away);
        self.schedule(&mut books);
        (books.store.absence(&id), evicted)
    }

    /// Something else is kept with a client during this absence.
    pub(crate) fn keep(&self, id: &RecoveryId, absence: u64, kept: Kept) {
        let before = self.books.lock().store.keep(id, absence, kept);
        // Its end may run code of the application, which no lock of ours may wait for.
        drop(before);
    }

    /// A client went away for good.
    pub(crate) fn forget(&self, id: &RecoveryId) {
        self.books.lock().store.forget(self.now(), id);
    }

    pub(crate) fn connected(&self, id: &RecoveryId) -> Option<SocketId> {
        self.books.lock().store.connected(id)
    }

    pub(crate) fn is_away(&self, id: &RecoveryId) -> bool {
        self.books.lock().store.is_away(id)
    }

    pub(crate) fn claim(&self, id: &RecoveryId, offset: Option<&str>) -> Result<Claim<Kept>, Miss> {
        self.books.lock().store.claim(id, offset)
    }

    /// The events from a position on for a socket in these rooms. `None`: some of them may have
    /// been dropped.
    pub(crate) fn missed(
        &self,
        from: Position,
        socket: SocketId,
        rooms: &[Room],
    ) -> Option<Missed> {
        let books = self.books.lock();
        let missed = books.store.since(from, socket, rooms)?;
        let events = missed.iter().map(|one| (one.offset, one.packet.clone()));
        Some(Missed {
            events: events.collect(),
            end: books.store.end(),
        })
    }

    /// The position of the next event.
    pub(crate) fn end(&self) -> Position {
        self.books.lock().store.end()
    }

    pub(crate) fn stats(&self) -> RecoveryStats {
        self.books.lock().store.stats()
    }

    pub(crate) fn on_expired<F, Fut>(&self, hook: F)
    where
        F: Fn(ExpiredSocket) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let hook: Hook = Arc::new(move |socket| Box::pin(hook(socket)));
        self.on_expired.write().push(hook);
    }

    /// Without clients there is no clock, and nothing to date.
    fn now(&self) -> Instant {
        let home = self.home.get();
        home.map_or_else(Instant::default, |home| home.driver.now())
    }

    fn schedule(&self, books: &mut Books) {
        let (Some(home), Some(next)) = (self.home.get(), books.store.poll_timeout()) else {
            return;
        };
        if books.wakes_at.is_none_or(|at| next < at) {
            books.wakes_at = Some(next);
            home.driver.schedule(next, self.me.clone());
        }
    }

    /// Runs the hooks for those who did not come back, each in a task of its own, since no
    /// session is left that they belong to.
    pub(crate) fn tell(&self, expired: impl IntoIterator<Item = Away<Kept>>) {
        let Some(home) = self.home.get() else {
            return;
        };
        for away in expired {
            for hook in self.hooks() {
                let socket = ExpiredSocket(away.clone());
                let task = async move { hook(socket).await };
                home.driver.start_task(Box::pin(task));
            }
        }
    }

    fn hooks(&self) -> Vec<Hook> {
        let mut hooks = self.on_expired.read().clone();
        if let Some(parent) = &self.parent {
            hooks.extend(parent.hooks());
        }
        hooks
    }

    /// A dynamic namespace may have been kept for those who were away.
    fn release_namespace(&self) {
        let Some(home) = self.home.get() else {
            return;
        };
        if let Some(server) = home.server.upgrade() {
            server.release(&home.namespace);
        }
    }
}

impl Due for Keeper {
    fn handle_due(&self) {
        let mut books = self.books.lock();
        books.wakes_at = None;
        let expired = books.store.handle_timeout(self.now());
        self.schedule(&mut books);
        let is_nobody_away = books.store.stats().away == 0;
        drop(books);
        self.tell(expired);
        if is_nobody_away {
            self.release_namespace();
        }
    }
}

/// What a socket had whose client did not come back in time; see
/// [`Namespace::on_recovery_expired`](crate::Namespace::on_recovery_expired).
pub struct ExpiredSocket(Away<Kept>);

impl ExpiredSocket {
    /// The socket's id.
    #[must_use]
    pub fn id(&self) -> SocketId {
        self.0.socket.clone()
    }

    /// The rooms that it was in, that of its own id included.
    #[must_use]
    pub fn rooms(&self) -> Vec<String> {
        let rooms = self.0.rooms.iter();
        rooms.map(|room| room.as_str().to_owned()).collect()
    }

    /// The data that was kept with it; `{}` if none was.
    ///
    /// # Errors
    /// When it does not fit `T`.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        self.0.kept.data()
    }
}

impl fmt::Debug for ExpiredSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExpiredSocket").field(&self.id()).finish()
    }
}
