//! Wire-ready bytes, made once and shared by all who receive them.

mod attachments;
mod deflated;
mod draft;
mod fixed;
mod short;
mod text;

use std::convert::Infallible;
use std::iter;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::client::Message;
use crate::engine::Protocol;
use crate::ws::BuiltFrame;

use attachments::{Attachment, Attachments};
use deflated::Deflated;
use draft::Draft;
use fixed::Fixed;
use short::Short;

pub use text::Text;

/// One Engine.IO packet, or one Socket.IO packet with its attachments, as it goes out.
///
/// A broadcast makes it once; each recipient gets a clone, which is a pointer. The
/// WebSocket header stands directly before the text, so the same bytes serve
/// WebSocket (from the header on) and polling (from the text on).
///
/// ```
/// use salon_proto::Encoded;
/// use salon_proto::engine::Protocol;
///
/// let packet = Encoded::text(|out| out.extend_from_slice(b"42[\"hello\"]"));
/// assert_eq!(packet.as_text(), b"42[\"hello\"]");
/// assert_eq!(packet.frames(Protocol::V4).next().unwrap(), b"\x81\x0b42[\"hello\"]");
/// ```
#[derive(Clone, Debug)]
pub struct Encoded(Repr);

/// Small, since thousands of outboxes may hold it at once.
#[derive(Clone, Debug)]
enum Repr {
    Fixed(Fixed),
    Short(Short),
    Made(Arc<Packet>),
}

/// A packet with all that one may have.
#[derive(Clone, Debug)]
struct Packet {
    /// The text's frame, if there is a text.
    wire: BuiltFrame,
    attachments: Attachments,
    may_compress: bool,
    /// Set only for a packet that goes to many while compression is on.
    deflated: Option<Arc<Deflated>>,
}

impl Packet {
    /// One without a compressed form to share.
    const fn new(wire: BuiltFrame, attachments: Attachments, may_compress: bool) -> Self {
        Self {
            wire,
            attachments,
            may_compress,
            deflated: None,
        }
    }

    fn of_text(wire: BuiltFrame) -> Arc<Self> {
        Arc::new(Self::new(wire, Attachments::None, true))
    }
}

impl From<Packet> for Encoded {
    fn from(packet: Packet) -> Self {
        Self(Repr::Made(Arc::new(packet)))
    }
}

impl Encoded {
    /// Engine.IO ping, on either transport.
    pub const PING: Self = Self(Repr::Fixed(Fixed::Ping));
    /// Engine.IO pong, for a client of protocol 3 that has pinged.
    pub const PONG: Self = Self(Repr::Fixed(Fixed::Pong));
    /// Engine.IO close.
    pub const CLOSE: Self = Self(Repr::Fixed(Fixed::Close));
    /// Engine.IO noop: releases a held poll.
    pub const NOOP: Self = Self(Repr::Fixed(Fixed::Noop));
    /// Engine.IO pong to the probe of an upgrade candidate.
    pub const PROBE_PONG: Self = Self(Repr::Fixed(Fixed::ProbePong));

    /// Encodes a text frame: `fill` appends the packet, its type digit included.
    pub fn text(fill: impl FnOnce(&mut Vec<u8>)) -> Self {
        Self::with_attachments(fill, Vec::new())
    }

    /// Encodes a text frame that binary frames follow.
    pub fn with_attachments(fill: impl FnOnce(&mut Vec<u8>), attachments: Vec<Bytes>) -> Self {
        let Ok(packet) = Self::filled(|out, attached| {
            fill(out);
            attached.extend(attachments);
            Ok::<_, Infallible>(())
        });
        packet
    }

    /// The same, where the attachments are known when the text is written, if it can be.
    pub(crate) fn filled<E>(
        fill: impl FnOnce(&mut Vec<u8>, &mut Vec<Bytes>) -> Result<(), E>,
    ) -> Result<Self, E> {
        let mut draft = Draft::begin();
        fill(&mut draft.text, &mut draft.attachments)?;
        Ok(draft.finish())
    }

    /// Encodes binary frames that no text precedes. Over polling each is `b` and base64.
    ///
    /// ```
    /// use salon_proto::Encoded;
    /// use salon_proto::engine::Protocol;
    ///
    /// let packet = Encoded::binary(vec![b"\x82\xa4type".as_slice().into()]);
    /// assert_eq!(packet.as_text(), b"");
    /// assert_eq!(packet.wire_len(Protocol::V4), 8);
    /// ```
    #[must_use]
    pub fn binary(frames: Vec<Bytes>) -> Self {
        let attachments = Attachments::of(frames.into_iter());
        Packet::new(BuiltFrame::default(), attachments, true).into()
    }

