//! A namespace: its handlers and its sockets.

mod dynamic;
mod handlers;
mod room_events;
mod server_side;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use salon_proto::packet::{EncodeError, Tail};
use salon_proto::parser::Codec;
use salon_proto::ws::Deflate;
use salon_proto::{Encoded, SocketId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::broadcast::Broadcast;
use crate::config::Config;
use crate::error::Emitted;
use crate::handler::{Event, OwnedEvent, Table};
use crate::hub::{Hub, Room, Rooms};
use crate::recovery::{ExpiredSocket, Keeper, Offset, RecoveryStats};
use crate::remote_socket::RemoteSocket;
use crate::responses::ResponsesFuture;
use crate::socket::Socket;

pub use room_events::RoomEvent;

pub(crate) use dynamic::{Family, Rule};
pub(crate) use room_events::RoomHook;

use room_events::RoomEvents;

/// A namespace. Clones are cheap and mean the same one.
#[derive(Clone)]
pub struct Namespace(Arc<NamespaceInner>);

pub(crate) struct NamespaceInner {
    pub(crate) name: Arc<str>,
    pub(crate) codec: Codec,
    pub(crate) family: Family,
    /// Of a child, those that only it has.
    pub(crate) handlers: Arc<Table>,
    pub(crate) hub: Mutex<Hub<Socket>>,
    pub(crate) recovery: Option<Arc<Keeper>>,
    room_events: RoomEvents,
    /// How long an answer is waited for unless the call says otherwise.
    pub(crate) ack_timeout: Duration,
    /// How messages are compressed for clients that take them so.
    pub(crate) deflate: Option<Deflate>,
    ack_ids: AtomicU64,
}

impl NamespaceInner {
    pub(crate) fn new(name: &str, config: &Config, family: Family) -> Arc<Self> {
        let parent = family.child_of().and_then(|parent| parent.recovery.clone());
        Arc::new(Self {
            ack_timeout: config.ack_timeout,
            deflate: config.deflate,
            name: name.into(),
            codec: config.codec.clone(),
            family,
            handlers: Arc::default(),
            hub: Mutex::default(),
            recovery: config.keeper(parent),
            room_events: RoomEvents::new(config.limits.max_room_events),
            ack_ids: AtomicU64::new(0),
        })
    }

    /// Writes an event, for however many sockets.
    pub(crate) fn event<T: Serialize + ?Sized>(
        &self,
        ack_id: Option<u64>,
        name: &str,
        args: &T,
    ) -> Result<Encoded, EncodeError> {
        self.codec.event(&self.name, ack_id, name, args)
    }

    /// Whether a client is away and may come back.
    pub(crate) fn awaits_somebody(&self) -> bool {
        let keeper = self.recovery.as_ref();
        keeper.is_some_and(|keeper| keeper.stats().away > 0)
    }

    /// Writes an event that wants no answer. With recovery it gets an offset, unless it is
    /// volatile and so not kept.
    pub(crate) fn plain_event<T: Serialize + ?Sized>(
        &self,
        is_volatile: bool,
        name: &str,
        args: &T,
    ) -> Result<(Encoded, Option<Offset>), EncodeError> {
        let offset = match &self.recovery {
            Some(keeper) if !is_volatile => Some(keeper.next_offset()),
            _ => None,
        };
        let guard = self.recovery.as_ref().map(|_| Tail::Guard);
        let tail = offset.as_ref().map(|offset| Tail::Offset(offset)).or(guard);
        let packet = self.codec.event_with(&self.name, None, name, args, tail)?;
        Ok((packet, offset))
    }

    /// How a packet is compressed for clients that take it so; `None` if it is compressed for nobody.
    pub(crate) fn deflate_of(&self, packet: &Encoded) -> Option<&Deflate> {
        let deflate = self.deflate.as_ref();
        deflate.filter(|deflate| packet.is_worth_deflating(deflate))
    }

    /// An event on its way out, if anybody wants to see it.
    pub(crate) fn outgoing<T: Serialize + ?Sized>(
        &self,
        name: &str,
        args: &T,
    ) -> Option<OwnedEvent> {
        let is_wanted = |one: &Self| !one.handlers.shared.any_outgoing.is_empty();
        let is_seen = is_wanted(self) || self.parent().is_some_and(|parent| is_wanted(parent));
        is_seen.then(|| OwnedEvent::write(name, args)).flatten()
    }

    /// Whether anybody wants to know of rooms.
    pub(crate) fn has_room_hooks(&self) -> bool {
        let has_hooks = |one: &Self| !one.handlers.rooms.is_empty();
        has_hooks(self) || self.parent().is_some_and(|parent| has_hooks(parent))
    }

    /// To be called under the hub's lock, and [`tell_of_rooms`](Self::tell_of_rooms) after it.
    pub(crate) fn note_room(&self, event: RoomEvent) {
        self.room_events.push(event);
    }

    /// Calls the hooks with what was noted. To be called under no lock.
    pub(crate) fn tell_of_rooms(&self) {
        if !self.has_room_hooks() {
            return;
        }
        let parent = self.parent().map(|parent| parent.handlers.rooms.items());
        let mut hooks = parent.unwrap_or_default();
        hooks.extend(self.handlers.rooms.items());
        self.room_events.tell(&hooks);
    }

    /// One counter for all sockets, as in Node; and for all children of a parent, whose sockets
    /// may be asked the same.
    pub(crate) fn next_ack_id(&self) -> u64 {
        let family = self.parent().map_or(self, |parent| parent);
        family.ack_ids.fetch_add(1, Ordering::Relaxed)
    }
}

/// Recovery, where [`ServerBuilder::recovery`](crate::ServerBuilder::recovery) is set; without
/// it nothing of this happens.
impl Namespace {
    /// Called for each client that was away and did not come back in time, or for which there
    /// was no room: nobody will have this socket's id again.
    ///
    /// ```
    /// # use salon::{Recovery, Server};
    /// let io = Server::builder().recovery(Recovery::new()).build();
    /// io.of("/game").on_recovery_expired(|player| async move {
    ///     println!("{} has lost the seat", player.id());
    /// });
    /// ```
    pub fn on_recovery_expired<F, Fut>(&self, hook: F)
    where
        F: Fn(ExpiredSocket) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        if let Some(keeper) = &self.0.recovery {
            keeper.on_expired(hook);
        }
    }

    /// How many clients came back, and what is kept for those that are away.
    #[must_use]
    pub fn recovery_stats(&self) -> RecoveryStats {
        let mut stats = RecoveryStats::default();
        self.0.for_each_member(|namespace| {
            if let Some(keeper) = &namespace.recovery {
                stats.add(&keeper.stats());
            }
        });
        stats
    }
}

