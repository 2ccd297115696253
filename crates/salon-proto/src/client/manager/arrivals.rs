//! What arrives from the server, or happens to the transports.

use std::borrow::Cow;
use std::sync::Arc;

use crate::client::error::Failure;
use crate::client::exchange::{Output, Received};
use crate::client::manager::{Cause, Manager};
use crate::client::session;
use crate::engine::{self, Transport};
use crate::error::ProtocolError;
use crate::packet::Packet;
use crate::timer::Instant;

/// Messages.
impl Manager {
    /// A text frame on the WebSocket.
    pub fn handle_text<'a>(&mut self, now: Instant, text: &'a str) -> Received<'a> {
        let Some(session) = &mut self.session else {
            return Received::Nothing;
        };
        let received = session.handle_text(now, text);
        self.handle_received(now, received)
    }

    /// A binary frame on the WebSocket.
    pub fn handle_binary(&mut self, now: Instant, data: Cow<'_, [u8]>) -> Received<'static> {
        match self.session.as_ref().is_some_and(|one| one.handle_binary()) {
            true => self.handle_data(now, data),
            false => Received::Nothing,
        }
    }

    /// A packet of a GET's answer. When all are handed over, call
    /// [`handle_poll_done`](Self::handle_poll_done).
    pub fn handle_packet<'a>(&mut self, now: Instant, packet: engine::Packet<'a>) -> Received<'a> {
        let Some(session) = &mut self.session else {
            return Received::Nothing;
        };
        let received = session.handle_packet(now, packet, Transport::Polling);
        self.handle_received(now, received)
    }

    /// Something in a GET's answer that is no Engine.IO packet.
    pub fn handle_malformed(&mut self, now: Instant) {
        if let Some(session) = &mut self.session {
            let _ = session.handle_malformed(Transport::Polling);
        }
        self.obey_session(now);
    }

    fn handle_received<'a>(
        &mut self,
        now: Instant,
        received: session::Received<'a>,
    ) -> Received<'a> {
        match received {
            session::Received::Text(text) => {
                let packet = self.incoming.text(text);
                return self.handle_decoded(now, packet);
            }
            session::Received::Binary(data) => return self.handle_data(now, data.into()),
            session::Received::Opened => self.handle_opened(now),
            session::Received::Pinged => self.outputs.push_back(Output::Ping),
            session::Received::Nothing => {}
        }
        self.obey_session(now);
        Received::Nothing
    }

    fn handle_data(&mut self, now: Instant, data: Cow<'_, [u8]>) -> Received<'static> {
        let packet = self.incoming.binary(data);
        self.handle_decoded(now, packet)
    }

    fn handle_decoded<'a>(
        &mut self,
        now: Instant,
        packet: Result<Option<Packet<'a>>, ProtocolError>,
    ) -> Received<'a> {
        let received = match packet {
            Ok(Some(packet)) => self.route(now, packet),
            Ok(None) => return Received::Nothing,
            Err(error) => Err(error),
        };
        received.unwrap_or_else(|error| {
            self.handle_broken(now, &error);
            Received::Nothing
        })
    }

    /// The server broke the rules of Socket.IO.
    fn handle_broken(&mut self, now: Instant, error: &ProtocolError) {
        let details = error.to_string().into();
        self.cause = Some(Box::new(Cause::Details(details)));
        if let Some(session) = &mut self.session {
            session.fail();
        }
        self.obey_session(now);
    }

    /// Gives a packet to its socket. One for a namespace that nobody wants means nothing.
    fn route<'a>(
        &mut self,
        now: Instant,
        packet: Packet<'a>,
    ) -> Result<Received<'a>, ProtocolError> {
        let namespace = packet.namespace();
        let found = self.sockets.iter().find(|one| *one.namespace == *namespace);
        let Some(key) = found.map(|socket| socket.key) else {
            return Ok(Received::Nothing);
        };
        let received = self.with_socket(now, key, |socket, wire| {
            match packet {
                Packet::Event(event) => return socket.handle_event(event, wire),
                Packet::Ack(ack) => return Ok(socket.handle_ack(ack, wire)),
                Packet::Connect { data, .. } => socket.handle_connect(data.as_deref(), wire)?,
                Packet::ConnectError { data, .. } => {
                    socket.handle_connect_error(data.as_deref(), wire);
                }
                Packet::Disconnect { .. } => socket.handle_disconnect(wire),
                Packet::Empty { .. } => {}
            }
            Ok(Received::Nothing)
        });
        let received = received.unwrap_or(Ok(Received::Nothing))?;
        if matches!(received, Received::Nothing) {
            self.close_if_unused(now);
        }
        Ok(received)
    }
}

/// Requests and streams.
impl Manager {
    /// The answer to the GET has been handed over as a whole.
    pub fn handle_poll_done(&mut self, now: Instant) {
        if let Some(session) = &mut self.session {
            session.handle_poll_done();
        }
        self.obey_session(now);
    }

    /// The answer to the POST has come.
    pub fn handle_post_done(&mut self, now: Instant) {
        if let Some(session) = &mut self.session {
            session.handle_post_done();
        }
        self.obey_session(now);
    }

    /// A request failed, or the WebSocket could not be opened or broke. `details` says how.
    pub fn handle_lost(
        &mut self,
        now: Instant,
        failure: Failure,
        details: Option<impl Into<Arc<str>>>,
    ) {
        self.abort(now, failure, details.map(Into::into));
    }

    /// The server closed the WebSocket. `details` says how.
    pub fn handle_close_frame(&mut self, now: Instant, details: Option<impl Into<Arc<str>>>) {
        if let Some(details) = details {
            self.cause = Some(Box::new(Cause::Details(details.into())));
        }
        if let Some(session) = &mut self.session {
            session.handle_close_frame();
        }
        self.obey_session(now);
    }

    /// The candidate's WebSocket is open.
    pub fn handle_candidate_open(&mut self, now: Instant) {
        if let Some(session) = &mut self.session {
            session.handle_candidate_open();
        }
        self.obey_session(now);
    }

    /// A text frame on the candidate.
    pub fn handle_candidate_text(&mut self, now: Instant, text: &str) {
        if let Some(session) = &mut self.session {
            session.handle_candidate_text(text);
        }
        self.obey_session(now);
    }

    /// The candidate is gone, or sent something else than text.
    pub fn handle_candidate_lost(&mut self, now: Instant) {
        if let Some(session) = &mut self.session {
            session.handle_candidate_lost();
        }
        self.obey_session(now);
    }
}
