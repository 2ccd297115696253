//! The two halves of a WebSocket's byte stream.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use salon_proto::ws::Deflater;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// A stream that is no bare TCP stream: TLS, a Unix socket, a pipe in a test.
pub(crate) type OtherStream = Box<dyn Duplex>;

/// Any stream that goes both ways.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// What an HTTP upgrade hands over: the stream, and the bytes that were read too far.
pub(crate) struct Link {
    pub(super) reader: Reader,
    pub(super) writer: Writer,
    pub(super) read_ahead: Vec<u8>,
    /// Set if both sides have agreed to compress messages.
    pub(super) deflater: Option<Deflater>,
}

impl Link {
    pub(crate) fn tcp(stream: TcpStream, read_ahead: Vec<u8>) -> Self {
        // Frames are gathered before they are written, so waiting for more gains nothing.
        // A socket that refuses the option works all the same.
        let _ = stream.set_nodelay(true);
        Self::undelayed_tcp(stream, read_ahead)
    }

    /// A stream whose option has been set already.
    pub(crate) fn undelayed_tcp(stream: TcpStream, read_ahead: Vec<u8>) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            reader: Reader::Tcp(reader),
            writer: Writer::Tcp(writer),
            read_ahead,
            deflater: None,
        }
    }

    pub(crate) fn other(stream: OtherStream, read_ahead: Vec<u8>) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            reader: Reader::Other(reader),
            writer: Writer::Other(writer),
            read_ahead,
            deflater: None,
        }
    }

    pub(crate) const fn with_deflater(mut self, deflater: Option<Deflater>) -> Self {
        self.deflater = deflater;
        self
    }
}

/// Where a WebSocket's bytes come from.
pub(super) enum Reader {
    Tcp(OwnedReadHalf),
    Other(tokio::io::ReadHalf<OtherStream>),
}

impl Reader {
    /// Reads into `scratch`. A wait needs no buffer: an idle session holds none.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        scratch: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(scratch);
        let read = match self {
            Self::Tcp(half) => Pin::new(half).poll_read(cx, &mut buffer),
            Self::Other(half) => Pin::new(half).poll_read(cx, &mut buffer),
        };
        read.map_ok(|()| buffer.filled().len())
    }
}

/// Where a WebSocket's bytes go.
pub(super) enum Writer {
    Tcp(OwnedWriteHalf),
    Other(tokio::io::WriteHalf<OtherStream>),
}

impl Writer {
    #[cfg(test)]
    pub(super) const fn is_tcp(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    /// Writes what the stream takes at once. After `Pending` only
    /// [`poll_write`](Self::poll_write) will tell when it takes more; a stream of which
    /// it is not known beforehand is always pending.
    pub(super) fn try_write(&self, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let Self::Tcp(half) = self else {
            return Poll::Pending;
        };
        // One slice goes out by the plain call, which is the cheaper one.
        let written = match slices {
            [lone] => send(half.as_ref(), lone),
            several => half.try_write_vectored(several),
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Poll::Pending,
            written => Poll::Ready(written),
        }
    }

    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(half) => write_slices(Pin::new(half), cx, slices),
            Self::Other(half) => write_slices(Pin::new(half), cx, slices),
        }
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(_) => Poll::Ready(Ok(())),
            Self::Other(half) => Pin::new(half).poll_flush(cx),
        }
    }

    pub(super) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => Pin::new(half).poll_shutdown(cx),
            Self::Other(half) => Pin::new(half).poll_shutdown(cx),
        }
    }
}

/// Asks the kernel itself whether the socket takes more. Tokio's record of that is more memory,
/// which is in no cache when its turn comes among thousands; it learns of a full socket from the
/// [`poll_write`](Writer::poll_write) that follows.
#[cfg(target_os = "linux")]
fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    /// An error, and no signal, where the other side is gone.
    const MSG_NOSIGNAL: i32 = 0x4000;
    SockRef::from(stream).send_with_flags(bytes, MSG_NOSIGNAL)
}

#[cfg(not(target_os = "linux"))]
fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    stream.try_write(bytes)
}

/// One slice goes out by the plain call, which is the cheaper one.
fn write_slices<W: AsyncWrite>(
    writer: Pin<&mut W>,
    cx: &mut Context<'_>,
    slices: &[IoSlice<'_>],
) -> Poll<io::Result<usize>> {
    match slices {
        [lone] => writer.poll_write(cx, lone),
        several => writer.poll_write_vectored(cx, several),
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Waker;

    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;

    use super::*;

    async fn connected() -> (Writer, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let ours = TcpStream::connect(listener.local_addr().unwrap());
        let (ours, theirs) = tokio::join!(ours, listener.accept());
        (
            Link::tcp(ours.unwrap(), Vec::new()).writer,
            theirs.unwrap().0,
        )
    }

    /// Writes until the stream takes no more.
    fn fill(writer: &Writer) -> usize {
        let block = [7; 64 * 1_024];
        let writes = std::iter::from_fn(|| match writer.try_write(&[IoSlice::new(&block)]) {
            Poll::Ready(written) => Some(written.unwrap()),
            Poll::Pending => None,
        });
        writes.sum()
    }

    #[tokio::test]
    async fn a_full_stream_tells_when_it_takes_more() {
        let (mut writer, mut peer) = connected().await;
        // Twice: the second time the stream has been waited for.
        for _ in 0..2 {
            let mut waiting = fill(&writer);
            let mut idle = Context::from_waker(Waker::noop());
            let more = [IoSlice::new(b"more")];
            assert!(writer.poll_write(&mut idle, &more).is_pending());
            let reading = tokio::spawn(async move {
                let mut part = vec![0; 64 * 1_024];
                while waiting > 0 {
                    waiting -= peer.read(&mut part).await.unwrap();
                }
                peer
            });
            let written = poll_fn(|cx| writer.poll_write(cx, &more)).await.unwrap();
            assert_eq!(written, more[0].len());
            peer = reading.await.unwrap();
            assert_eq!(peer.read(&mut [0; 100]).await.unwrap(), written);
        }
    }

    #[tokio::test]
    async fn a_stream_whose_other_side_is_gone_breaks() {
        let (writer, peer) = connected().await;
        drop(peer);
        let broken = poll_fn(|cx| {
            cx.waker().wake_by_ref();
            match writer.try_write(&[IoSlice::new(b"more")]) {
                Poll::Ready(Err(error)) => Poll::Ready(error.kind()),
                _ => Poll::Pending,
            }
        });
        let kind = broken.await;
        let expected = [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset];
        assert!(expected.contains(&kind), "{kind}");
    }
}
