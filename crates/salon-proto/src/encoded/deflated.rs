//! The compressed form of a packet (RFC 7692), made once for all who receive it.

use std::sync::{Arc, OnceLock};

use super::{Attachments, Encoded, Packet, Repr};
use crate::engine::Protocol;
use crate::ws::{BuiltFrame, Deflate, Deflater, HEADER_ROOM, Opcode, frame_behind_room};

/// Made for the first who needs it. `None`: none of the packet's frames is better compressed.
pub(super) type Deflated = OnceLock<Option<Encoded>>;

impl Encoded {
    /// The same packet for many, who share its compressed form too. Without this each
    /// [`deflated`](Self::deflated) compresses anew.
    #[must_use]
    pub fn shared(self) -> Self {
        if !self.may_compress() {
            return self;
        }
        let mut packet = self.into_packet();
        Arc::make_mut(&mut packet).deflated = Some(Arc::default());
        Self(Repr::Made(packet))
    }

    fn shared_form(&self) -> Option<&Deflated> {
        match &self.0 {
            Repr::Fixed(_) | Repr::Short(_) => None,
            Repr::Made(packet) => packet.deflated.as_deref(),
        }
    }

    /// A clone that does not keep the shared compressed form in memory: for who stores the packet.
    #[must_use]
    pub fn unshared(&self) -> Self {
        match &self.0 {
            Repr::Made(packet) if packet.deflated.is_some() => {
                let wire = packet.wire.clone();
                Packet::new(wire, packet.attachments.clone(), packet.may_compress).into()
            }
            _ => self.clone(),
        }
    }

    /// The packet for the WebSocket of a client that takes compressed messages, where alone it
    /// makes sense; `None`: it is sent as it is.
    ///
    /// Each of its frames is compressed for itself, where that makes it smaller. All clients that
    /// a packet goes to must have agreed with one [`Deflate`]. In protocol 3
    /// attachments have other bytes, which are not worth a compressed form of their own.
    #[must_use]
    pub fn deflated(&self, deflater: &Deflater, protocol: Protocol) -> Option<Self> {
        if !self.deflates_for(deflater, protocol) {
            return None;
        }
        match self.shared_form() {
            Some(shared) => shared.get_or_init(|| self.deflate(deflater)).clone(),
            None => self.deflate(deflater),
        }
    }

    /// Whether [`deflated`](Self::deflated) would try.
    pub(crate) fn deflates_for(&self, deflater: &Deflater, protocol: Protocol) -> bool {
        let is_shareable = protocol == Protocol::V4 || !self.has_attachments();
        is_shareable && self.may_compress() && deflater.reaches(self.longest_message())
    }

    /// Whether some of it is of a size that is compressed.
    #[must_use]
    pub fn is_worth_deflating(&self, deflate: &Deflate) -> bool {
        let lengths = || self.attachments().map(<[u8]>::len);
        self.may_compress()
            && (deflate.takes(self.as_text().len()) || lengths().any(|one| deflate.takes(one)))
    }

    /// Makes the form that all share now, before the first of them needs it: for who will hold a
    /// lock by then.
    pub fn deflate_ahead(&self, deflate: &Deflate) {
        if let Some(shared) = self.shared_form() {
            shared.get_or_init(|| self.deflate(&deflate.deflater_for_all()));
        }
    }

    /// Whether that form is there.
    #[must_use]
    pub fn is_deflated_ahead(&self) -> bool {
        self.shared_form().is_some_and(|one| one.get().is_some())
    }

    fn longest_message(&self) -> usize {
        let lengths = self.attachments().map(<[u8]>::len);
        lengths.fold(self.as_text().len(), usize::max)
    }

    fn deflate(&self, deflater: &Deflater) -> Option<Self> {
        let wire = self.deflate_wire(deflater);
        let Repr::Made(packet) = &self.0 else {
            // The text is all there is.
            return wire.map(|wire| Packet::new(wire, Attachments::None, false).into());
        };
        let attachments = packet.attachments.deflate(deflater);
        if wire.is_none() && attachments.is_none() {
            return None;
        }
        let wire = wire.unwrap_or_else(|| packet.wire.clone().into_whole());
        let attachments = attachments.unwrap_or_else(|| packet.attachments.clone());
        Some(Packet::new(wire, attachments, false).into())
    }