    /// Wraps a ready WebSocket control frame. Polling has none, so there it is nothing.
    #[must_use]
    pub fn control_frame(frame: Bytes) -> Self {
        let frame = BuiltFrame::without_payload(frame.into());
        Packet::new(frame, Attachments::None, false).into()
    }

    /// The same packet, but sent as it is even where compression is on.
    ///
    /// For what is compressed already, such as pictures, or mixes a secret with what others
    /// choose, whose size would then tell of the secret.
    ///
    /// ```
    /// use salon_proto::Encoded;
    ///
    /// let packet = Encoded::text(|out| out.extend_from_slice(b"42[]")).without_compression();
    /// assert!(!packet.may_compress());
    /// ```
    #[must_use]
    pub fn without_compression(self) -> Self {
        let mut packet = self.into_packet();
        Arc::make_mut(&mut packet).may_compress = false;
        Self(Repr::Made(packet))
    }

    /// Whether compression, where it is on, applies to this packet.
    #[must_use]
    pub fn may_compress(&self) -> bool {
        match &self.0 {
            Repr::Fixed(_) | Repr::Short(_) => true,
            Repr::Made(packet) => packet.may_compress,
        }
    }

    /// Bytes that this packet puts on a WebSocket; also what it counts in an outbox.
    #[must_use]
    pub fn wire_len(&self, protocol: Protocol) -> usize {
        match self.attachment_list() {
            [] => self.wire().len(),
            _ => self.frames(protocol).map(<[u8]>::len).sum(),
        }
    }

    /// The pieces to write to the WebSocket of a client of this protocol, in order.
    pub fn frames(&self, protocol: Protocol) -> impl Iterator<Item = &[u8]> {
        let attached = self.attachment_list().iter();
        iter::once(self.wire()).chain(attached.flat_map(move |one| one.pieces(protocol)))
    }

    /// The whole of it as one piece, if it is one.
    pub(crate) fn lone_frame(&self) -> Option<&[u8]> {
        self.attachment_list().is_empty().then(|| self.wire())
    }

    pub(crate) fn has_attachments(&self) -> bool {
        !self.attachment_list().is_empty()
    }

    /// The data of its attachments.
    pub(crate) fn attachments(&self) -> impl Iterator<Item = &[u8]> {
        self.attachment_list().iter().map(|one| &*one.data)
    }

    /// The Engine.IO packets that it is made of, for whoever frames them anew: a client masks each.
    pub fn messages(&self) -> impl Iterator<Item = Message> {
        let text = (!self.as_text().is_empty()).then(|| Message::Text(self.text_lent()));
        let attached = self.attachment_list().iter();
        text.into_iter()
            .chain(attached.map(|one| Message::Binary(one.data.clone())))
    }

    /// The packet's text, without the attachments.
    #[must_use]
    pub fn as_text(&self) -> &[u8] {
        match &self.0 {
            Repr::Fixed(fixed) => fixed.text(),
            Repr::Short(short) => short.text(),
            Repr::Made(packet) => packet.wire.payload(),
        }
    }

    /// The whole packet for a payload of one packet, if that needs no new bytes.
    pub(crate) fn as_lone_payload(&self) -> Option<Bytes> {
        let plain = !self.has_attachments() && !self.as_text().is_empty();
        plain.then(|| Bytes::from_owner(self.text_lent()))
    }

    /// Appends the packet to an HTTP payload: text, then each attachment in base64.
    pub(crate) fn append_to_payload(&self, separator: u8, payload: &mut Vec<u8>) {
        let text = self.as_text();
        if !text.is_empty() {
            separate(separator, payload);
            payload.extend_from_slice(text);
        }
        for data in self.attachments() {
            separate(separator, payload);
            payload.push(b'b');
            payload.extend_from_slice(STANDARD.encode(data).as_bytes());
        }
    }
}

/// What it is made of.
impl Encoded {
    /// All of the text's frame.
    fn wire(&self) -> &[u8] {
        match &self.0 {
            Repr::Fixed(fixed) => fixed.frame(),
            Repr::Short(short) => short.frame(),
            Repr::Made(packet) => packet.wire.as_slice(),
        }
    }

    fn attachment_list(&self) -> &[Attachment] {
        match &self.0 {
            Repr::Fixed(_) | Repr::Short(_) => &[],
            Repr::Made(packet) => &packet.attachments,
        }
    }