/// Sending.
impl Namespace {
    /// Sends an event to everyone in the namespace.
    pub fn emit<T: Serialize>(&self, event: &str, args: T) -> Emitted {
        self.broadcast().emit(event, args)
    }

    /// Sends an event to everyone in the namespace and waits for their answers; see
    /// [`Broadcast::emit_with_ack`].
    pub fn emit_with_ack<R: DeserializeOwned>(
        &self,
        event: &str,
        args: impl Serialize,
    ) -> ResponsesFuture<R> {
        self.broadcast().emit_with_ack(event, args)
    }

    /// Everyone, with a time for their answers; see [`Broadcast::timeout`].
    pub fn timeout(&self, timeout: Duration) -> Broadcast {
        self.broadcast().timeout(timeout)
    }

    /// Sends everyone an event that says its own name; see [`Event`].
    pub fn emit_event<E: Event>(&self, event: &E) -> Emitted {
        self.emit(E::NAME, event)
    }

    /// Sends everyone the event `message`, as JavaScript's `send` does.
    pub fn send<T: Serialize>(&self, args: T) -> Emitted {
        self.emit("message", args)
    }

    /// Everyone in a room.
    pub fn to(&self, room: impl Into<Room>) -> Broadcast {
        self.broadcast().to(room)
    }

    /// The same as [`to`](Self::to); JavaScript calls it `in`.
    pub fn within(&self, room: impl Into<Room>) -> Broadcast {
        self.to(room)
    }

    /// Everyone but the members of a room.
    pub fn except(&self, room: impl Into<Room>) -> Broadcast {
        self.broadcast().except(room)
    }

    /// Everyone.
    pub fn broadcast(&self) -> Broadcast {
        Broadcast::new(Arc::clone(&self.0))
    }

    /// Everyone who is connected to this server, where several form a cluster.
    pub fn local(&self) -> Broadcast {
        self.broadcast().local()
    }
}

/// Who is there. A parent of [dynamic namespaces](crate::Server::of_matching) speaks for all of
/// them.
impl Namespace {
    /// Its name, which begins with a slash.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// How many sockets are connected to it on this server.
    #[must_use]
    pub fn len(&self) -> usize {
        let members = self.0.members();
        members.iter().map(|one| one.hub.lock().len()).sum()
    }

    /// Whether no socket is connected to it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The socket of this id, if it is connected to this server.
    #[must_use]
    pub fn socket(&self, id: &SocketId) -> Option<Socket> {
        self.0.members().iter().find_map(|one| {
            let hub = one.hub.lock();
            hub.find(id).map(|(_, socket)| socket.clone())
        })
    }

    /// All sockets connected to it on this server.
    #[must_use]
    pub fn sockets(&self) -> Vec<Socket> {
        let mut sockets = Vec::new();
        for member in self.0.members() {
            let hub = member.hub.lock();
            sockets.extend(hub.iter().map(|(_, socket)| socket.clone()));
        }
        sockets
    }

    /// Its rooms, each with the number of its members on this server, in no particular order.
    ///
    /// As in Node's `adapter.rooms`, the room of each socket's own id is among them. This walks
    /// over all sockets. Of a parent, it lists each child's rooms, one after the other.
    #[must_use]
    pub fn rooms(&self) -> Vec<(String, usize)> {
        let mut rooms = Vec::new();
        for member in self.0.members() {
            let hub = member.hub.lock();
            rooms.extend(hub.rooms().map(|(name, len)| (name.to_owned(), len)));
        }
        rooms
    }

    pub(crate) const fn from_inner(inner: Arc<NamespaceInner>) -> Self {
        Self(inner)
    }
}

/// The sockets, wherever they are.
impl Namespace {
    /// All of them as they are now; see [`Broadcast::fetch_sockets`].
    pub fn fetch_sockets(&self) -> impl Future<Output = Vec<RemoteSocket>> + Send + use<> {
        self.broadcast().fetch_sockets()
    }

    /// Puts everyone into a room, or several.
    pub fn sockets_join(&self, rooms: impl Into<Rooms>) {
        self.broadcast().sockets_join(rooms);
    }

    /// Takes everyone out of a room, or several.
    pub fn sockets_leave(&self, rooms: impl Into<Rooms>) {
        self.broadcast().sockets_leave(rooms);
    }

    /// Disconnects everyone; `close` as for [`Socket::disconnect`](crate::Socket::disconnect).
    pub fn disconnect_sockets(&self, close: bool) {
        self.broadcast().disconnect_sockets(close);
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Namespace").field(&self.name()).finish()
    }
}
