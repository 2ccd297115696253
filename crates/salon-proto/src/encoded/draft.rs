//! Where packets are written before anyone knows how long they become.
//!
//! Each thread keeps one buffer for that. A short packet is copied from it into memory of just its
//! size; a long one keeps the buffer, since to copy it would cost more than a new buffer does.

use std::cell::Cell;
use std::mem;

use bytes::Bytes;

use super::short::Short;
use super::{Attachments, Encoded, Packet, Repr};
use crate::ws::{BuiltFrame, HEADER_ROOM, Opcode, put_header};

/// Room for a frame with a small payload, so that most packets are written without growing: the
/// WebSocket header, the packet's head, and what JSON reserves before it knows its length.
const USUAL_ROOM: usize = 512;

/// Bytes of the largest text buffer that a thread keeps.
const LARGEST_TEXT: usize = 16 * 1024;

/// Places of the largest list of attachments that it keeps.
const LARGEST_LIST: usize = 16;

/// A packet that is being written.
#[derive(Default)]
pub(super) struct Draft {
    /// [`HEADER_ROOM`] bytes, then the text.
    pub(super) text: Vec<u8>,
    pub(super) attachments: Vec<Bytes>,
}

thread_local! {
    static KEPT: Cell<Option<Box<Draft>>> = const { Cell::new(None) };
}

impl Draft {
    /// The thread's draft, or a new one while that is in use.
    pub(super) fn begin() -> Box<Self> {
        // At the end of a thread there is none any more.
        let kept = KEPT.try_with(Cell::take);
        let mut draft = kept.ok().flatten().unwrap_or_default();
        draft.text.reserve(USUAL_ROOM);
        draft.text.extend_from_slice(&[0; HEADER_ROOM]);
        draft
    }

    pub(super) fn finish(mut self: Box<Self>) -> Encoded {
        let start = put_header(Opcode::Text, false, &mut self.text);
        let frame = self.text.get(start..).unwrap_or_default();
        let is_short = frame.len() <= Short::LONGEST;
        if is_short && self.attachments.is_empty() {
            let packet = Encoded(Repr::Short(Short::copy(frame)));
            self.keep();
            return packet;
        }
        let header = HEADER_ROOM.saturating_sub(start);
        let wire = match is_short {
            true => BuiltFrame::new(frame.to_vec(), 0, header),
            false => BuiltFrame::new(mem::take(&mut self.text), start, HEADER_ROOM),
        };
        let attachments = Attachments::of(self.attachments.drain(..));
        self.keep();
        Packet::new(wire, attachments, true).into()
    }

    /// Keeps it for the thread's next packet.
    fn keep(mut self: Box<Self>) {
        let (text, list) = (self.text.capacity(), self.attachments.capacity());
        if text <= LARGEST_TEXT && list <= LARGEST_LIST {
            self.text.clear();
            let _ = KEPT.try_with(|kept| kept.set(Some(self)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(length: usize, attachments: usize) -> Encoded {
        let mut draft = Draft::begin();
        draft.text.resize(HEADER_ROOM + length, b'x');
        draft
            .attachments
            .resize(attachments, Bytes::from_static(b"data"));
        draft.finish()
    }

    #[test]
    fn a_packet_of_any_length_is_what_was_written() {
        for length in [0, 1, 125, 126, Short::LONGEST, 2 * Short::LONGEST, 70_000] {
            for attachments in 0..3 {
                let packet = written(length, attachments);
                assert_eq!(packet.as_text(), vec![b'x'; length]);
                assert_eq!(packet.attachments().count(), attachments);
            }
        }
    }

    #[test]
    fn nothing_is_left_of_one_packet_for_the_next() {
        drop(written(1_000, 3));
        let draft = Draft::begin();
        assert_eq!(draft.text.len(), HEADER_ROOM);
        assert!(draft.attachments.is_empty() && draft.attachments.capacity() > 0);
        // Meanwhile there is another.
        assert_eq!(Draft::begin().attachments.capacity(), 0);
    }

    #[test]
    fn large_buffers_are_not_kept() {
        drop(written(0, LARGEST_LIST + 1));
        assert!(KEPT.take().is_none());
        let mut draft = Draft::begin();
        draft.text.reserve(LARGEST_TEXT);
        drop(draft.finish());
        assert!(KEPT.take().is_none());
        drop(written(2 * LARGEST_TEXT, 0));
        assert!(KEPT.take().is_some_and(|kept| kept.text.capacity() == 0));
    }
}
