//! What waits to go out to one session.

mod queue;

use std::io::IoSlice;

use crate::encoded::Encoded;
use crate::engine::payload::PollBody;
use crate::engine::{Dialect, Protocol};

pub(crate) use queue::Queue;

/// A queue of packets with a count of their bytes.
///
/// The queue itself does not refuse anything: who may still add to it is the
/// session's [overflow policy](crate::engine::Overflow), since control packets are exempt.
#[derive(Debug, Default)]
pub struct Outbox {
    /// What its client speaks on a WebSocket.
    protocol: Protocol,
    queue: Queue,
    /// Bytes of all packets in the queue, as WebSocket frames.
    bytes: usize,
    /// Bytes of the first packet that a WebSocket has already taken.
    written: usize,
}

impl Outbox {
    /// An empty queue for a client of this protocol.
    #[must_use]
    pub fn new(protocol: Protocol) -> Self {
        Self {
            protocol,
            ..Self::default()
        }
    }

    /// Appends a packet.
    pub fn push(&mut self, packet: Encoded) {
        let length = self.len_of(&packet);
        self.push_sized(packet, length);
    }

    /// Appends a packet whose [length](Self::len_of) is known.
    pub(crate) fn push_sized(&mut self, packet: Encoded, length: usize) {
        self.bytes = self.bytes.saturating_add(length);
        self.queue.push(packet);
    }

