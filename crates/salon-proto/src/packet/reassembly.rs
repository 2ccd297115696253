//! Puts a packet's text and its binary messages together again.

use std::borrow::Cow;
use std::mem;

use bytes::Bytes;

use crate::error::ProtocolError;
use crate::packet::decode::decode;
use crate::packet::{Packet, RawPacket, json, own, own_namespace};

/// Collects one packet at a time: the messages of a packet never interleave with others.
///
/// ```
/// use salon_proto::packet::Reassembly;
///
/// let mut reassembly = Reassembly::new(10);
/// let text = r#"51-["photo",{"_placeholder":true,"num":0}]"#;
/// assert_eq!(reassembly.text(text)?, None);
/// assert!(reassembly.binary(b"\xff\xd8".as_slice().into())?.is_some());
/// # Ok::<(), salon_proto::ProtocolError>(())
/// ```
#[derive(Debug)]
pub struct Reassembly {
    max_attachments: usize,
    waiting: Option<Box<Waiting>>,
}

#[derive(Debug)]
struct Waiting {
    packet: Packet<'static>,
    missing: usize,
    attachments: Vec<Bytes>,
}

impl Reassembly {
    /// `max_attachments` bounds the binary messages of one packet.
    #[must_use]
    pub const fn new(max_attachments: usize) -> Self {
        Self {
            max_attachments,
            waiting: None,
        }
    }

    /// Takes a text message; returns the packet that it completes, if it does.
    ///
    /// # Errors
    /// When the text is no packet, or a binary message was due.
    pub fn text<'a>(&mut self, text: &'a str) -> Result<Option<Packet<'a>>, ProtocolError> {
        if self.waiting.is_some() {
            return Err(ProtocolError::new("text where an attachment was due"));
        }
        let (packet, attachments) = decode(text, self.max_attachments)?;
        match attachments {
            0 => Ok(Some(packet.check()?)),
            _ => self.wait(packet, attachments),
        }
    }

    #[inline(never)]
    fn wait<'a>(
        &mut self,
        packet: RawPacket<'_>,
        attachments: usize,
    ) -> Result<Option<Packet<'a>>, ProtocolError> {
        self.waiting = Some(Box::new(Waiting {
            packet: into_owned(packet.check()?),
            missing: attachments,
            attachments: Vec::with_capacity(attachments),
        }));
        Ok(None)
    }

    /// Takes a binary message; returns the packet that it completes, if it does.
    ///
    /// # Errors
    /// When no attachment was due, or when it was the last and the text's placeholders do not
    /// fit what came.
    pub fn binary(
        &mut self,
        data: Cow<'_, [u8]>,
    ) -> Result<Option<Packet<'static>>, ProtocolError> {
        let Some(waiting) = &mut self.waiting else {
            return Err(ProtocolError::new("binary data where none was due"));
        };
        waiting.attachments.push(Bytes::from(data.into_owned()));
        if waiting.attachments.len() < waiting.missing {
            return Ok(None);
        }
        let Some(mut whole) = self.waiting.take() else {
            return Ok(None);
        };
        whole.attach()?;
        Ok(Some(whole.packet))
    }
}

impl Waiting {
    /// Gives the packet its attachments, which are all there.
    fn attach(&mut self) -> Result<(), ProtocolError> {
        let (array, first, attachments) = match &mut self.packet {
            Packet::Event(event) => (&event.array, event.first, &mut event.attachments),
            Packet::Ack(ack) => (&ack.array, json::First::Unknown, &mut ack.attachments),
            _ => return Ok(()),
        };
        json::check_event(array, first, self.attachments.len())
            .map_err(|error| ProtocolError::with_detail("illegal attachments", error))?;
        *attachments = mem::take(&mut self.attachments);
        Ok(())
    }
}

fn into_owned(packet: Packet<'_>) -> Packet<'static> {
    match packet {
        Packet::Event(event) => Packet::Event(event.into_owned()),
        Packet::Ack(ack) => Packet::Ack(ack.into_owned()),
        Packet::Connect { namespace, data } => Packet::Connect {
            namespace: own_namespace(namespace),
            data: data.map(own),
        },
        Packet::ConnectError { namespace, data } => Packet::ConnectError {
            namespace: own_namespace(namespace),
            data: data.map(own),
        },
        Packet::Disconnect { namespace } => Packet::Disconnect {
            namespace: own_namespace(namespace),
        },
        Packet::Empty { namespace } => Packet::Empty {
            namespace: own_namespace(namespace),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        r#"52-/a,7["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;

    #[test]
    fn a_packet_is_complete_with_its_last_attachment() {
        let mut reassembly = Reassembly::new(10);
        assert_eq!(reassembly.text(HEADER), Ok(None));
        assert_eq!(reassembly.binary(vec![1].into()), Ok(None));
        let packet = reassembly.binary(vec![2].into()).unwrap().unwrap();
        let Packet::Event(event) = packet else {
            panic!("not an event: {packet:?}");
        };
        assert_eq!((&*event.namespace, &*event.name), ("/a", "x"));
        assert_eq!(event.ack_id, Some(7));
        assert_eq!(event.attachments, [vec![1], vec![2]]);
    }

    #[test]
    fn attachments_and_texts_do_not_interleave() {
        let mut reassembly = Reassembly::new(10);
        assert!(reassembly.binary(vec![1].into()).is_err());
        assert_eq!(reassembly.text(HEADER), Ok(None));
        assert!(reassembly.text(HEADER).is_err());
        assert!(reassembly.text(r#"2["x"]"#).is_err());
    }

    #[test]
    fn more_attachments_than_allowed_are_refused_with_the_header() {
        assert!(Reassembly::new(1).text(HEADER).is_err());
    }
}
