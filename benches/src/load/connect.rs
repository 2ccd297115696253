//! Opening WebSocket sessions, from TCP to the answer to CONNECT.

use std::io;
use std::net::{SocketAddr, TcpStream};

use salon_proto::ws::{Decoder, Message, Role};
use socket2::{Domain, Socket, Type};

use super::connections::{Connections, Line};
use super::pings::answer_if_ping;
use super::unexpected;
use crate::wire::{CONNECT, PING, PONG, UPGRADE, request};

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
    connect_more(&mut connections, server, count)?;
    Ok(connections)
}

/// Opens more sessions, while those that are open do nothing but answer pings.
///
/// # Errors
/// When the server refuses one.
pub fn connect_more(
    connections: &mut Connections,
    server: SocketAddr,
    count: usize,
) -> io::Result<()> {
    let first = connections.len();
    let mut openings = Vec::with_capacity(count);
    let join = request(CONNECT);
    let mut open = 0;
    while open < count {
        while openings.len() < count.min(open + AT_ONCE) {
            let number = first + openings.len();
            connections.add(stream(server, number)?)?;
            connections.send(number, UPGRADE.as_bytes())?;
            openings.push(Opening::Requested(Vec::new()));
        }
        let waiting = openings.len() - open;
        let awaited = || format!("{waiting} sessions; {open} of {count} are open");
        let mut joined = 0;
        connections.receive(awaited, |number, line, received| {
            let Some(opening) = number.checked_sub(first) else {
                return answer_if_ping(line, received).map(drop);
            };
            let has_joined = openings[opening].advance(line, received, &join)?;
            joined += usize::from(has_joined);
            Ok(())
        })?;
        open += joined;
    }
    Ok(())
}

/// A connection from one of several addresses, so that a free port is found at once.
fn stream(server: SocketAddr, number: usize) -> io::Result<TcpStream> {
    /// Less than half of the ports that Linux gives: it looks among the even ones first.
    const FROM_ONE_ADDRESS: usize = 10_000;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    if number >= FROM_ONE_ADDRESS {
        let last = 1 + number / FROM_ONE_ADDRESS;
        let address = SocketAddr::from(([127, 0, 0, last as u8], 0));
        socket.bind(&address.into())?;
    }
    // The kernel answers for the server, so this does not wait.
    socket.connect(&server.into())?;
    Ok(socket.into())
}

/// A session that is being opened.
enum Opening {
    /// The answer to the WebSocket handshake, as far as it has come.
    Requested(Vec<u8>),
    Upgraded(Box<Decoder>),
    Joined,
}

impl Opening {
    /// Whether the session is now open.
    fn advance(&mut self, line: &mut Line, received: &[u8], join: &[u8]) -> io::Result<bool> {
        let mut frames = match self {
            Self::Requested(head) => {
                head.extend_from_slice(received);
                let Some(frames) = after_head(head)? else {
                    return Ok(false);
                };
                *self = Self::Upgraded(Box::new(Decoder::new(Role::Client, MAX_MESSAGE)));
                frames
            }
            Self::Upgraded(_) => received.to_vec(),
            Self::Joined => return answer_if_ping(line, received).map(|()| false),
        };
        self.read_frames(line, &mut frames, join)
    }

    fn read_frames(
        &mut self,
        line: &mut Line,
        mut input: &mut [u8],
        join: &[u8],
    ) -> io::Result<bool> {
        let Self::Upgraded(decoder) = self else {
            return Ok(false);
        };
        let mut has_joined = false;
        while let Some(message) = decoder.decode(&mut input).map_err(io::Error::other)? {
            let Message::Text(text) = message else {
                return Err(unexpected(format!("{message:?}").as_bytes()));
            };
            match text.split('"').next() {
                Some("0{") => line.send(join)?,
                Some("40{") => has_joined = true,
                // Some servers send one at once.
                Some(PING) => line.send(&request(PONG))?,
                _ => return Err(unexpected(text.as_bytes())),
            }
        }
        if has_joined {
            *self = Self::Joined;
        }
        Ok(has_joined)
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

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_silent_server_is_an_error_that_says_what_is_missing() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut connections = Connections::with_patience(Duration::from_millis(10)).unwrap();
        let error = connect_more(&mut connections, listener.local_addr().unwrap(), 3).unwrap_err();
        let expected = "still missing: 3 sessions; 0 of 3 are open";
        assert!(error.to_string().ends_with(expected), "{error}");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
