//! Opening WebSocket sessions, from TCP to the answer to CONNECT.

use std::io;
use std::net::{SocketAddr, TcpStream};

use salon_proto::ws::{Decoder, Message, Role};

use super::{Connections, unexpected, write_all};
use crate::wire::{CONNECT, UPGRADE, request};

/// How many are being opened at once: enough to keep the server busy, and few enough for its
/// queue of connections.
const AT_ONCE: usize = 64;

/// More than an open packet or an answer to CONNECT has.
const MAX_MESSAGE: usize = 4_096;

/// Opens sessions, each in the namespace `/`.
///
/// # Errors
/// When the server refuses one.
pub fn connect(server: SocketAddr, count: usize) -> io::Result<Connections> {
    let mut connections = Connections::new()?;
    let mut openings = Vec::with_capacity(count);
    let join = request(CONNECT);
    let mut open = 0;
    while open < count {
        while openings.len() < count.min(open + AT_ONCE) {
            // The kernel answers for the server, so this does not wait.
            connections.add(TcpStream::connect(server)?)?;
            connections.send(openings.len(), UPGRADE.as_bytes())?;
            openings.push(Opening::Requested(Vec::new()));
        }
        connections.receive(|number, stream, received| {
            let events = openings[number].advance(received)?;
            if events.has_opened {
                write_all(stream, &join)?;
            }
            open += usize::from(events.has_joined);
            Ok(())
        })?;
    }
    Ok(connections)
}

/// A session that is being opened.
enum Opening {
    /// The answer to the WebSocket handshake, as far as it has come.
    Requested(Vec<u8>),
    Upgraded(Box<Decoder>),
    Joined,
}

#[derive(Default)]
struct Happened {
    has_opened: bool,
    has_joined: bool,
}

impl Opening {
    fn advance(&mut self, received: &[u8]) -> io::Result<Happened> {
        let mut frames = match self {
            Self::Requested(head) => {
                head.extend_from_slice(received);
                let Some(frames) = after_head(head)? else {
                    return Ok(Happened::default());
                };
                *self = Self::Upgraded(Box::new(Decoder::new(Role::Client, MAX_MESSAGE)));
                frames
            }
            Self::Upgraded(_) => received.to_vec(),
            Self::Joined => return Err(unexpected(received)),
        };
        self.read_frames(&mut frames)
    }

    fn read_frames(&mut self, mut input: &mut [u8]) -> io::Result<Happened> {
        let mut happened = Happened::default();
        let Self::Upgraded(decoder) = self else {
            return Ok(happened);
        };
        while let Some(message) = decoder.decode(&mut input).map_err(io::Error::other)? {
            let Message::Text(text) = message else {
                return Err(unexpected(format!("{message:?}").as_bytes()));
            };
            match text.split('"').next() {
                Some("0{") => happened.has_opened = true,
                Some("40{") => happened.has_joined = true,
                _ => return Err(unexpected(text.as_bytes())),
            }
        }
        if happened.has_joined {
            *self = Self::Joined;
        }
        Ok(happened)
    }
}

/// What follows the head of the answer. `None`: it is not complete.
fn after_head(received: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    if !received.starts_with(b"HTTP/1.1 101 ") {
        return Err(unexpected(received));
    }
    Ok(Some(received[end + 4..].to_vec()))
}
