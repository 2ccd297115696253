//! A client in one namespace.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::sync::Arc;

use parking_lot::Mutex;
use salon_proto::ack::AckTable;
use salon_proto::engine::Transport;
use salon_proto::packet;
use salon_proto::{DisconnectReason, Encoded, SocketId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use crate::ack::{Ack, AckFuture, Answer};
use crate::broadcast::Broadcast;
use crate::connection::Connection;
use crate::error::{EmitError, Emitted};
use crate::handler::{Call, Data, HandlerError, Occasion};
use crate::handshake::Handshake;
use crate::hub::{Key, Room};
use crate::namespace::{Namespace, NamespaceInner};
use crate::random;
use crate::server::Server;

/// A client in one namespace. Clones are cheap and mean the same socket.
///
/// A client has one socket for each namespace it has joined. A clone that is kept after the
/// client has gone keeps its memory too, so keep [`SocketId`]s instead.
#[derive(Clone)]
pub struct Socket(Arc<SocketInner>);

struct SocketInner {
    id: SocketId,
    namespace: Arc<NamespaceInner>,
    connection: Arc<Connection>,
    auth: Option<Box<str>>,
    membership: Mutex<Membership>,
    /// Answers that the client owes; rarely any, so it is absent until needed.
    acks: Mutex<Option<Box<AckTable<oneshot::Sender<Answer>>>>>,
}

/// Where a socket stands with its namespace.
enum Membership {
    /// The middlewares are at work; these rooms are joined afterwards.
    Connecting(Vec<Room>),
    /// The client is let in; others cannot find the socket yet.
    Admitted(Vec<Room>),
    Connected(Key),
    Gone,
}

/// What a socket is.
impl Socket {
    /// Its public id, which is also the name of the room that it is in from the start.
    #[must_use]
    pub fn id(&self) -> SocketId {
        self.0.id
    }

    /// Its namespace.
    #[must_use]
    pub fn namespace(&self) -> Namespace {
        Namespace::from_inner(Arc::clone(&self.0.namespace))
    }

    /// The server.
    #[must_use]
    pub fn server(&self) -> Server {
        Server::from_inner(Arc::clone(&self.0.connection.server))
    }

    /// The request that opened its session.
    #[must_use]
    pub fn handshake(&self) -> &Arc<Handshake> {
        &self.0.connection.handshake
    }

    /// The auth data that the client sent when it joined the namespace; `{}` if none.
    ///
    /// # Errors
    /// When the data does not fit `T`.
    pub fn auth<T: DeserializeOwned>(&self) -> Result<T, HandlerError> {
        let data = Data::Auth(self.auth_json());
        Call::new(self, Occasion::Connect, data, Ack::unwanted()).data()
    }

    /// Whether it is connected. In a middleware it is not yet.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        let membership = self.0.membership.lock();
        matches!(
            *membership,
            Membership::Admitted(_) | Membership::Connected(_)
        )
    }

    /// How its client is connected now.
    #[must_use]
    pub fn transport(&self) -> Transport {
        self.0.connection.session.transport()
    }
}

/// Events.
impl Socket {
    /// Sends an event to this client. A tuple gives several arguments, `()` none.
    ///
    /// Nothing waits: the event is queued and goes out with others at the end of this turn.
    pub fn emit<T: Serialize>(&self, event: &str, args: T) -> Emitted {
        let sent = packet::event(self.namespace_name(), None, event, &args)
            .map_err(EmitError::from)
            .and_then(|packet| self.send(packet, false));
        match sent {
            Ok(()) => Emitted::to(1),
            Err(error) => Emitted::failed(0, error),
        }
    }

    /// Sends an event and waits for the client's answer: the type of one value, or a tuple for
    /// several.
    ///
    /// ```
    /// # use salon::{AckError, Socket};
    /// # use std::time::Duration;
    /// # async fn example(socket: Socket) -> Result<(), AckError> {
    /// let age: u32 = socket.emit_with_ack("how old are you?", ()).await?;
    /// let (x, y): (f64, f64) = socket
    ///     .emit_with_ack("where are you?", "on the map")
    ///     .timeout(Duration::from_secs(1))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn emit_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        args: impl Serialize,
    ) -> AckFuture<R> {
        let id = self.0.namespace.next_ack_id();
        let answer = match self.expect_answer(id) {
            Ok(answer) => answer,
            Err(error) => return AckFuture::failed(error),
        };
        let sent = packet::event(self.namespace_name(), Some(id), event, &args)
            .map_err(EmitError::from)
            .and_then(|packet| self.send(packet, false));
        if let Err(error) = sent {
            self.forget_ack(id);
            return AckFuture::failed(error);
        }
        let timeout = self.0.connection.server.config.ack_timeout;
        AckFuture::waiting(self.clone(), id, answer, timeout)
    }

    /// Everyone in a room but this socket.
    pub fn to(&self, room: impl Into<Room>) -> Broadcast {
        self.broadcast().to(room)
    }

    /// Everyone in the namespace but this socket and the members of a room.
    pub fn except(&self, room: impl Into<Room>) -> Broadcast {
        self.broadcast().except(room)
    }

    /// Everyone in the namespace but this socket.
    pub fn broadcast(&self) -> Broadcast {
        self.namespace().broadcast().except(self.id())
    }
}

