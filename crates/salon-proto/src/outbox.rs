//! What waits to go out to one session.

use std::collections::{VecDeque, vec_deque};
use std::io::IoSlice;

use crate::encoded::Encoded;
use crate::engine::payload::PollBody;
use crate::engine::{Dialect, Protocol};

/// A queue of packets with a count of their bytes.
///
/// The queue itself does not refuse anything: who may still add to it is the
/// session's [overflow policy](crate::engine::Overflow), since control packets are exempt.
#[derive(Debug, Default)]
pub struct Outbox {
    /// What its client speaks on a WebSocket.
    protocol: Protocol,
    queue: VecDeque<Encoded>,
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
        self.queue.push_back(packet);
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
    pub fn is_empty(&self) -> bool {
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

    /// Fills `slices` with what to write next and returns how many were filled.
    pub fn fill_slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut skip = self.written;
        let mut filled = 0;
        let pieces = self.queue.iter().flat_map(|one| one.frames(self.protocol));
        for piece in pieces {
            let rest = piece.get(skip..).unwrap_or_default();
            skip = skip.saturating_sub(piece.len());
            if rest.is_empty() {
                continue;
            }
            let Some(slot) = slices.get_mut(filled) else {
                break;
            };
            *slot = IoSlice::new(rest);
            filled += 1;
        }
        filled
    }

    /// Takes note that a WebSocket has taken the next `count` bytes.
    pub fn advance(&mut self, count: usize) {
        self.written = self.written.saturating_add(count);
        while let Some(first) = self.queue.front() {
            let length = self.len_of(first);
            if self.written < length {
                break;
            }
            self.written -= length;
            self.bytes = self.bytes.saturating_sub(length);
            self.queue.pop_front();
        }
        self.release_when_empty();
    }

    /// Takes everything as the body of one HTTP response; `None` when nothing waits.
    pub fn take_payload(&mut self, dialect: &Dialect) -> Option<PollBody> {
        let body = PollBody::of(&self.queue, self.bytes, dialect);
        self.clear();
        body
    }

    /// Takes the first packet as the body of one HTTP response.
    pub fn take_first(&mut self, dialect: &Dialect) -> Option<PollBody> {
        let first = self.queue.pop_front()?;
        self.bytes = self.bytes.saturating_sub(self.len_of(&first));
        self.release_when_empty();
        let mut alone = Self::new(self.protocol);
        alone.push(first);
        alone.take_payload(dialect)
    }

    /// An idle session holds no queue at all.
    fn release_when_empty(&mut self) {
        if self.queue.is_empty() {
            self.clear();
        }
    }
}

/// The packets that wait, none of which may have been written in part.
impl IntoIterator for Outbox {
    type Item = Encoded;
    type IntoIter = vec_deque::IntoIter<Encoded>;

    fn into_iter(self) -> Self::IntoIter {
        self.queue.into_iter()
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
