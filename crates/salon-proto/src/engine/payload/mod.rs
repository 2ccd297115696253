//! Several packets in one HTTP body: separated by the record separator in protocol 4, each with
//! its length before it in protocol 3.

mod answer;
mod v3;

use crate::engine::Protocol;
use crate::engine::jsonp;
use crate::engine::packet::Packet;
use crate::error::ProtocolError;

pub use answer::PollBody;

/// Stands between two packets (U+001E). JSON escapes it, so no text contains it.
pub const SEPARATOR: u8 = 0x1e;

/// How a body holds packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Text, in which binary data is base64.
    Text(Protocol),
    /// Protocol 3 with binary data as it is.
    Bytes,
    /// A form with such a text, as JSONP posts it.
    Form(Protocol),
}

/// Collects a request's body, in whatever chunks it comes, up to a limit.
///
/// A chunk's border says nothing about packets: only [`finish`](Self::finish) knows
/// that the body is whole.
///
/// ```
/// use salon_proto::engine::payload::{Encoding, PayloadDecoder};
/// use salon_proto::engine::{Packet, Protocol};
///
/// let mut decoder = PayloadDecoder::new(100);
/// decoder.push(b"4a\x1e")?;
/// decoder.push(b"4b")?;
/// let mut payload = decoder.finish(Encoding::Text(Protocol::V4))?;
/// assert_eq!(payload.next_packet(), Some(Ok(Packet::Message("a"))));
/// assert_eq!(payload.next_packet(), Some(Ok(Packet::Message("b"))));
/// assert_eq!(payload.next_packet(), None);
/// # Ok::<(), salon_proto::ProtocolError>(())
/// ```
#[derive(Debug)]
pub struct PayloadDecoder {
    body: Vec<u8>,
    limit: usize,
}

impl PayloadDecoder {
    /// Starts a body of at most `limit` bytes.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            body: Vec::new(),
            limit,
        }
    }

    /// Takes the next chunk.
    ///
    /// # Errors
    /// When the body exceeds the limit; what was collected is dropped at once.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), ProtocolError> {
        if self.body.len().saturating_add(chunk.len()) > self.limit {
            self.body = Vec::new();
            return Err(ProtocolError::new("payload exceeds the size limit"));
        }
        self.body.extend_from_slice(chunk);
        Ok(())
    }

    /// The body is whole.
    ///
    /// # Errors
    /// When it is text and not UTF-8.
    pub fn finish(self, encoding: Encoding) -> Result<Payload, ProtocolError> {
        match encoding {
            Encoding::Bytes => Ok(Payload::new(Body::Bytes(self.body))),
            Encoding::Text(protocol) => Ok(Payload::new(Body::text(self.body, protocol)?)),
            Encoding::Form(protocol) => Ok(match jsonp::payload_of_form(&self.body)? {
                Some(text) => Payload::new(Body::Text(text, protocol)),
                None => Payload::empty(),
            }),
        }
    }
}

/// A whole HTTP body, taken packet by packet, so that its reader may pause in between.
#[derive(Debug)]
pub struct Payload {
    body: Body,
    /// Where the next packet begins; `None` after the last one.
    next: Option<usize>,
}

#[derive(Debug)]
enum Body {
    Text(String, Protocol),
    Bytes(Vec<u8>),
}

impl Body {
    fn text(body: Vec<u8>, protocol: Protocol) -> Result<Self, ProtocolError> {
        String::from_utf8(body)
            .map(|text| Self::Text(text, protocol))
            .map_err(|_| ProtocolError::new("payload is not UTF-8"))
    }
}

impl Payload {
    const fn new(body: Body) -> Self {
        Self {
            body,
            next: Some(0),
        }
    }

    const fn empty() -> Self {
        Self {
            body: Body::Bytes(Vec::new()),
            next: None,
        }
    }

    /// Whether the last packet has been taken.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.next.is_none()
    }

    /// The next packet. The first error is also the last packet.
    pub fn next_packet(&mut self) -> Option<Result<Packet<'_>, ProtocolError>> {
        let start = self.next.take()?;
        let taken = match &self.body {
            Body::Text(text, Protocol::V4) => take_separated(text, start).map(Some),
            Body::Text(text, Protocol::V3) => v3::take_text(text, start),
            Body::Bytes(bytes) => v3::take_bytes(bytes, start),
        };
        match taken.transpose()? {
            Ok(Taken { packet, next }) => {
                self.next = next;
                Some(Ok(packet))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// A packet of a body, and where the next one begins, if there is more.
pub(crate) struct Taken<'a> {
    pub(crate) packet: Packet<'a>,
    pub(crate) next: Option<usize>,
}

fn take_separated(body: &str, start: usize) -> Result<Taken<'_>, ProtocolError> {
    let rest = body.get(start..).unwrap_or_default();
    let (text, has_more) = match rest.split_once(char::from(SEPARATOR)) {
        Some((text, _)) => (text, true),
        None => (rest, false),
    };
    let after = start.saturating_add(text.len()).saturating_add(1);
    Ok(Taken {
        packet: Packet::decode(text)?,
        next: has_more.then_some(after),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each packet as its debug text, since a packet borrows from its payload.
    fn decode(chunks: &[&[u8]]) -> Vec<String> {
        let mut decoder = PayloadDecoder::new(1_000);
        for chunk in chunks {
            decoder.push(chunk).unwrap();
        }
        let mut payload = decoder.finish(Encoding::Text(Protocol::V4)).unwrap();
        let mut packets = Vec::new();
        while let Some(packet) = payload.next_packet() {
            packets.push(packet.map_or_else(|_| "error".into(), |one| format!("{one:?}")));
        }
        assert!(payload.is_finished());
        packets
    }

    #[test]
    fn any_chunking_gives_the_same_packets() {
        let body = "4héllo\u{1e}2\u{1e}bAQI=\u{1e}4€".as_bytes();
        let whole = decode(&[body]);
        assert_eq!(whole.len(), 4);
        for split in 0..=body.len() {
            let (left, right) = body.split_at(split);
            assert_eq!(decode(&[left, right]), whole, "split at {split}");
        }
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(decode(&bytes), whole);
    }

    #[test]
    fn nothing_follows_the_first_error() {
        let packets = decode(&[b"4a\x1e9\x1e4b"]);
        assert_eq!(packets, [r#"Message("a")"#, "error"]);
    }

    #[test]
    fn empty_pieces_are_errors() {
        assert_eq!(decode(&[b""]), ["error"]);
        assert_eq!(decode(&[b"4a\x1e"]), [r#"Message("a")"#, "error"]);
    }

    #[test]
    fn a_body_over_the_limit_is_refused_and_forgotten() {
        let mut decoder = PayloadDecoder::new(4);
        assert!(decoder.push(b"4abc").is_ok());
        assert!(decoder.push(b"d").is_err());
        assert!(decoder.body.capacity() == 0);
    }

    #[test]
    fn a_body_must_be_utf8() {
        let mut decoder = PayloadDecoder::new(10);
        decoder.push(b"4\xff").unwrap();
        assert!(decoder.finish(Encoding::Text(Protocol::V4)).is_err());
    }
}
