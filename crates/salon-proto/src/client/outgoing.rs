//! What a client has to send.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::encoded::{Encoded, Text};
use crate::engine::payload::SEPARATOR;

/// Room for so many packets is kept between two bursts.
const KEPT_ROOM: usize = 32;

/// One Engine.IO packet to send: a frame on a WebSocket, a piece of a payload on polling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// UTF-8 with the packet's type digit.
    Text(Text),
    /// The data of a message. It has no type digit.
    Binary(Bytes),
}

impl Message {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text,
            Self::Binary(data) => data,
        }
    }

    /// Bytes that it takes in a payload.
    fn payload_len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            // `b`, and four characters for three bytes.
            Self::Binary(data) => data.len().div_ceil(3).saturating_mul(4).saturating_add(1),
        }
    }

    fn append_to(&self, payload: &mut Vec<u8>) {
        match self {
            Self::Text(text) => payload.extend_from_slice(text),
            Self::Binary(data) => {
                payload.push(b'b');
                payload.extend_from_slice(STANDARD.encode(data).as_bytes());
            }
        }
    }
}

/// A queue of packets with a count of their bytes. Who may add to it is for the session to say.
#[derive(Debug, Default)]
pub struct Outgoing {
    queue: VecDeque<Message>,
    bytes: usize,
}

impl Outgoing {
    /// Appends a packet and its attachments.
    pub fn push(&mut self, packet: &Encoded) {
        packet
            .messages()
            .for_each(|message| self.push_message(message));
    }

    /// Appends one Engine.IO packet.
    pub fn push_message(&mut self, message: Message) {
        self.bytes = self.bytes.saturating_add(message.bytes().len());
        // Most clients send one at a time, and the room for it stays.
        if self.queue.capacity() == 0 {
            self.queue.reserve_exact(1);
        }
        self.queue.push_back(message);
    }

    /// Bytes of all that waits.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many packets wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether this text is the last that waits.
    pub(super) fn ends_with(&self, text: &[u8]) -> bool {
        let last = self.queue.back();
        matches!(last, Some(Message::Text(last)) if **last == *text)
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Takes the first packet, for a WebSocket.
    pub fn pop(&mut self) -> Option<Message> {
        let message = self.queue.pop_front()?;
        self.bytes = self.bytes.saturating_sub(message.bytes().len());
        if self.queue.is_empty() && self.queue.capacity() > KEPT_ROOM {
            self.queue = VecDeque::new();
        }
        Some(message)
    }

    /// Takes the body of one post: as many packets as fit into `max_payload`, and at least one,
    /// since a packet cannot be split. `None` when nothing waits.
    pub fn take_payload(&mut self, max_payload: Option<usize>) -> Option<Bytes> {
        let mut payload = Vec::new();
        self.pop()?.append_to(&mut payload);
        while let Some(next) = self.queue.front() {
            let length = payload
                .len()
                .saturating_add(1)
                .saturating_add(next.payload_len());
            if max_payload.is_some_and(|max| length > max) {
                break;
            }
            payload.push(SEPARATOR);
            if let Some(next) = self.pop() {
                next.append_to(&mut payload);
            }
        }
        Some(Bytes::from(payload))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &'static str) -> Message {
        Message::Text(text.into())
    }

    fn of(messages: impl IntoIterator<Item = Message>) -> Outgoing {
        let mut outgoing = Outgoing::default();
        messages
            .into_iter()
            .for_each(|one| outgoing.push_message(one));
        outgoing
    }

    #[test]
    fn a_post_takes_what_fits_and_at_least_one_packet() {
        let mut outgoing = of([text("4abc"), text("4d"), text("4efghijk"), text("4l")]);
        assert_eq!(outgoing.bytes(), 16);
        assert_eq!(outgoing.take_payload(Some(7)).unwrap(), "4abc\x1e4d");
        assert_eq!(outgoing.take_payload(Some(7)).unwrap(), "4efghijk");
        assert_eq!(outgoing.take_payload(Some(7)).unwrap(), "4l");
        assert_eq!(outgoing.take_payload(Some(7)), None);
        assert_eq!(outgoing.bytes(), 0);
    }

    #[test]
    fn the_length_of_base64_counts() {
        for length in 0..7 {
            let binary = Message::Binary(Bytes::from(vec![0; length]));
            let mut payload = Vec::new();
            binary.append_to(&mut payload);
            assert_eq!(payload.len(), binary.payload_len());
        }
    }

    #[test]
    fn a_packet_and_its_attachments_keep_their_order() {
        let packet = Encoded::with_attachments(
            |out| out.extend_from_slice(b"452-[]"),
            vec![Bytes::from_static(b"\x01"), Bytes::from_static(b"\x02")],
        );
        let mut outgoing = Outgoing::default();
        outgoing.push(&packet);
        assert_eq!(
            outgoing.take_payload(None).unwrap(),
            "452-[]\x1ebAQ==\x1ebAg=="
        );
        outgoing.push(&packet);
        assert_eq!(outgoing.pop(), Some(text("452-[]")));
        assert_eq!(
            outgoing.pop(),
            Some(Message::Binary(Bytes::from_static(b"\x01")))
        );
    }
}
