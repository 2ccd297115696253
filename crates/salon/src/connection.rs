//! Socket.IO over one session: the namespaces it has joined, and who gets its packets.

use std::borrow::Cow;
use std::sync::Arc;

use parking_lot::Mutex;
use salon_proto::engine::Protocol;
use salon_proto::namespace::{Joining, Namespaces};
use salon_proto::packet::{Ack as AckPacket, EncodeError, Event, Packet, ROOT};
use salon_proto::parser::{Codec, Incoming};
use salon_proto::timer::Instant;
use salon_proto::{CloseReason, DisconnectReason, Encoded, ProtocolError};

use crate::connection_v4;
use crate::handler::{
    Ack, Answer, Call, Check, Data, HandlerError, Occasion, Start, dispatch, refuse_connection,
    report_bad_event,
};
use crate::handshake::Handshake;
use crate::namespace::NamespaceInner;
use crate::recovery::resume;
use crate::server::{Dynamic, ServerInner};
use crate::session::{Receiver, Session, Task, Turn};
use crate::socket::Socket;

/// What a client is told that wants more namespaces, or longer names, than it may have.
const TOO_MANY_NAMESPACES: &str = "Too many namespaces, or too long a name";

/// What a client is told whose namespace a rule allows, but not one more of them.
const TOO_MANY_CHILDREN: &str = "Too many namespaces";

/// What the sockets of one client share.
pub(crate) struct Connection {
    pub(crate) server: Arc<ServerInner>,
    pub(crate) session: Arc<Session>,
    pub(crate) handshake: Arc<Handshake>,
    namespaces: Mutex<Namespaces<Socket>>,
    is_v4: bool,
}

impl Connection {
    pub(crate) fn new(
        server: Arc<ServerInner>,
        session: Arc<Session>,
        handshake: Handshake,
        now: Instant,
    ) -> Arc<Self> {
        Arc::new(Self {
            namespaces: Mutex::new(Namespaces::new(now, &server.config.timing)),
            handshake: Arc::new(handshake),
            is_v4: session.protocol() == Protocol::V3,
            server,
            session,
        })
    }

    /// Whether the client speaks [protocol 4](connection_v4) of Socket.IO.
    pub(crate) const fn is_v4(&self) -> bool {
        self.is_v4
    }

    /// Takes a socket out. The client may have joined its namespace anew by then.
    pub(crate) fn leave(&self, socket: &Socket) {
        let is_meant = |joined: &Socket| joined.is_same(socket);
        let left = self
            .namespaces
            .lock()
            .leave(socket.namespace_name(), is_meant);
        drop(left);
    }

    /// Disconnects from all namespaces, tells the client, and ends the session.
    pub(crate) fn disconnect_all(&self) {
        for socket in self.sockets() {
            socket.disconnect(false);
        }
        self.session.close();
    }

    /// The sockets of this client.
    pub(crate) fn sockets(&self) -> Vec<Socket> {
        self.namespaces.lock().iter().cloned().collect()
    }

    /// Ends the session of a client that broke the rules. As in Node, the reason depends on
    /// whether the client can be told at once: only where it cannot, the sockets do not wait
    /// for the end of the session.
    fn force_close(&self) {
        self.session.close();
        if self.session.waits_for_poll() {
            self.end_sockets(DisconnectReason::ForcedServerClose);
        }
    }

    fn end_sockets(&self, reason: DisconnectReason) {
        let sockets: Vec<_> = self.namespaces.lock().drain().collect();
        for socket in sockets {
            socket.end(reason);
        }
    }

    /// For packets about joining and leaving; one that cannot be sent any more is of no use to
    /// anybody. A client to whom they cannot be written cannot be served at all.
    pub(crate) fn send(&self, packet: Result<Encoded, EncodeError>) {
        match packet {
            Ok(packet) => drop(self.session.send(packet, false)),
            Err(error) => {
                tracing::error!("closing a session, since its packets cannot be written: {error}");
                self.session.close();
            }
        }
    }

    pub(crate) fn codec(&self) -> &Codec {
        &self.server.config.codec
    }
}

/// Takes what one session delivers.
pub(crate) struct ConnectionReceiver {
    connection: Arc<Connection>,
    incoming: Incoming,
}

impl ConnectionReceiver {
    pub(crate) fn new(connection: Arc<Connection>) -> Self {
        let incoming = connection
            .codec()
            .incoming(&connection.server.config.limits);
        Self {
            connection,
            incoming,
        }
    }

    fn handle_decoded(
        &self,
        decoded: Result<Option<Packet<'_>>, ProtocolError>,
        turn: &mut Turn<'_, '_>,
    ) {
        match decoded {
            Ok(Some(packet)) => self.handle_packet(packet, turn),
            Ok(None) => {}
            Err(error) => {
                tracing::debug!("closing a session: {error}");
                self.connection.session.close();
            }
        }
    }

