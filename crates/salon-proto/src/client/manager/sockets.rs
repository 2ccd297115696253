//! What the application wants of a manager and its sockets.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::client::error::{DropReason, NamespaceError};
use crate::client::exchange::{Emission, Emitted, SocketKey};
use crate::client::manager::{Attempt, Manager};
use crate::client::options::SocketOptions;
use crate::client::socket::Socket;
use crate::encoded::Encoded;
use crate::timer::Instant;

/// Sockets.
impl Manager {
    /// The socket of a namespace; where there is one already, that one, whatever the options. A
    /// name that begins with no slash gets one. It is not connected yet.
    ///
    /// # Errors
    /// When the name cannot be that of a namespace, or there are as many sockets as may be.
    pub fn socket(
        &mut self,
        namespace: &str,
        options: SocketOptions,
    ) -> Result<SocketKey, NamespaceError> {
        let slash = if namespace.starts_with('/') { "" } else { "/" };
        let name = format!("{slash}{namespace}");
        let before = self.sockets.iter().position(|one| *one.namespace == *name);
        if let Some(socket) = before.and_then(|index| self.sockets.get(index)) {
            if !socket.is_orphan {
                return Ok(socket.key);
            }
        }
        self.check_namespace(&name, before.is_some())?;
        let mut socket = self.new_socket(&name, options);
        if let Some(index) = before {
            socket.adopt(self.sockets.remove(index));
        }
        let key = socket.key;
        self.add(socket);
        Ok(key)
    }

    fn check_namespace(&self, name: &str, is_known: bool) -> Result<(), NamespaceError> {
        let limits = &self.options.limits;
        if name.len() > limits.max_namespace_length || name.contains(',') {
            return Err(NamespaceError::Name);
        }
        match self.sockets.len() >= limits.max_namespaces && !is_known {
            true => Err(NamespaceError::TooMany),
            false => Ok(()),
        }
    }

    /// Most managers have one socket, so there is room for no more than there are.
    fn add(&mut self, socket: Socket) {
        self.sockets.reserve_exact(1);
        self.sockets.push(socket);
    }

    fn new_socket(&mut self, namespace: &str, options: SocketOptions) -> Socket {
        let max_acks = self.options.limits.max_pending_acks;
        Socket::new(self.next_key(), namespace, options, max_acks)
    }

    const fn next_key(&mut self) -> SocketKey {
        let key = SocketKey(self.next_key);
        self.next_key = self.next_key.wrapping_add(1);
        key
    }

    /// Forgets a socket, which is disconnected first. Whatever it still owes is reported.
    pub fn remove(&mut self, now: Instant, key: SocketKey) {
        let done = self.with_socket(now, key, |socket, wire| {
            socket.leave(wire);
            socket.forget_all(wire);
        });
        let position = self.sockets.iter().position(|one| one.key == key);
        if let (Some(()), Some(index)) = (done, position) {
            let socket = self.sockets.remove(index);
            if socket.is_leaving() {
                let max_acks = self.options.limits.max_pending_acks;
                let orphan = socket.into_orphan(self.next_key(), max_acks);
                self.add(orphan);
            }
        }
        self.close_if_unused(now);
    }

    fn find(&self, key: SocketKey) -> Option<&Socket> {
        self.sockets.iter().find(|one| one.key == key)
    }

    /// The socket's id, while it is connected.
    #[must_use]
    pub fn id(&self, key: SocketKey) -> Option<&str> {
        self.find(key)?.id()
    }

    /// Whether the namespace has taken the socket.
    #[must_use]
    pub fn is_connected(&self, key: SocketKey) -> bool {
        self.find(key).is_some_and(Socket::is_joined)
    }

    /// Whether the socket is connected, or will be if the server lets it: the application wants
    /// it, the server has not refused or ended it, and the manager has not given up.
    #[must_use]
    pub fn is_active(&self, key: SocketKey) -> bool {
        !self.is_idle() && self.find(key).is_some_and(|socket| socket.is_active)
    }

    /// Whether the server has given the socket its state back, and the events it missed.
    #[must_use]
    pub fn is_recovered(&self, key: SocketKey) -> bool {
        self.find(key).is_some_and(Socket::is_recovered)
    }

