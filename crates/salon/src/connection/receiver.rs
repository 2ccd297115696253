//! Who takes what one session delivers.

use std::borrow::Cow;
use std::sync::Arc;

use salon_proto::namespace::Joining;
use salon_proto::packet::{Ack as AckPacket, Event, Packet, ROOT};
use salon_proto::parser::Incoming;
use salon_proto::timer::Instant;
use salon_proto::{CloseReason, DisconnectReason, ProtocolError};

use super::joining::{join, reject};
use super::{Connection, v4};
use crate::handler::{Answer, Call, Data, Occasion, Start, dispatch, report_bad_event};
use crate::session::{Receiver, Turn};
use crate::socket::Socket;

/// What a client is told that wants more namespaces, or longer names, than it may have.
const TOO_MANY_NAMESPACES: &str = "Too many namespaces, or too long a name";

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
                let (name, auth) = v4::split_name(&namespace);
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
            // As a reference, since it is large.
            Packet::Event(ref event) => handle_event(&socket, event, turn),
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
    let data = Data::Event {
        array: &event.array,
        first: event.first,
        attachments: &event.attachments,
    };
    let call = Call::new(socket, Occasion::Event(&event.name), data, event.ack_id);
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
