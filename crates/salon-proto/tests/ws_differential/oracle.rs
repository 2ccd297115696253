//! What `tungstenite` makes of a stream.

use std::io::{self, Read, Write};

use salon_proto::ws::{ControlPayload, Message, Role};
use tungstenite::protocol::{self as peer, WebSocketConfig};

use crate::{Messages, script::close};

/// A stream that was received in full, and swallows what is sent.
struct Received<'a>(&'a [u8]);

impl Read for Received<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Received<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What tungstenite makes of it; the end of the stream is no error.
pub(crate) fn theirs(
    role: Role,
    wire: &[u8],
    limit: usize,
) -> (Messages, Option<tungstenite::Error>) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(limit))
        .max_frame_size(Some(limit));
    let role = match role {
        Role::Server => peer::Role::Server,
        Role::Client => peer::Role::Client,
    };
    let mut socket = peer::WebSocket::from_raw_socket(Received(wire), role, Some(config));
    let mut messages = vec![];
    loop {
        match socket.read() {
            Ok(message) => messages.push(translate(message)),
            Err(error) => return (messages, Some(error).filter(|e| !is_end_of_stream(e))),
        }
        if let Some(Message::Close(_)) = messages.last() {
            return (messages, None);
        }
    }
}

fn is_end_of_stream(error: &tungstenite::Error) -> bool {
    use tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    matches!(
        error,
        tungstenite::Error::Protocol(ResetWithoutClosingHandshake)
    )
}

fn translate(message: tungstenite::Message) -> Message<'static> {
    match message {
        tungstenite::Message::Text(text) => Message::Text(text.as_str().to_owned().into()),
        tungstenite::Message::Binary(data) => Message::Binary(data.to_vec().into()),
        tungstenite::Message::Ping(data) => {
            Message::Ping(ControlPayload::new(data.to_vec()).unwrap())
        }
        tungstenite::Message::Pong(data) => {
            Message::Pong(ControlPayload::new(data.to_vec()).unwrap())
        }
        tungstenite::Message::Close(None) => Message::Close(None),
        tungstenite::Message::Close(Some(frame)) => close(frame.code.into(), &frame.reason),
        tungstenite::Message::Frame(_) => panic!("never read"),
    }
}
