//! The clients of the bench: many connections on one thread, on mio, which tokio is built on too.
//!
//! They send bytes that are made once and compare what comes with bytes that are made once. So
//! every answer is checked, its order too, and a client costs less than the server it drives.

mod broadcast;
mod connect;
mod echo;
mod polling;
mod room;

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

pub use broadcast::{broadcast, join_room};
pub use connect::connect;
pub use echo::echo;
pub use polling::{Pollers, polling_echo};
pub use room::{enter_room, receive};

/// How long the server may be silent before the bench gives up.
const SILENCE: Duration = Duration::from_secs(20);

/// Connections of one load, each with a number.
#[derive(Debug)]
pub struct Connections {
    poll: Poll,
    events: Events,
    streams: Vec<TcpStream>,
    scratch: Vec<u8>,
}

impl Connections {
    fn new() -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            streams: Vec::new(),
            scratch: vec![0; 64 * 1024],
        })
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.streams.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// Takes an open stream; it has the next number.
    fn add(&mut self, stream: std::net::TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let token = Token(self.streams.len());
        let registry = self.poll.registry();
        registry.register(&mut stream, token, Interest::READABLE)?;
        self.streams.push(stream);
        Ok(())
    }

    fn send(&mut self, number: usize, bytes: &[u8]) -> io::Result<()> {
        write_all(&mut self.streams[number], bytes)
    }

    /// Waits for input, and hands over what each connection has received.
    fn receive(
        &mut self,
        mut each: impl FnMut(usize, &mut TcpStream, &mut [u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.poll.poll(&mut self.events, Some(SILENCE))?;
        if self.events.is_empty() {
            return Err(failure("the server has been silent for too long"));
        }
        for event in &self.events {
            let number = event.token().0;
            let stream = &mut self.streams[number];
            // A short read has emptied the socket: epoll(7) says so of streams.
            while let Some(count) = read(stream, &mut self.scratch)? {
                each(number, stream, &mut self.scratch[..count])?;
                if count < self.scratch.len() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// `None`: there is nothing to read now.
fn read(stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    match stream.read(buffer) {
        Ok(0) => Err(failure("the server has closed a connection")),
        Ok(count) => Ok(Some(count)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error),
    }
}

/// What is in flight is less than the kernel's buffers hold, so there is nothing to wait for.
fn write_all(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    match stream.write(bytes)? {
        count if count == bytes.len() => Ok(()),
        _ => Err(failure("the server does not read")),
    }
}

fn failure(what: &str) -> io::Error {
    io::Error::other(what)
}

fn unexpected(received: &[u8]) -> io::Error {
    let text = String::from_utf8_lossy(received);
    failure(&format!("this should not have come: {text:?}"))
}

/// When a run ends: no new requests from then on, only the answers to the old ones.
#[derive(Clone, Copy)]
struct Until(Instant);

impl Until {
    fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}