    fn text_lent(&self) -> Text {
        match &self.0 {
            Repr::Fixed(fixed) => Text::fixed(fixed.text()),
            Repr::Short(short) => Text::short(short),
            Repr::Made(packet) => Text::of(packet),
        }
    }

    /// The packet, to change it. It is a copy where others have it too.
    fn into_packet(self) -> Arc<Packet> {
        match self.0 {
            Repr::Fixed(fixed) => Packet::of_text(fixed.into()),
            Repr::Short(short) => Packet::of_text(short.into()),
            Repr::Made(packet) => packet,
        }
    }
}

fn separate(separator: u8, payload: &mut Vec<u8>) {
    if !payload.is_empty() {
        payload.push(separator);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::packet::MESSAGE;
    use crate::ws::{Opcode, encode_header};

    fn frames(packet: &Encoded) -> Vec<u8> {
        packet.frames(Protocol::V4).flatten().copied().collect()
    }

    #[test]
    fn the_fixed_packets_are_what_the_encoder_would_make() {
        for (fixed, text) in [
            (Encoded::PING, "2"),
            (Encoded::PONG, "3"),
            (Encoded::CLOSE, "1"),
            (Encoded::NOOP, "6"),
            (Encoded::PROBE_PONG, "3probe"),
        ] {
            let made = Encoded::text(|out| out.extend_from_slice(text.as_bytes()));
            assert_eq!(frames(&fixed), frames(&made), "{text}");
            assert_eq!(fixed.as_text(), made.as_text(), "{text}");
        }
    }

    #[test]
    fn long_text_gets_the_longer_headers() {
        for length in [125, 126, 65_535, 65_536] {
            let packet = Encoded::text(|out| out.resize(out.len() + length, b'x'));
            assert_eq!(packet.as_text().len(), length);
            let header = encode_header(Opcode::Text, length, None);
            assert!(frames(&packet).starts_with(header.as_slice()));
            assert_eq!(
                packet.wire_len(Protocol::V4),
                header.as_slice().len() + length
            );
        }
    }

    #[test]
    fn attachments_follow_as_frames_or_as_base64() {
        let packet = Encoded::with_attachments(
            |out| out.extend_from_slice(b"451-[]"),
            vec![Bytes::from_static(b"\x01\x1e")],
        );
        assert_eq!(frames(&packet), b"\x81\x06451-[]\x82\x02\x01\x1e");
        let mut payload = Vec::new();
        packet.append_to_payload(b'|', &mut payload);
        assert_eq!(payload, b"451-[]|bAR4=");
    }

    #[test]
    fn binary_frames_may_come_without_a_text() {
        let data = [&b"\x01\x1e"[..], b"\x02"].map(Bytes::from_static);
        let packet = Encoded::binary(data.to_vec());
        assert_eq!(frames(&packet), b"\x82\x02\x01\x1e\x82\x01\x02");
        assert_eq!(packet.wire_len(Protocol::V4), 7);
        assert!(packet.as_lone_payload().is_none());
        let mut payload = Vec::new();
        packet.append_to_payload(b'|', &mut payload);
        assert_eq!(payload, b"bAR4=|bAg==");
    }

    #[test]
    fn a_control_frame_is_nothing_over_polling() {
        let packet = Encoded::control_frame(Bytes::from_static(b"\x8a\x00"));
        let mut payload = Vec::new();
        packet.append_to_payload(b'|', &mut payload);
        assert_eq!(payload, b"");
    }

    #[test]
    fn in_protocol_3_attachments_have_a_type_which_counts() {
        for length in [1, 124, 125, 65_534, 65_535] {
            let data = Bytes::from(vec![7; length]);
            let packet = Encoded::with_attachments(|_| {}, vec![data]);
            let typed: Vec<u8> = packet
                .frames(Protocol::V3)
                .skip(1)
                .flatten()
                .copied()
                .collect();
            let header = encode_header(Opcode::Binary, length + 1, None);
            let rest = typed.strip_prefix(header.as_slice()).unwrap();
            assert_eq!((rest[0], rest.len()), (MESSAGE, length + 1));
            let frames = packet.frames(Protocol::V3).map(<[u8]>::len);
            assert_eq!(packet.wire_len(Protocol::V3), frames.sum::<usize>());
        }
    }

    #[test]
    fn a_clone_shares_its_bytes() {
        let packet = Encoded::text(|out| out.extend_from_slice(b"42[]"));
        assert_eq!(packet.as_text().as_ptr(), packet.clone().as_text().as_ptr());
    }
}