    /// Bytes that wait, as WebSocket frames.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes.saturating_sub(self.written)
    }

    /// Packets that wait, in whole or in part.
    #[must_use]
    pub fn packets(&self) -> usize {
        self.queue.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::new(self.protocol);
    }

    /// Bytes of a packet on this client's WebSocket.
    #[must_use]
    pub fn len_of(&self, packet: &Encoded) -> usize {
        packet.wire_len(self.protocol)
    }

    /// What to write next if it is in one piece, as a single event is.
    #[must_use]
    pub fn lone_piece(&self) -> Option<&[u8]> {
        self.queue.lone()?.lone_frame()?.get(self.written..)
    }

    /// Appends all that waits to `buffer`, for a single plain write.
    pub fn gather(&self, buffer: &mut Vec<u8>) {
        let start = buffer.len();
        for packet in self.queue.iter() {
            match packet.lone_frame() {
                Some(frame) => buffer.extend_from_slice(frame),
                None => packet
                    .frames(self.protocol)
                    .for_each(|piece| buffer.extend_from_slice(piece)),
            }
        }
        let written = self.written.min(buffer.len().saturating_sub(start));
        buffer.drain(start..start.saturating_add(written));
    }

    /// Fills `slices` with what to write next and returns how many were filled.
    pub fn fill_slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let places = slices.iter_mut().zip(self.pieces());
        places
            .map(|(slot, piece)| *slot = IoSlice::new(piece))
            .count()
    }

    /// What waits, piece by piece, none of which is empty.
    fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let frames = self.queue.iter().flat_map(|one| one.frames(self.protocol));
        let unwritten = frames.scan(self.written, |skip, piece| {
            let rest = piece.get(*skip..).unwrap_or_default();
            *skip = skip.saturating_sub(piece.len());
            Some(rest)
        });
        unwritten.filter(|piece| !piece.is_empty())
    }

    /// Takes note that a WebSocket has taken the next `count` bytes.
    pub fn advance(&mut self, count: usize) {
        self.written = self.written.saturating_add(count);
        if self.written >= self.bytes {
            // All of it, which is the usual case.
            return self.clear();
        }
        while let Some(first) = self.queue.front() {
            let length = self.len_of(first);
            if self.written < length {
                break;
            }
            self.written -= length;
            self.bytes = self.bytes.saturating_sub(length);
            self.queue.pop();
        }
    }

    /// Takes everything as the body of one HTTP response; `None` when nothing waits.
    pub fn take_payload(&mut self, dialect: &Dialect) -> Option<PollBody> {
        let body = PollBody::of(&self.queue, self.bytes, dialect);
        self.clear();
        body
    }

    /// The packets that wait, none of which may have been written in part.
    pub(crate) fn into_packets(self) -> impl Iterator<Item = Encoded> {
        self.queue.into_packets()
    }

    /// Takes the first packet as the body of one HTTP response.
    pub fn take_first(&mut self, dialect: &Dialect) -> Option<PollBody> {
        let first = self.queue.pop()?;
        self.bytes = self.bytes.saturating_sub(self.len_of(&first));
        let mut alone = Self::new(self.protocol);
        alone.push(first);
        alone.take_payload(dialect)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn packet(text: &str) -> Encoded {
        Encoded::text(|out| out.extend_from_slice(text.as_bytes()))
    }

    fn binary(text: &str, data: &'static [u8]) -> Encoded {
        let fill = |out: &mut Vec<u8>| out.extend_from_slice(text.as_bytes());
        Encoded::with_attachments(fill, vec![Bytes::from_static(data)])
    }

    fn pending(outbox: &Outbox) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); 16];
        let filled = outbox.fill_slices(&mut slices);
        slices[..filled].iter().flat_map(|s| s.to_vec()).collect()
    }

    #[test]
    fn a_websocket_may_take_any_number_of_bytes_at_a_time() {
        let whole = {
            let mut outbox = Outbox::default();
            outbox.push(packet("4a"));
            outbox.push(binary("451-b", b"xyz"));
            outbox.push(packet("4c"));
            pending(&outbox)
        };
        for step in 1..=whole.len() {
            let mut outbox = Outbox::default();
            outbox.push(packet("4a"));
            outbox.push(binary("451-b", b"xyz"));
            outbox.push(packet("4c"));
            let mut seen = Vec::new();
            while !outbox.is_empty() {
                assert_eq!(outbox.bytes(), whole.len() - seen.len());
                let next = pending(&outbox);
                let mut gathered = Vec::new();
                outbox.gather(&mut gathered);
                assert_eq!(gathered, next);
                let is_lone = outbox.packets() == 1;
                assert_eq!(outbox.lone_piece(), is_lone.then_some(&*next));
                let count = step.min(next.len());
                seen.extend_from_slice(&next[..count]);
                outbox.advance(count);
            }
            assert_eq!(seen, whole, "in steps of {step}");
            assert_eq!(outbox.bytes(), 0);
        }
    }

    #[test]
    fn a_poll_takes_all_at_once() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.take_payload(&Dialect::default()), None);
        outbox.push(packet("4a"));
        assert_eq!(
            outbox.take_payload(&Dialect::default()).unwrap().bytes,
            &b"4a"[..]
        );
        outbox.push(packet("4a"));
        outbox.push(binary("451-b", b"xyz"));
        let expected = &b"4a\x1e451-b\x1ebeHl6"[..];
        assert_eq!(
            outbox.take_payload(&Dialect::default()).unwrap().bytes,
            expected
        );
        assert!(outbox.is_empty());
    }

    #[test]
    fn a_body_may_be_compressed_if_any_of_its_packets_may() {
        for (packets, may_compress) in [
            (vec![packet("4a")], true),
            (vec![packet("4a").without_compression()], false),
            (vec![packet("4a").without_compression(), packet("4b")], true),
            (vec![packet("4a").without_compression(); 2], false),
        ] {
            let mut outbox = Outbox::default();
            packets.into_iter().for_each(|one| outbox.push(one));
            assert_eq!(
                outbox
                    .take_payload(&Dialect::default())
                    .unwrap()
                    .may_compress,
                may_compress
            );
        }
    }

    #[test]
    fn the_first_packet_may_go_alone() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.take_first(&Dialect::default()), None);
        outbox.push(packet("0{}"));
        outbox.push(packet("4a"));
        let first = outbox.take_first(&Dialect::default()).unwrap();
        assert_eq!(first.bytes, &b"0{}"[..]);
        assert_eq!((outbox.packets(), outbox.bytes()), (1, 4));
        let rest = outbox.take_payload(&Dialect::default()).unwrap();
        assert_eq!(rest.bytes, &b"4a"[..]);
    }

    #[test]
    fn bytes_are_those_of_the_client_s_protocol() {
        let mut outbox = Outbox::new(Protocol::V3);
        outbox.push(binary("451-b", b"xyz"));
        assert_eq!(pending(&outbox), b"\x81\x05451-b\x82\x04\x04xyz");
        assert_eq!(outbox.bytes(), 13);
        outbox.advance(13);
        assert!(outbox.is_empty());
        outbox.push(binary("451-b", b"xyz"));
        assert_eq!(outbox.bytes(), 13, "it remembers its protocol");
    }

    #[test]
    fn more_pieces_than_slices_go_in_several_turns() {
        let mut outbox = Outbox::default();
        for _ in 0..5 {
            outbox.push(packet("4a"));
        }
        let mut slices = [IoSlice::new(&[]); 2];
        assert_eq!(outbox.fill_slices(&mut slices), 2);
    }
}
