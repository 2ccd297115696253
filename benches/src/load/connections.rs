//! Many connections on one thread.

use std::fmt::Display;
use std::io::{self, Read, Write};
use std::time::Duration;

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Registry, Token};
use socket2::SockRef;

use super::failure;

/// How long the server may be silent before the bench gives up.
const SILENCE: Duration = Duration::from_secs(20);

/// More than the longest message, so that one read empties a socket.
const SCRATCH: usize = 256 * 1_024;

/// Connections of one load, each with a number.
#[derive(Debug)]
pub struct Connections {
    poll: Poll,
    events: Events,
    lines: Vec<Line>,
    scratch: Vec<u8>,
    /// How long the server may be silent.
    patience: Duration,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    stream: TcpStream,
    /// What the kernel has not yet taken: the rest of something long.
    unsent: Vec<u8>,
}

impl Connections {
    pub(crate) fn new() -> io::Result<Self> {
        Self::with_patience(SILENCE)
    }

    pub(super) fn with_patience(patience: Duration) -> io::Result<Self> {
        Ok(Self {
            poll: Poll::new()?,
            events: Events::with_capacity(1_024),
            lines: Vec::new(),
            scratch: vec![0; SCRATCH],
            patience,
        })
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Takes an open stream; it has the next number.
    pub(super) fn add(&mut self, stream: std::net::TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        // Ended by a reset, it does not keep its port for a minute.
        SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        let mut stream = TcpStream::from_std(stream);
        let token = Token(self.lines.len());
        let registry = self.poll.registry();
        registry.register(&mut stream, token, Interest::READABLE)?;
        self.lines.push(Line {
            stream,
            unsent: Vec::new(),
        });
        Ok(())
    }

    pub(super) fn send(&mut self, number: usize, bytes: &[u8]) -> io::Result<()> {
        let line = &mut self.lines[number];
        line.send(bytes)?;
        line.watch(Token(number), self.poll.registry())
    }

    /// Waits for input, and hands over what each connection has received.
    ///
    /// # Errors
    /// When `each` has one, when a connection has ended, or when nothing comes for too long; then
    /// with what `awaited` says.
    pub(super) fn receive<D: Display>(
        &mut self,
        awaited: impl FnOnce() -> D,
        each: impl FnMut(usize, &mut Line, &mut [u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        if self.receive_within(self.patience, each)? {
            return Ok(());
        }
        self.check_silence(self.patience, awaited)
    }

    /// An error if the server has been silent for too long.
    pub(super) fn check_silence<D: Display>(
        &self,
        time: Duration,
        awaited: impl FnOnce() -> D,
    ) -> io::Result<()> {
        if time < self.patience {
            return Ok(());
        }
        let (silence, awaited) = (self.patience.as_secs(), awaited());
        let what = format!("the server was silent for {silence} s; still missing: {awaited}");
        Err(io::Error::new(io::ErrorKind::TimedOut, what))
    }

    /// The same, but it is no error when nothing comes: then it returns false.
    pub(super) fn receive_within(
        &mut self,
        time: Duration,
        mut each: impl FnMut(usize, &mut Line, &mut [u8]) -> io::Result<()>,
    ) -> io::Result<bool> {
        self.poll.poll(&mut self.events, Some(time))?;
        for event in &self.events {
            let token = event.token();
            let number = token.0;
            let line = &mut self.lines[number];
            line.flush()?;
            if event.is_readable() {
                line.receive(&mut self.scratch, |line, received| {
                    each(number, line, received)
                })?;
                line.watch(token, self.poll.registry())?;
            }
        }
        Ok(!self.events.is_empty())
    }
}

impl Line {
    /// Sends now what the kernel takes, and the rest when it can.
    pub(super) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let sent = match self.unsent.is_empty() {
            true => write(&mut self.stream, bytes)?,
            false => 0,
        };
        self.unsent.extend_from_slice(&bytes[sent..]);
        Ok(())
    }

    /// Makes sure that it is heard when the kernel takes more, if there is more.
    fn watch(&mut self, token: Token, registry: &Registry) -> io::Result<()> {
        if self.unsent.is_empty() {
            return Ok(());
        }
        let both = Interest::READABLE | Interest::WRITABLE;
        registry.reregister(&mut self.stream, token, both)
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.unsent.is_empty() {
            let sent = write(&mut self.stream, &self.unsent)?;
            self.unsent.drain(..sent);
        }
        Ok(())
    }

    /// Reads all that is there.
    fn receive(
        &mut self,
        scratch: &mut [u8],
        mut each: impl FnMut(&mut Self, &mut [u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        // A short read has emptied the socket: epoll(7) says so of streams.
        while let Some(count) = read(&mut self.stream, scratch)? {
            each(self, &mut scratch[..count])?;
            if count < scratch.len() {
                break;
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

/// How much the kernel takes.
fn write(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    match stream.write(bytes) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        written => written,
    }
}