    fn handle_packet(&self, packet: Packet<'_>, turn: &mut Turn<'_, '_>) {
        let result = match packet {
            Packet::Connect { namespace, .. } if self.connection.is_v4 => {
                let (name, auth) = connection_v4::split_name(&namespace);
                self.connect_v4(name, auth, turn)
            }
            Packet::Connect { namespace, data } => self.connect(&namespace, data, turn),
            packet => self.handle_joined(packet, turn),
        };
        if let Err(error) = result {
            tracing::debug!("closing a session: {error}");
            self.connection.force_close();
        }
    }

    fn handle_joined(
        &self,
        packet: Packet<'_>,
        turn: &mut Turn<'_, '_>,
    ) -> Result<(), ProtocolError> {
        let socket = {
            let namespaces = self.connection.namespaces.lock();
            namespaces.handle_packet(&packet)?.clone()
        };
        match packet {
            Packet::Event(event) => handle_event(&socket, &event, turn),
            Packet::Ack(ack) => answer(&socket, ack),
            Packet::Empty { .. } => {}
            _ => socket.end(DisconnectReason::ClientNamespaceDisconnect),
        }
        Ok(())
    }

    /// Clients of protocol 4 may ask twice, if the application does: they are in all the same.
    fn connect_v4(
        &self,
        name: &str,
        auth: Option<Cow<'_, str>>,
        turn: &mut Turn<'_, '_>,
    ) -> Result<(), ProtocolError> {
        if self.connection.namespaces.lock().contains(name) {
            return Ok(());
        }
        self.connect(name, auth, turn)
    }

    fn connect(
        &self,
        name: &str,
        auth: Option<Cow<'_, str>>,
        turn: &mut Turn<'_, '_>,
    ) -> Result<(), ProtocolError> {
        let connection = &self.connection;
        let limits = &connection.server.config.limits;
        let joining = connection.namespaces.lock().handle_connect(name, limits)?;
        let is_too_long = auth
            .as_ref()
            .is_some_and(|auth| auth.len() > limits.max_auth);
        match joining {
            Joining::Decide if is_too_long => {
                reject(connection, name, "Too much auth data");
            }
            Joining::Decide => {
                if let Some(task) = join(connection, name, auth) {
                    turn.start(task);
                }
            }
            Joining::TooMany => {
                // It was not taken up, so there is nothing to take back.
                let codec = connection.codec();
                connection.send(codec.connect_error(name, TOO_MANY_NAMESPACES, None));
            }
        }
        Ok(())
    }
}

impl Receiver for ConnectionReceiver {
    fn handle_open(&mut self, turn: &mut Turn<'_, '_>) {
        if self.connection.is_v4 {
            // It cannot be joined already.
            let _ = self.connect(ROOT, None, turn);
        }
    }

    fn handle_text(&mut self, text: &str, turn: &mut Turn<'_, '_>) {
        let decoded = self.incoming.text(text);
        self.handle_decoded(decoded, turn);
    }

    fn handle_binary(&mut self, data: Cow<'_, [u8]>, turn: &mut Turn<'_, '_>) {
        let decoded = self.incoming.binary(data);
        self.handle_decoded(decoded, turn);
    }

    fn handle_timeout(&mut self, now: Instant, _turn: &mut Turn<'_, '_>) {
        let is_overdue = self.connection.namespaces.lock().handle_timeout(now);
        if is_overdue {
            self.connection.force_close();
        }
    }

    fn handle_closed(&mut self, reason: CloseReason, _turn: &mut Turn<'_, '_>) {
        self.connection.end_sockets(reason.into());
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.connection.namespaces.lock().poll_timeout()
    }
}

/// Calls the handlers of an event, in the order in which they were registered.
fn handle_event(socket: &Socket, event: &Event<'_>, turn: &mut Turn<'_, '_>) {
    if !socket.is_connected() {
        // Somebody is just disconnecting it.
        return;
    }
    let ack = match event.ack_id {
        Some(id) => Ack::wanted(socket.clone(), id),
        None => Ack::unwanted(),
    };
    let data = Data::Event {
        array: &event.array,
        attachments: &event.attachments,
    };
    let call = Call::new(socket, Occasion::Event(&event.name), data, ack);
    if event.name.len() > socket.connection().server.config.limits.max_event_name {
        return report_bad_event(&call, "the event's name is too long");
    }
    let (waker, mut keep) = turn.parts();
    dispatch(&call, &mut Start::now(waker, &mut keep));
}

fn answer(socket: &Socket, ack: AckPacket<'_>) {
    socket.take_answer(
        ack.id,
        Answer {
            array: ack.array.into_owned(),
            attachments: ack.attachments,
        },
    );
}