/// Rooms.
impl Socket {
    /// Joins a room. `false`: it was in it, is disconnected, or is in as many rooms as it may
    /// ([`Limits::max_rooms`](crate::Limits)), which is logged.
    pub fn join(&self, room: impl Into<Room>) -> bool {
        let room = room.into();
        let joined = match &mut *self.0.membership.lock() {
            Membership::Connecting(rooms) | Membership::Admitted(rooms) => {
                self.join_later(rooms, room)
            }
            Membership::Connected(key) => self.join_now(*key, &room),
            Membership::Gone => Ok(false),
        };
        joined.unwrap_or_else(|TooMany| {
            tracing::warn!(socket = %self.id(), "it is in as many rooms as Limits::max_rooms allows");
            false
        })
    }

    /// Leaves a room. `false`: it was not in it.
    pub fn leave(&self, room: impl Into<Room>) -> bool {
        let room = room.into();
        match &mut *self.0.membership.lock() {
            Membership::Connecting(rooms) | Membership::Admitted(rooms) => {
                let before = rooms.len();
                rooms.retain(|one| *one != room);
                rooms.len() < before
            }
            Membership::Connected(key) => {
                let left = self.0.namespace.hub.lock().leave(*key, room.as_str());
                left.was_member()
            }
            Membership::Gone => false,
        }
    }

    /// The rooms it is in, that of its own id included; none once it is disconnected.
    #[must_use]
    pub fn rooms(&self) -> Vec<String> {
        match &*self.0.membership.lock() {
            Membership::Connecting(rooms) | Membership::Admitted(rooms) => {
                let own = self.id().to_string();
                let others = rooms.iter().map(|room| room.as_str().to_owned());
                std::iter::once(own).chain(others).collect()
            }
            Membership::Connected(key) => {
                let hub = self.0.namespace.hub.lock();
                hub.rooms_of(*key).map(str::to_owned).collect()
            }
            Membership::Gone => Vec::new(),
        }
    }

    fn join_later(&self, rooms: &mut Vec<Room>, room: Room) -> Result<bool, TooMany> {
        let is_new = !rooms.contains(&room) && room.as_str() != self.id().as_str();
        if is_new && rooms.len() >= self.max_rooms() {
            return Err(TooMany);
        }
        if is_new {
            rooms.push(room);
        }
        Ok(is_new)
    }

    fn join_now(&self, key: Key, room: &Room) -> Result<bool, TooMany> {
        let mut hub = self.0.namespace.hub.lock();
        if hub.is_in(key, room.as_str()) {
            return Ok(false);
        }
        // Its own room, which the limit does not count, is among them.
        if hub.rooms_len(key) > self.max_rooms() {
            return Err(TooMany);
        }
        Ok(hub.join(key, room.as_str()).is_new())
    }

    fn max_rooms(&self) -> usize {
        self.0.connection.server.config.limits.max_rooms
    }
}

/// The socket is in as many rooms as it may be in.
struct TooMany;

/// The end.
impl Socket {
    /// Disconnects the client: from this namespace, or with `close` from all of them, and then
    /// ends its connection.
    pub fn disconnect(&self, close: bool) {
        if close && self.is_connected() {
            return self.0.connection.disconnect_all();
        }
        // Whoever takes it out first, of several at a time, sees to its end.
        if self.take_out() {
            let _ = self.deliver(packet::disconnect(self.namespace_name()), false);
            self.finish(DisconnectReason::ServerNamespaceDisconnect);
        }
    }

    /// Leaves all rooms, fails what waits for answers, and calls the `on_disconnect` handlers.
    pub(crate) fn end(&self, reason: DisconnectReason) {
        if self.take_out() {
            self.finish(reason);
        }
    }

