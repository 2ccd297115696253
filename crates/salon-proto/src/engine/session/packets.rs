//! Packets that arrive, over either transport.

use std::borrow::Cow;

use super::Session;
use crate::encoded::Encoded;
use crate::engine::fault::Fault;
use crate::engine::packet::{MESSAGE, Packet};
use crate::engine::{Protocol, Received, Transport};
use crate::error::ProtocolError;
use crate::reason::CloseReason;
use crate::timer::Instant;

impl Session {
    /// A text frame on the WebSocket.
    pub fn handle_text<'a>(&mut self, now: Instant, text: &'a str) -> Received<'a> {
        match self.decode(text) {
            // Node ignores a close packet here: only closing the WebSocket ends it.
            Ok(Packet::Close) => Received::Nothing,
            Ok(packet) => self.handle_packet(now, packet, Transport::WebSocket),
            Err(_) => self.handle_malformed_from(Transport::WebSocket),
        }
    }

    /// A binary frame on the WebSocket. Returns the message that it is; `None`: it is none, or
    /// comes too late.
    pub fn handle_binary<'a>(
        &mut self,
        now: Instant,
        data: Cow<'a, [u8]>,
    ) -> Option<Cow<'a, [u8]>> {
        self.heartbeat.handle_packet(now, &self.timing);
        match self.dialect.protocol {
            Protocol::V4 => Some(data),
            Protocol::V3 => self.handle_typed(now, data),
        }
        .filter(|_| self.is_open() && self.transport == Transport::WebSocket)
    }

    /// A binary frame of protocol 3: its first byte is the type of the packet.
    fn handle_typed<'a>(&mut self, now: Instant, data: Cow<'a, [u8]>) -> Option<Cow<'a, [u8]>> {
        if data.first() == Some(&MESSAGE) {
            return Some(without_first(data));
        }
        match Packet::decode_bytes(&data) {
            Packet::Close => {}
            packet => drop(self.handle_packet(now, packet, Transport::WebSocket)),
        }
        None
    }

    pub(super) fn decode<'a>(&self, text: &'a str) -> Result<Packet<'a>, ProtocolError> {
        Packet::decode_as(self.dialect.protocol, text)
    }

    /// A packet that came over `via`. One that comes over a transport that the session
    /// has left, or after its end, means nothing.
    pub fn handle_packet<'a>(
        &mut self,
        now: Instant,
        packet: Packet<'a>,
        via: Transport,
    ) -> Received<'a> {
        if !self.is_open() || via != self.transport {
            // A client that says goodbye need not be waited for.
            if via == self.transport && matches!(packet, Packet::Close) {
                self.finish(CloseReason::TransportClose);
            }
            return Received::Nothing;
        }
        if !matches!(packet, Packet::Pong(_)) {
            self.heartbeat.handle_packet(now, &self.timing);
        }
        match packet {
            Packet::Message(text) => return Received::Text(text),
            Packet::Binary(data) => return Received::Binary(data),
            Packet::Pong(_) if self.heartbeat.handle_pong(now, &self.timing) => {}
            Packet::Ping(_) if self.heartbeat.handle_ping(now, &self.timing) => {
                // Within the limits: a client may ping and never read.
                let _ = self.send(Encoded::PONG, false);
            }
            // Since protocol 4 it is the server who pings.
            Packet::Ping(_) | Packet::Pong(_) => {
                self.blame(Fault::Heartbeat);
                self.fail(CloseReason::TransportError);
            }
            Packet::Close => self.finish(CloseReason::TransportClose),
            Packet::Open(_) | Packet::Upgrade | Packet::Noop => {}
        }
        Received::Nothing
    }

    /// Something in a POST that is no Engine.IO packet. Like a packet, it means nothing
    /// once the session has left polling or is ending.
    pub fn handle_malformed(&mut self) -> Received<'static> {
        self.handle_malformed_from(Transport::Polling)
    }

    fn handle_malformed_from(&mut self, via: Transport) -> Received<'static> {
        if self.is_open() && via == self.transport {
            self.fail(CloseReason::ParseError);
        }
        Received::Nothing
    }
}

fn without_first(data: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match data {
        Cow::Borrowed(data) => Cow::Borrowed(data.get(1..).unwrap_or_default()),
        Cow::Owned(mut data) => {
            data.drain(..data.len().min(1));
            Cow::Owned(data)
        }
    }
}
