//! A connection's bytes, whatever carries them.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::session::Link;

/// A head and a body of up to so many bytes together are copied and go out by the plain call. The
/// vectored one takes the kernel half a microsecond longer, which is worth that much copying.
const GATHERED: usize = 16 * 1024;

thread_local! {
    static GATHER_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// One type for all kinds of streams, so that the HTTP server is compiled once, and what is below
/// it can be taken out again when a WebSocket begins.
pub(in crate::http) struct Stream {
    carrier: Carrier,
    /// What was read to look at it, and goes to the next reader.
    #[cfg(feature = "http2")]
    unread: Vec<u8>,
}

enum Carrier {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
    #[cfg(feature = "tls")]
    Tls(Box<tokio_rustls::server::TlsStream<Stream>>),
}

impl Stream {
    pub(super) fn tcp(stream: TcpStream) -> Self {
        // What is written is whole. A socket that refuses the option works all the same.
        let _ = stream.set_nodelay(true);
        Self::new(Carrier::Tcp(stream))
    }

    #[cfg(unix)]
    pub(super) fn unix(stream: UnixStream) -> Self {
        Self::new(Carrier::Unix(stream))
    }

    #[cfg(feature = "tls")]
    pub(super) fn tls(stream: tokio_rustls::server::TlsStream<Self>) -> Self {
        Self::new(Carrier::Tls(Box::new(stream)))
    }

    fn new(carrier: Carrier) -> Self {
        Self {
            carrier,
            #[cfg(feature = "http2")]
            unread: Vec::new(),
        }
    }

    /// Gives bytes back, for the next reader.
    #[cfg(feature = "http2")]
    pub(super) fn unread(&mut self, bytes: Vec<u8>) {
        self.unread = bytes;
    }

    /// Whether there was something that had been given back.
    #[cfg(feature = "http2")]
    fn give_back(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let length = self.unread.len().min(buffer.remaining());
        buffer.put_slice(&self.unread[..length]);
        self.unread.drain(..length);
        length > 0
    }

    /// For a WebSocket; `read_ahead` was read too far.
    pub(in crate::http) fn into_link(self, read_ahead: Vec<u8>) -> Link {
        match self.carrier {
            Carrier::Tcp(stream) => Link::undelayed_tcp(stream, read_ahead),
            #[cfg(unix)]
            Carrier::Unix(stream) => Link::other(Box::new(stream), read_ahead),
            #[cfg(feature = "tls")]
            Carrier::Tls(stream) => Link::other(stream, read_ahead),
        }
    }

    fn carrier(self: Pin<&mut Self>) -> Pin<&mut dyn Duplex> {
        let carrier: &mut dyn Duplex = match &mut self.get_mut().carrier {
            Carrier::Tcp(stream) => stream,
            #[cfg(unix)]
            Carrier::Unix(stream) => stream,
            #[cfg(feature = "tls")]
            Carrier::Tls(stream) => stream,
        };
        Pin::new(carrier)
    }
}

fn gathered<T>(slices: &[IoSlice<'_>], write: impl FnOnce(&[u8]) -> T) -> T {
    let mut buffer = GATHER_BUFFER.take();
    buffer.clear();
    slices
        .iter()
        .for_each(|slice| buffer.extend_from_slice(slice));
    let written = write(&buffer);
    GATHER_BUFFER.set(buffer);
    written
}

trait Duplex: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Duplex for S {}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        #[cfg(feature = "http2")]
        if this.give_back(buffer) {
            return Poll::Ready(Ok(()));
        }
        Pin::new(this).carrier().poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.carrier().poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let carrier = self.carrier();
        match slices.iter().map(|slice| slice.len()).sum() {
            0..=GATHERED => gathered(slices, |bytes| carrier.poll_write(cx, bytes)),
            _ => carrier.poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        // All that there are can.
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.carrier().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.carrier().poll_shutdown(cx)
    }
}