    fn deflate_wire(&self, deflater: &Deflater) -> Option<BuiltFrame> {
        let opcode = self.wire().first().copied().and_then(Opcode::of_frame)?;
        let compressed = deflater.compress(self.as_text(), HEADER_ROOM)?;
        Some(frame_behind_room(opcode, true, compressed).into_whole())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::limits::MAX_COMPRESSED;
    use crate::ws::{Decoder, Message, Role};

    fn deflater(parameters: &str) -> Deflater {
        let header = format!("permessage-deflate{parameters}");
        let accepted = Deflate::new().threshold(10).accept(&header).unwrap();
        accepted.unwrap().deflater
    }

    fn text(length: usize) -> Encoded {
        Encoded::text(|out| out.resize(out.len() + length, b'x'))
    }

    fn with_attachments(text: usize, attachments: &[usize]) -> Encoded {
        let data = attachments.iter().map(|length| vec![7; *length].into());
        Encoded::with_attachments(|out| out.resize(out.len() + text, b'x'), data.collect())
    }

    fn wire(packet: &Encoded) -> Vec<u8> {
        packet.frames(Protocol::V4).flatten().copied().collect()
    }

    /// First bytes of the frames, and what a client makes of them.
    fn read(packet: &Encoded) -> (Vec<u8>, Vec<Message<'static>>) {
        let firsts = packet
            .frames(Protocol::V4)
            .filter_map(|piece| piece.first().copied());
        let firsts = firsts.filter(|first| matches!(first, 0x81 | 0x82 | 0xC1 | 0xC2));
        let mut wire = wire(packet);
        let mut input = wire.as_mut_slice();
        let mut decoder = Decoder::new(Role::Client, 1 << 20).with_deflate();
        let messages = std::iter::from_fn(|| decoder.decode(&mut input).unwrap());
        let messages = messages.map(Message::into_owned).collect();
        (firsts.collect(), messages)
    }

    #[test]
    fn a_compressed_packet_is_read_as_the_packet() {
        for packet in [
            text(100),
            text(70_000),
            with_attachments(5, &[100]),
            with_attachments(100, &[5, 100_000]),
        ] {
            let deflated = packet.deflated(&deflater(""), Protocol::V4).unwrap();
            assert!(deflated.wire_len(Protocol::V4) < packet.wire_len(Protocol::V4));
            assert_eq!(deflated.wire_len(Protocol::V4), wire(&deflated).len());
            assert_eq!(read(&deflated).1, read(&packet).1);
        }
    }

    #[test]
    fn each_frame_counts_for_itself() {
        let deflated = with_attachments(5, &[100, 5]).deflated(&deflater(""), Protocol::V4);
        assert_eq!(read(&deflated.unwrap()).0, [0x81, 0xC2, 0x82]);
        assert!(
            with_attachments(9, &[9])
                .deflated(&deflater(""), Protocol::V4)
                .is_none()
        );
    }

    #[test]
    fn binary_frames_without_a_text_are_compressed_too() {
        let packet = Encoded::binary(vec![vec![7; 100].into(), vec![7; 5].into()]);
        let deflated = packet.deflated(&deflater(""), Protocol::V4).unwrap();
        assert_eq!(read(&deflated).0, [0xC2, 0x82]);
        assert_eq!(read(&deflated).1, read(&packet).1);
    }

    #[test]
    fn all_who_share_a_packet_get_the_same_bytes() {
        let pointer = |packet: &Encoded| {
            packet
                .deflated(&deflater(""), Protocol::V4)
                .unwrap()
                .wire()
                .as_ptr()
        };
        let shared = text(100).shared();
        assert_eq!(pointer(&shared), pointer(&shared.clone()));
        let alone = text(100);
        assert_ne!(pointer(&alone), pointer(&shared));
        assert_ne!(pointer(&shared.unshared()), pointer(&shared));
        assert!(
            text(5)
                .shared()
                .deflated(&deflater(""), Protocol::V4)
                .is_none()
        );
    }

    #[test]
    fn what_is_made_ahead_is_what_all_get() {
        let deflate = Deflate::new().threshold(10);
        for packet in [text(100), with_attachments(100, &[100_000])] {
            let packet = packet.shared();
            assert!(packet.is_worth_deflating(&deflate) && !packet.is_deflated_ahead());
            packet.deflate_ahead(&deflate);
            assert!(packet.clone().is_deflated_ahead());
            let deflated = packet.deflated(&deflater(""), Protocol::V4).unwrap();
            assert_eq!(read(&deflated).1, read(&packet).1);
        }
        for packet in [
            text(5),
            text(MAX_COMPRESSED + 1),
            text(100).without_compression(),
        ] {
            assert!(!packet.is_worth_deflating(&deflate));
        }
        let alone = text(100);
        alone.deflate_ahead(&deflate);
        assert!(!alone.is_deflated_ahead(), "nobody would share it");
    }

    #[test]
    fn whoever_has_too_small_a_window_gets_the_packet_as_it_is() {
        let small = deflater("; server_max_window_bits=8");
        let (short, long) = (text(256).shared(), text(257).shared());
        assert!(long.deflated(&deflater(""), Protocol::V4).is_some());
        assert!(long.deflated(&small, Protocol::V4).is_none());
        assert!(short.deflated(&small, Protocol::V4).is_some());
        assert!(
            with_attachments(20, &[257])
                .deflated(&small, Protocol::V4)
                .is_none()
        );
    }

    #[test]
    fn in_protocol_3_only_text_is_compressed() {
        let deflater = deflater("");
        assert!(text(100).deflated(&deflater, Protocol::V3).is_some());
        let attached = with_attachments(100, &[100]).shared();
        assert!(attached.deflated(&deflater, Protocol::V3).is_none());
    }

    #[test]
    fn a_packet_may_forbid_it() {
        let packet = text(100).without_compression();
        assert!(packet.deflated(&deflater(""), Protocol::V4).is_none());
        assert!(
            packet
                .shared()
                .deflated(&deflater(""), Protocol::V4)
                .is_none()
        );
        let shared = text(100).shared().without_compression();
        assert!(shared.deflated(&deflater(""), Protocol::V4).is_none());
    }

    #[test]
    fn control_frames_stay_as_they_are() {
        let ping = Encoded::control_frame(Bytes::from_static(b"\x89\x0Cxxxxxxxxxxxx"));
        assert!(ping.deflated(&deflater(""), Protocol::V4).is_none());
    }
}