    /// How often the socket has been connected.
    #[must_use]
    pub fn connection(&self, key: SocketKey) -> u32 {
        self.find(key).map_or(0, Socket::connection)
    }

    /// How many packets of the socket wait to be sent, and the bytes of those that are not to be
    /// answered.
    #[must_use]
    pub fn buffered(&self, key: SocketKey) -> (usize, usize) {
        self.find(key).map_or((0, 0), Socket::buffered)
    }
}

/// Connecting.
impl Manager {
    /// Connects a socket, and opens a session if there is none. While the manager waits to
    /// connect again, the socket waits too.
    pub fn connect(&mut self, now: Instant, key: SocketKey) {
        let is_known = self.with_socket(now, key, |socket, wire| {
            socket.is_active = true;
            socket.join(wire);
        });
        if is_known.is_some() && self.attempt == Attempt::None {
            self.open(now);
        }
    }

    /// Answers [`Output::NeedAuth`](crate::client::Output::NeedAuth). An empty map: there are no
    /// auth data.
    pub fn provide_auth(
        &mut self,
        now: Instant,
        key: SocketKey,
        request: u32,
        auth: Map<String, Value>,
    ) {
        self.with_socket(now, key, |socket, wire| {
            socket.provide_auth(request, auth, wire);
        });
        self.close_if_unused(now);
    }

    /// Disconnects a socket. It keeps what waits to be sent, for when it is connected again. With
    /// the last one the session ends.
    pub fn disconnect(&mut self, now: Instant, key: SocketKey) {
        self.with_socket(now, key, Socket::leave);
        self.close_if_unused(now);
    }

    /// Ends the session once all is sent, or `close_timeout` later, and disconnects all sockets.
    pub fn close(&mut self, now: Instant) {
        self.for_each_socket(now, |socket, wire| {
            socket.is_active = false;
            socket.flush_all(wire);
        });
        self.force_close(now);
    }

    /// Without a socket that wants it, there is no session, and none is waited for.
    pub(super) fn close_if_unused(&mut self, now: Instant) {
        self.sockets
            .retain(|one| !one.is_orphan || one.is_leaving());
        if !self.sockets.iter().any(|socket| socket.is_active) {
            self.force_close(now);
        }
    }
}

/// Sending.
impl Manager {
    /// Sends an event, or keeps it until it can be sent.
    #[must_use = "it may have been dropped"]
    pub fn emit(&mut self, now: Instant, key: SocketKey, emission: Emission) -> Emitted {
        self.expire_session(now);
        let emitted = self.with_socket(now, key, |socket, wire| socket.emit(emission, wire));
        emitted.unwrap_or(Emitted::Dropped(DropReason::NoSocket))
    }

    /// Answers an event that came by this connection, with the packet that
    /// [`Codec::ack`](crate::parser::Codec::ack) makes. That it is done once is for the caller.
    #[must_use = "it may have been dropped"]
    pub fn answer(
        &mut self,
        now: Instant,
        key: SocketKey,
        connection: u32,
        packet: Encoded,
    ) -> Emitted {
        self.expire_session(now);
        let answered = self.with_socket(now, key, |socket, wire| {
            socket.answer(connection, packet, wire)
        });
        answered.unwrap_or(Emitted::Dropped(DropReason::NoSocket))
    }

    /// Changes how long to wait for the answer with this id, from now on; where the socket has
    /// retries, for one try.
    pub fn set_ack_timeout(&mut self, now: Instant, key: SocketKey, id: u64, timeout: Duration) {
        let mut sockets = self.sockets.iter_mut();
        if let Some(socket) = sockets.find(|one| one.key == key) {
            socket.set_ack_timeout(now, id, timeout);
        }
    }

    /// Nobody waits for the answer with this id any more. The event is sent all the same.
    pub fn cancel_ack(&mut self, key: SocketKey, id: u64) {
        let mut sockets = self.sockets.iter_mut();
        if let Some(socket) = sockets.find(|one| one.key == key) {
            socket.cancel_ack(id);
        }
    }
}
