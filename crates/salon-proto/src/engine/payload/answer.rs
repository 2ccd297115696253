//! The body of the answer to a poll.

use bytes::Bytes;

use super::{SEPARATOR, v3};
use crate::encoded::Encoded;
use crate::engine::{Dialect, Protocol};
use crate::outbox::Queue;

/// The body of one HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollBody {
    /// The payload.
    pub bytes: Bytes,
    /// Whether it is bytes and not text, which decides its content type.
    pub is_binary: bool,
    /// Whether any of its packets [may be compressed](Encoded::may_compress), and so the body.
    pub may_compress: bool,
}

impl PollBody {
    /// Writes packets as one body; `None` when none of them is for polling. `size` is a guess at
    /// its bytes.
    pub(crate) fn of(packets: &Queue, size: usize, dialect: &Dialect) -> Option<Self> {
        let has_bytes = packets.iter().any(Encoded::has_attachments);
        let is_binary = has_bytes && dialect.takes_bytes();
        let bytes = match lone(packets, dialect) {
            Some(bytes) => bytes,
            None => write(packets, size, dialect, is_binary)?,
        };
        Some(Self {
            bytes,
            is_binary,
            may_compress: packets.iter().any(Encoded::may_compress),
        })
    }
}

/// The body of a single packet, where that is the packet itself.
fn lone(packets: &Queue, dialect: &Dialect) -> Option<Bytes> {
    let is_plain = dialect.protocol == Protocol::V4 && dialect.callback.is_none();
    let packet = packets.lone().filter(|_| is_plain)?;
    packet.as_lone_payload()
}

fn write(packets: &Queue, size: usize, dialect: &Dialect, is_binary: bool) -> Option<Bytes> {
    let mut body = Vec::with_capacity(size);
    for packet in packets.iter() {
        match dialect.protocol {
            Protocol::V4 => packet.append_to_payload(SEPARATOR, &mut body),
            Protocol::V3 if is_binary => v3::append_as_bytes(packet, &mut body),
            Protocol::V3 => v3::append_as_text(packet, &mut body),
        }
    }
    if body.is_empty() {
        return None;
    }
    Some(match &dialect.callback {
        // Whatever is no binary body is text.
        Some(callback) => callback.call(std::str::from_utf8(&body).unwrap_or_default()),
        None => Bytes::from(body),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::jsonp::Callback;

    fn queue(packets: impl IntoIterator<Item = Encoded>) -> Queue {
        let mut queue = Queue::default();
        packets.into_iter().for_each(|one| queue.push(one));
        queue
    }

    fn packets() -> Queue {
        let plain = Encoded::text(|out| out.extend_from_slice("4é".as_bytes()));
        let fill = |out: &mut Vec<u8>| out.extend_from_slice(b"451-[]");
        let binary = Encoded::with_attachments(fill, vec![Bytes::from_static(b"\x01\x02")]);
        queue([plain, binary])
    }

    fn dialect(protocol: Protocol, base64: bool, callback: Option<&str>) -> Dialect {
        Dialect {
            protocol,
            base64,
            callback: callback.map(Callback::new),
        }
    }

    #[test]
    fn each_dialect_has_its_own_body() {
        let (v3, v4) = (Protocol::V3, Protocol::V4);
        let cases = [
            (
                dialect(v4, false, None),
                "4é\u{1e}451-[]\u{1e}bAQI=".as_bytes(),
                false,
            ),
            (
                dialect(v3, true, None),
                "2:4é6:451-[]6:b4AQI=".as_bytes(),
                false,
            ),
            (
                dialect(v3, false, None),
                b"\x00\x03\xff4\xc3\xa9\x00\x06\xff451-[]\x01\x03\xff\x04\x01\x02",
                true,
            ),
            (
                dialect(v3, false, Some("3")),
                "___eio[3](\"2:4é6:451-[]6:b4AQI=\");".as_bytes(),
                false,
            ),
            (
                dialect(v4, false, Some("3")),
                "___eio[3](\"4é\\u001e451-[]\\u001ebAQI=\");".as_bytes(),
                false,
            ),
        ];
        for (dialect, expected, is_binary) in cases {
            let body = PollBody::of(&packets(), 0, &dialect).unwrap();
            assert_eq!((&*body.bytes, body.is_binary), (expected, is_binary));
        }
    }

    #[test]
    fn only_binary_data_makes_a_body_binary() {
        let text = queue(packets().pop());
        let body = PollBody::of(&text, 0, &dialect(Protocol::V3, false, None)).unwrap();
        assert_eq!((&*body.bytes, body.is_binary), ("2:4é".as_bytes(), false));
    }

    #[test]
    fn control_frames_of_a_websocket_are_no_body() {
        let frame = Encoded::control_frame(Bytes::from_static(b"\x8a\x00"));
        for protocol in [Protocol::V3, Protocol::V4] {
            let dialect = dialect(protocol, false, None);
            assert_eq!(PollBody::of(&queue([frame.clone()]), 0, &dialect), None);
        }
    }
}