    /// From here on it is disconnected; `false` if it was before, or never connected.
    fn take_out(&self) -> bool {
        let membership = mem::replace(&mut *self.0.membership.lock(), Membership::Gone);
        match membership {
            Membership::Connected(key) => {
                let socket = self.0.namespace.hub.lock().remove(key);
                drop(socket);
                true
            }
            Membership::Admitted(_) => true,
            Membership::Connecting(_) | Membership::Gone => false,
        }
    }

    fn finish(&self, reason: DisconnectReason) {
        self.0.connection.leave(self);
        // The waiters are told when the lock is free again.
        let owed = self.0.acks.lock().take();
        drop(owed);
        let occasion = Occasion::Disconnect(reason);
        let call = Call::new(self, occasion, Data::None, Ack::unwanted());
        let session = &self.0.connection.session;
        let handlers = &self.0.namespace.handlers;
        handlers.on_disconnect(&call, |task| session.start(task));
    }
}

/// For the rest of the crate.
impl Socket {
    /// `None` if no id can be made.
    pub(crate) fn new(
        connection: &Arc<Connection>,
        namespace: Arc<NamespaceInner>,
        auth: Option<Cow<'_, str>>,
    ) -> Option<Self> {
        Some(Self(Arc::new(SocketInner {
            id: SocketId::from_entropy(random::entropy()?),
            namespace,
            connection: Arc::clone(connection),
            auth: auth.map(|json| json.into()),
            membership: Mutex::new(Membership::Connecting(Vec::new())),
            acks: Mutex::new(None),
        })))
    }

    /// The client is let in: it can be sent events.
    pub(crate) fn admit(&self) {
        let mut membership = self.0.membership.lock();
        if let Membership::Connecting(rooms) = &mut *membership {
            *membership = Membership::Admitted(mem::take(rooms));
        }
    }

    /// Others can find the socket from here on, so broadcasts reach it.
    pub(crate) fn enter(&self) {
        let mut membership = self.0.membership.lock();
        let Membership::Admitted(rooms) = &mut *membership else {
            return;
        };
        let rooms = mem::take(rooms);
        let mut hub = self.0.namespace.hub.lock();
        // An id is random, so it is never taken already.
        let Ok(key) = hub.insert(self.id(), self.clone()) else {
            return;
        };
        for room in rooms {
            hub.join(key, room.as_str());
        }
        *membership = Membership::Connected(key);
    }

    pub(crate) fn connection(&self) -> &Arc<Connection> {
        &self.0.connection
    }

    pub(crate) fn namespace_inner(&self) -> &NamespaceInner {
        &self.0.namespace
    }

    pub(crate) fn namespace_name(&self) -> &str {
        &self.0.namespace.name
    }

    pub(crate) fn auth_json(&self) -> Option<&str> {
        self.0.auth.as_deref()
    }

    /// Queues a packet for the client.
    pub(crate) fn send(&self, packet: Encoded, volatile: bool) -> Result<(), EmitError> {
        if !self.is_connected() {
            return Err(EmitError::not_connected());
        }
        self.deliver(packet, volatile)
    }

    /// The same for a caller that found the socket in the hub, so that it is connected.
    pub(crate) fn deliver(&self, packet: Encoded, volatile: bool) -> Result<(), EmitError> {
        let sent = self.0.connection.session.send(packet, volatile);
        sent.map_err(|rejected| EmitError::from(rejected.why))
    }

    pub(crate) fn take_answer(&self, id: u64, answer: Answer) {
        let waiter = self.0.acks.lock().as_mut().and_then(|acks| acks.remove(id));
        if let Some(waiter) = waiter {
            let _ = waiter.send(answer);
        }
    }

    pub(crate) fn forget_ack(&self, id: u64) {
        let mut acks = self.0.acks.lock();
        if let Some(table) = &mut *acks {
            table.remove(id);
            if table.is_empty() {
                *acks = None;
            }
        }
    }

    fn expect_answer(&self, id: u64) -> Result<oneshot::Receiver<Answer>, EmitError> {
        let limit = self.0.connection.server.config.limits.max_pending_acks;
        let (sender, answer) = oneshot::channel();
        let mut acks = self.0.acks.lock();
        let table = acks.get_or_insert_with(|| Box::new(AckTable::new(limit)));
        let inserted = table.insert(id, sender);
        inserted
            .map(|()| answer)
            .map_err(|_| EmitError::too_many_acks())
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("id", &self.id())
            .field("namespace", &self.namespace_name())
            .finish_non_exhaustive()
    }
}