/// Namespaces that are there come first, then those that a rule may allow.
fn join(connection: &Arc<Connection>, name: &str, auth: Option<Cow<'_, str>>) -> Option<Task> {
    if let Some(namespace) = connection.server.occupy(name) {
        return admit_or_check(connection, namespace, auth);
    }
    let rules = connection.server.rules_for(name);
    if rules.is_empty() {
        reject(connection, name, "Invalid namespace");
        return None;
    }
    let (connection, name) = (Arc::clone(connection), name.to_owned());
    let auth = auth.map(Cow::into_owned);
    Some(Box::pin(join_by_rules(connection, rules, name, auth)))
}

/// The first rule that says yes has the client.
async fn join_by_rules(
    connection: Arc<Connection>,
    rules: Vec<Arc<Dynamic>>,
    name: String,
    auth: Option<String>,
) {
    for dynamic in rules {
        let allows = dynamic.rule.allows(&name, auth.as_deref().unwrap_or("{}"));
        if !allows.await {
            continue;
        }
        let Some(namespace) = connection.server.occupy_child(&name, &dynamic) else {
            return reject(&connection, &name, TOO_MANY_CHILDREN);
        };
        if let Some(task) = admit_or_check(&connection, namespace, auth.map(Cow::Owned)) {
            task.await;
        }
        return;
    }
    reject(&connection, &name, "Invalid namespace");
}

/// Without middlewares a client is in at once.
fn admit_or_check(
    connection: &Arc<Connection>,
    namespace: Arc<NamespaceInner>,
    auth: Option<Cow<'_, str>>,
) -> Option<Task> {
    let Some(socket) = make_socket(connection, &namespace, auth) else {
        let error = HandlerError::new("no id could be made: the system has no randomness");
        refuse(connection, &namespace.name, &error);
        connection.server.vacate(&namespace);
        return None;
    };
    let tables = socket.tables();
    let middlewares = tables.iter().flat_map(|table| table.middlewares.items());
    let middlewares: Vec<Check> = middlewares.collect();
    if middlewares.is_empty() || socket.skips_middlewares() {
        admit(&socket);
        return None;
    }
    Some(Box::pin(check(socket, middlewares)))
}

/// The middlewares decide, one after the other.
async fn check(socket: Socket, middlewares: Vec<Check>) {
    for middleware in middlewares {
        let checked = middleware(&connect_call(&socket));
        if let Err(error) = checked.await {
            refuse_connection(&connect_call(&socket), &error);
            socket.abandon_recovery(false);
            socket.abandon();
            return refuse(socket.connection(), socket.namespace_name(), &error);
        }
    }
    admit(&socket);
}

/// `None` if no id can be made.
fn make_socket(
    connection: &Arc<Connection>,
    namespace: &Arc<NamespaceInner>,
    auth: Option<Cow<'_, str>>,
) -> Option<Socket> {
    let resumed = match connection.is_v4 {
        true => None,
        false => resume(namespace, auth.as_deref()),
    };
    let namespace = Arc::clone(namespace);
    match resumed {
        Some(resumed) => Some(Socket::resumed(connection, namespace, auth, resumed)),
        None => Socket::new(connection, namespace, auth),
    }
}

fn admit(socket: &Socket) {
    let connection = socket.connection();
    let name = socket.namespace_name();
    let accepted = connection.namespaces.lock().accept(name, socket.clone());
    if !accepted {
        // The client left while the middlewares were at work.
        socket.abandon_recovery(true);
        return socket.abandon();
    }
    if !socket.admit() {
        tracing::debug!("closing a session: what it has missed was dropped meanwhile");
        socket.abandon_recovery(false);
        socket.abandon();
        return connection.session.close();
    }
    // Before others can find the socket, or it could be disconnected before it is connected.
    let mut keep = |task| connection.session.start(task);
    let start = &mut Start::later(&mut keep);
    socket.tables().connect(&connect_call(socket), start);
    socket.enter();
}

/// The application refuses.
fn refuse(connection: &Connection, namespace: &str, error: &HandlerError) {
    connection.namespaces.lock().refuse(namespace);
    let codec = connection.codec();
    connection.send(match connection.is_v4 {
        true => codec.error_v4(namespace, &connection_v4::refusal(error)),
        false => codec.connect_error(namespace, error.message(), error.data()),
    });
}

/// The namespace cannot be joined, which all clients are told in one way.
fn reject(connection: &Connection, namespace: &str, why: &str) {
    connection.namespaces.lock().refuse(namespace);
    connection.send(connection.codec().connect_error(namespace, why, None));
}

fn connect_call(socket: &Socket) -> Call<'_> {
    let auth = Data::Value(socket.auth_json().unwrap_or("{}"));
    Call::new(socket, Occasion::Connect, auth, Ack::unwanted())
}
