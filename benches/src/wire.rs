//! The messages of the bench as bytes. They are made once, so that a client only copies and
//! compares.

use salon_proto::ws::{MaskKey, text_frame};

/// The data of one echo or broadcast: 64 bytes.
pub const PAYLOAD: &str = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";

/// The most echoes that one connection may have in flight. Their ids have two digits, so all
/// requests are of one length, and all replies.
pub const MAX_WINDOW: usize = 16;

/// The id of the first echo in flight.
pub const FIRST_ID: usize = 10;

/// Any key but zero: the server has to unmask, the client must not spend time on random numbers.
pub const MASK: MaskKey = [0x5A, 0xC3, 0x3C, 0xA5];

/// Whom a broadcast is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everyone in the namespace.
    Namespace,
    /// Everyone in a room, which all have joined.
    Room,
}

impl Audience {
    /// The event that makes the server send to this audience.
    #[must_use]
    pub const fn event(self) -> &'static str {
        match self {
            Self::Namespace => "publish",
            Self::Room => "publish-room",
        }
    }
}

/// A text message as a client sends it.
#[must_use]
pub fn request(text: &str) -> Vec<u8> {
    text_frame(text, Some(MASK)).to_vec()
}

/// A text message as the server sends it.
#[must_use]
pub fn reply(text: &str) -> Vec<u8> {
    text_frame(text, None).to_vec()
}

/// The packet that asks for an echo.
#[must_use]
pub fn echo_packet(id: usize) -> String {
    format!(r#"42{id}["echo","{PAYLOAD}"]"#)
}

/// The packet that answers it.
#[must_use]
pub fn echo_answer(id: usize) -> String {
    format!(r#"43{id}["{PAYLOAD}"]"#)
}

/// The packet that each receiver of a broadcast gets.
#[must_use]
pub fn news_packet() -> String {
    format!(r#"42["news","{PAYLOAD}"]"#)
}

/// The packets by which a client joins the namespace, and the room.
pub const CONNECT: &str = "40";
/// See [`CONNECT`].
pub const JOIN: &str = r#"4210["join"]"#;
/// The answer to [`JOIN`].
pub const JOINED: &str = "4310[true]";

/// The packet that asks for a broadcast.
#[must_use]
pub fn publish_packet(audience: Audience) -> String {
    format!(r#"42["{}"]"#, audience.event())
}

/// The request for a WebSocket.
pub const UPGRADE: &str = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n\
    host: bench\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// Bytes that come again and again in the same order: frames of one length.
#[derive(Debug)]
pub struct Cycle {
    /// Two turns of it, so that any run of frames is one slice.
    twice: Vec<u8>,
    turn: usize,
    frame: usize,
}

impl Cycle {
    /// A cycle of these frames.
    ///
    /// # Panics
    /// When their lengths differ, or there are none.
    #[must_use]
    pub fn new(frames: &[Vec<u8>]) -> Self {
        let frame = frames[0].len();
        assert!(frames.iter().all(|one| one.len() == frame), "one length");
        let once = frames.concat();
        Self {
            turn: once.len(),
            twice: once.repeat(2),
            frame,
        }
    }

    /// The bytes of one frame.
    #[must_use]
    pub const fn frame_len(&self) -> usize {
        self.frame
    }

    /// `count` frames from the one at `position` on; at most one turn of the cycle.
    #[must_use]
    pub fn frames(&self, position: usize, count: usize) -> &[u8] {
        let start = position / self.frame * self.frame;
        &self.twice[start..start + count * self.frame]
    }

    /// Whether `received` is what comes at `position`: the new position and how many frames are
    /// complete with it. `None`: it is something else.
    #[must_use]
    pub fn advance(&self, mut position: usize, mut received: &[u8]) -> Option<(usize, usize)> {
        let complete = (position % self.frame + received.len()) / self.frame;
        while !received.is_empty() {
            let expected = &self.twice[position..position + self.turn];
            let count = received.len().min(expected.len());
            if received[..count] != expected[..count] {
                return None;
            }
            received = &received[count..];
            position = (position + count) % self.turn;
        }
        Some((position, complete))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cycle() -> Cycle {
        Cycle::new(&[b"abc".to_vec(), b"def".to_vec()])
    }

    #[test]
    fn pieces_are_followed_and_frames_counted() {
        let cycle = cycle();
        assert_eq!(cycle.advance(0, b"ab"), Some((2, 0)));
        assert_eq!(cycle.advance(2, b"cdef"), Some((0, 2)));
        assert_eq!(cycle.advance(4, b"fabcdefab"), None);
        assert_eq!(cycle.advance(4, b"efabcdefab"), Some((2, 3)));
    }

    #[test]
    fn a_run_of_frames_goes_round() {
        let cycle = cycle();
        assert_eq!(cycle.frames(0, 2), b"abcdef");
        assert_eq!(cycle.frames(3, 2), b"defabc");
    }

    #[test]
    fn all_echoes_are_of_one_length() {
        let ids = FIRST_ID..FIRST_ID + MAX_WINDOW;
        let frames: Vec<_> = ids.map(|id| request(&echo_packet(id))).collect();
        assert!(Cycle::new(&frames).frame_len() < 125);
    }
}
