//! One WebSocket between client and server.

use std::collections::VecDeque;

use salon_proto::ws::{Decoder, Message, Role};

/// The server reads with `incoming`; what it writes is read by the client at once.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) incoming: Decoder,
    outgoing: Decoder,
    /// Frames that came to the client, as the transcript shows them.
    pub(crate) frames: VecDeque<String>,
    /// How many more bytes the stream takes from the server.
    pub(crate) room: usize,
    /// Whether the stream still stands.
    pub(crate) is_up: bool,
}

impl Link {
    pub(crate) fn new(max_message: usize) -> Self {
        Self {
            incoming: Decoder::new(Role::Server, max_message),
            outgoing: Decoder::new(Role::Client, usize::MAX),
            frames: VecDeque::new(),
            room: usize::MAX,
            is_up: true,
        }
    }

    /// The server writes; returns how much of it the stream took.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> usize {
        if !self.is_up {
            return 0;
        }
        let count = bytes.len().min(self.room);
        if self.room != usize::MAX {
            self.room -= count;
        }
        let mut taken = bytes[..count].to_vec();
        let mut input = taken.as_mut_slice();
        let mut was_closed = self.frames.iter().any(|frame| frame.starts_with("close"));
        while !input.is_empty() {
            assert!(!was_closed, "nothing follows a close frame: {input:?}");
            match self.outgoing.decode(&mut input) {
                Ok(Some(message)) => {
                    was_closed = matches!(message, Message::Close(_));
                    self.frames.push_back(transcribe(&message));
                }
                Ok(None) => {}
                Err(error) => panic!("the server wrote no WebSocket frame: {error}"),
            }
        }
        count
    }
}

/// A frame as the transcript shows it: text as it is, the rest named.
fn transcribe(message: &Message<'_>) -> String {
    match message {
        Message::Text(text) => text.to_string(),
        Message::Binary(data) => format!("binary {data:?}"),
        Message::Ping(data) => format!("ping {:?}", data.as_slice()),
        Message::Pong(data) => format!("pong {:?}", data.as_slice()),
        Message::Close(None) => "close".to_owned(),
        Message::Close(Some(frame)) => format!("close {}", frame.code),
    }
}
