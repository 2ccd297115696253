//! The messages of the bench as bytes. They are made once, so that a client only copies and
//! compares.

use salon_proto::ws::{MaskKey, binary_frame, text_frame};

pub use crate::cycle::Cycle;

/// The data of one echo or broadcast: 64 bytes.
pub const PAYLOAD: &str = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";

/// Characters in the long string that is echoed.
pub const LONG_TEXT: usize = 100 * 1_024;

/// The most echoes that one connection may have in flight. Their ids have two digits, so all
/// requests are of one length, and all replies.
pub const MAX_WINDOW: usize = 16;

/// The id of the first echo in flight.
pub const FIRST_ID: usize = 10;

/// Members of each of the small rooms.
pub const ROOM_SIZE: usize = 10;

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

/// What is echoed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// The 64 bytes of [`PAYLOAD`], as a string.
    Text,
    /// A string of [`LONG_TEXT`] characters.
    LongText,
    /// So many bytes, as an attachment.
    Binary(usize),
}

impl Content {
    /// The bytes that ask for an echo.
    #[must_use]
    pub fn request(self, id: usize) -> Vec<u8> {
        match self {
            Self::Text => request(&echo_packet(id)),
            Self::LongText => request(&format!(r#"42{id}["echo","{}"]"#, long_text())),
            Self::Binary(len) => {
                let event = format!(r#"451-{id}["echo-binary",{PLACEHOLDER}]"#);
                let attachment = binary_frame(&attachment(len), Some(MASK));
                [&request(&event), &attachment[..]].concat()
            }
        }
    }

    /// The bytes that answer it.
    #[must_use]
    pub fn reply(self, id: usize) -> Vec<u8> {
        match self {
            Self::Text => reply(&echo_answer(id)),
            Self::LongText => reply(&format!(r#"43{id}["{}"]"#, long_text())),
            Self::Binary(len) => {
                let ack = format!("461-{id}[{PLACEHOLDER}]");
                [&reply(&ack), &binary_frame(&attachment(len), None)[..]].concat()
            }
        }
    }
}

/// Stands in JSON for the first attachment.
const PLACEHOLDER: &str = r#"{"_placeholder":true,"num":0}"#;

fn long_text() -> String {
    PAYLOAD.repeat(LONG_TEXT / PAYLOAD.len())
}

/// Bytes of every value, so that they cannot be taken for text.
fn attachment(len: usize) -> Vec<u8> {
    (0..=u8::MAX).cycle().take(len).collect()
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

/// The name of a room: all are of one length.
#[must_use]
pub fn room_name(room: usize) -> String {
    format!("room-{room:04}")
}

/// The packet by which a client joins such a room; the answer is [`JOINED`].
#[must_use]
pub fn join_room_packet(room: usize) -> String {
    format!(r#"4210["join-room","{}"]"#, room_name(room))
}

/// The packet that asks for one event to such a room.
#[must_use]
pub fn publish_to_packet(room: usize) -> String {
    format!(r#"42["publish-to","{}",1]"#, room_name(room))
}

/// Engine.IO's packets by which a session shows that it is alive.
pub const PING: &str = "2";
/// See [`PING`].
pub const PONG: &str = "3";

/// The request for a WebSocket.
pub const UPGRADE: &str = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n\
    host: bench\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_echoes_are_of_one_length() {
        for content in [Content::Text, Content::LongText, Content::Binary(1_024)] {
            let ids = FIRST_ID..FIRST_ID + MAX_WINDOW;
            let requests: Vec<_> = ids.clone().map(|id| content.request(id)).collect();
            let replies: Vec<_> = ids.map(|id| content.reply(id)).collect();
            assert!(Cycle::new(&requests).frame_len() > Cycle::new(&replies).frame_len());
        }
    }

    #[test]
    fn attachments_follow_their_event() {
        let request = Content::Binary(2).reply(10);
        let event = reply(r#"461-10[{"_placeholder":true,"num":0}]"#);
        assert_eq!(request, [&event[..], &[0x82, 2, 0, 1]].concat());
    }
}
