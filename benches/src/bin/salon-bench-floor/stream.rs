//! One connection.

use std::io::{self, ErrorKind, Read, Write};

use mio::net::TcpStream;
use mio::{Interest, Registry, Token};

pub(crate) struct Stream {
    tcp: TcpStream,
    token: Token,
    /// Which long message is being received, and how many of its bytes are missing.
    long: Option<(usize, usize)>,
    /// What the kernel has not yet taken: the rest of something long.
    unsent: Vec<u8>,
}

pub(crate) enum Input {
    Bytes(usize),
    Nothing,
    Ended,
}

impl Stream {
    pub(crate) fn new(mut tcp: TcpStream, token: Token, registry: &Registry) -> io::Result<Self> {
        tcp.set_nodelay(true)?;
        registry.register(&mut tcp, token, Interest::READABLE)?;
        Ok(Self {
            tcp,
            token,
            long: None,
            unsent: Vec::new(),
        })
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Input> {
        Ok(match self.tcp.read(buffer) {
            Ok(0) => Input::Ended,
            Ok(count) => Input::Bytes(count),
            Err(error) if error.kind() == ErrorKind::WouldBlock => Input::Nothing,
            Err(_) => Input::Ended,
        })
    }

    pub(crate) const fn expect_long(&mut self, long: usize, missing: usize) {
        if missing > 0 {
            self.long = Some((long, missing));
        }
    }

    /// Whether these bytes belong to a long message, and which one is whole with them.
    pub(crate) fn take_long(&mut self, count: usize) -> Option<Option<usize>> {
        let (long, missing) = self.long?;
        let missing = missing.saturating_sub(count);
        self.long = (missing > 0).then_some((long, missing));
        Some((missing == 0).then_some(long))
    }

    pub(crate) fn write(&mut self, bytes: &[u8], registry: &Registry) -> io::Result<()> {
        let written = match self.unsent.is_empty() {
            true => write(&mut self.tcp, bytes)?,
            false => 0,
        };
        if written < bytes.len() {
            self.unsent.extend_from_slice(&bytes[written..]);
            let both = Interest::READABLE | Interest::WRITABLE;
            registry.reregister(&mut self.tcp, self.token, both)?;
        }
        Ok(())
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        if !self.unsent.is_empty() {
            let written = write(&mut self.tcp, &self.unsent)?;
            self.unsent.drain(..written);
        }
        Ok(())
    }
}

/// How much the kernel takes. That a client has gone shows when it is read from.
fn write(tcp: &mut TcpStream, bytes: &[u8]) -> io::Result<usize> {
    match tcp.write(bytes) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(error) if is_gone(error.kind()) => Ok(bytes.len()),
        written => written,
    }
}

const fn is_gone(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}
