//! What arrives from the server: packets, the ends of requests and of streams, and time.

use super::{Output, PONG, Received, Session, State, Upgrade};
use crate::client::{Handshake, Message};
use crate::engine::{Packet, Transport};
use crate::reason::CloseReason;
use crate::timer::Instant;

impl Session {
    /// A text frame on the WebSocket.
    pub fn handle_text<'a>(&mut self, now: Instant, text: &'a str) -> Received<'a> {
        match Packet::decode(text) {
            Ok(packet) => self.handle_packet(now, packet, Transport::WebSocket),
            Err(_) => self.handle_malformed(Transport::WebSocket),
        }
    }

    /// A binary frame on the WebSocket. `false`: it comes too late to be a message.
    #[must_use]
    pub fn handle_binary(&self) -> bool {
        self.is_open() && self.transport == Transport::WebSocket
    }

    /// A packet that came over `via`. One over a transport that the session has left, or after
    /// its end, means nothing.
    pub fn handle_packet<'a>(
        &mut self,
        now: Instant,
        packet: Packet<'a>,
        via: Transport,
    ) -> Received<'a> {
        if self.is_over() || via != self.transport {
            return Received::Nothing;
        }
        match (self.state, packet) {
            (State::Opening, Packet::Open(data)) => return self.handle_open(now, data),
            (_, Packet::Close) => self.finish(CloseReason::TransportClose),
            (State::Open, Packet::Message(text)) => return Received::Text(text),
            (State::Open, Packet::Binary(data)) => return Received::Binary(data),
            (State::Open, Packet::Ping(_)) => return self.handle_ping(now),
            // Anything else before the session is open is no Engine.IO server.
            (State::Opening, _) => self.finish(CloseReason::TransportError),
            _ => {}
        }
        Received::Nothing
    }

    /// Something that is no Engine.IO packet. It is a transport error, as in JavaScript's client.
    pub fn handle_malformed(&mut self, via: Transport) -> Received<'static> {
        if !self.is_over() && via == self.transport {
            self.finish(CloseReason::TransportError);
        }
        Received::Nothing
    }

    /// The answer to the GET has been handed over as a whole.
    pub fn handle_poll_done(&mut self) {
        self.poll_running = false;
        self.poll_again();
        self.switch_if_quiet();
    }

    /// The answer to the POST has come.
    pub fn handle_post_done(&mut self) {
        self.post_running = false;
        self.flush();
        self.switch_if_quiet();
    }

    /// A GET or POST failed, or the WebSocket broke.
    pub fn handle_lost(&mut self) {
        self.finish(CloseReason::TransportError);
    }

    /// The server closed the WebSocket.
    pub fn handle_close_frame(&mut self) {
        self.finish(CloseReason::TransportClose);
    }

    /// The candidate's WebSocket is open.
    pub fn handle_candidate_open(&mut self) {
        if self.upgrade == Upgrade::Opening {
            self.upgrade = Upgrade::Probing;
            self.outputs.push_back(Output::WriteCandidate("2probe"));
        }
    }

    /// A text frame on the candidate.
    pub fn handle_candidate_text(&mut self, text: &str) {
        if self.upgrade != Upgrade::Probing || text != "3probe" {
            return self.handle_candidate_lost();
        }
        self.upgrade = Upgrade::Pausing;
        self.switch_if_quiet();
    }

    /// The candidate is gone, or sent something else than text.
    pub fn handle_candidate_lost(&mut self) {
        if !matches!(self.upgrade, Upgrade::Wanted | Upgrade::Done) {
            self.outputs.push_back(Output::DropCandidate);
        }
        self.upgrade = Upgrade::Done;
        self.poll_again();
        self.flush();
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        let is_silent = self.ping_by.is_some_and(|by| now >= by);
        match self.state {
            State::Closing { gives_up_at, .. } if now >= gives_up_at => {
                self.finish(CloseReason::ForcedClose);
            }
            State::Open if is_silent => self.finish(CloseReason::PingTimeout),
            _ => {}
        }
    }

    fn handle_open(&mut self, now: Instant, data: &str) -> Received<'static> {
        let Ok(handshake) = Handshake::parse(data) else {
            return self.handle_malformed(self.transport);
        };
        let is_offered = handshake.offers(Transport::WebSocket);
        self.handshake = Some(handshake);
        self.state = State::Open;
        self.expect_ping(now);
        match self.upgrade {
            Upgrade::Wanted if is_offered => {
                self.upgrade = Upgrade::Opening;
                self.outputs.push_back(Output::OpenCandidate);
            }
            _ => self.upgrade = Upgrade::Done,
        }
        Received::Opened
    }

    fn handle_ping(&mut self, now: Instant) -> Received<'static> {
        self.expect_ping(now);
        // A server that pings and does not read must not fill the queue.
        if !self.outgoing.ends_with(PONG.as_bytes()) {
            let pong = Message::Text(PONG.into());
            self.outgoing.push_message(pong);
        }
        Received::Pinged
    }

    /// Only pings count: a server that sends data but no pings is not asked for pongs, and would
    /// cut us.
    fn expect_ping(&mut self, now: Instant) {
        let patience = |one: &Handshake| one.ping_interval.saturating_add(one.ping_timeout);
        self.ping_by = self.handshake.as_ref().map(|one| now + patience(one));
    }
}
