//! Several packets in one HTTP body, separated by the record separator.

use crate::engine::packet::Packet;
use crate::error::ProtocolError;

/// Stands between two packets (U+001E). JSON escapes it, so no text contains it.
pub const SEPARATOR: u8 = 0x1e;

/// Collects a request's body, in whatever chunks it comes, up to a limit.
///
/// A chunk's border says nothing about packets: only [`finish`](Self::finish) knows
/// that the body is whole.
///
/// ```
/// use salon_proto::engine::payload::PayloadDecoder;
/// use salon_proto::engine::Packet;
///
/// let mut decoder = PayloadDecoder::new(100);
/// decoder.push(b"4a\x1e")?;
/// decoder.push(b"4b")?;
/// let payload = decoder.finish()?;
/// let packets: Vec<_> = payload.packets().collect::<Result<_, _>>()?;
/// assert_eq!(packets, [Packet::Message("a"), Packet::Message("b")]);
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
    /// When it is not UTF-8.
    pub fn finish(self) -> Result<Payload, ProtocolError> {
        String::from_utf8(self.body)
            .map(Payload)
            .map_err(|_| ProtocolError::new("payload is not UTF-8"))
    }
}

/// A whole HTTP body.
#[derive(Debug)]
pub struct Payload(String);

impl Payload {
    /// The packets in order. The first error ends the sequence.
    pub fn packets(&self) -> impl Iterator<Item = Result<Packet<'_>, ProtocolError>> {
        let mut failed = false;
        self.0.split(char::from(SEPARATOR)).map_while(move |text| {
            let packet = (!failed).then(|| Packet::decode(text))?;
            failed = packet.is_err();
            Some(packet)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(chunks: &[&[u8]]) -> Vec<Result<Packet<'static>, ()>> {
        let mut decoder = PayloadDecoder::new(1_000);
        for chunk in chunks {
            decoder.push(chunk).unwrap();
        }
        let payload: &'static Payload = Box::leak(Box::new(decoder.finish().unwrap()));
        payload.packets().map(|one| one.map_err(|_| ())).collect()
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
        assert_eq!(packets, [Ok(Packet::Message("a")), Err(())]);
    }

    #[test]
    fn empty_pieces_are_errors() {
        assert_eq!(decode(&[b""]), [Err(())]);
        assert_eq!(decode(&[b"4a\x1e"]), [Ok(Packet::Message("a")), Err(())]);
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
        assert!(decoder.finish().is_err());
    }
}
