//! A WebSocket to the server.

mod handshake;
mod outgoing;

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use salon_proto::client;
use salon_proto::ws::{
    CloseCode, CloseFrame, ControlPayload, Decoder, Deflater, Message, Opcode, Role,
};
use tokio::io::{AsyncRead, ReadBuf};

use super::error::{Failure, TransportError, TransportErrorKind};
use super::stream::Stream;

pub(crate) use handshake::{Opened, open};
use outgoing::Outgoing;

/// Bytes read at a time, into a buffer that belongs to the thread: an idle connection has none.
const SCRATCH: usize = 64 * 1024;

/// Reads of one connection before others get their turn. A server that sends faster than this
/// waits in its own TCP window.
const READS_PER_TURN: usize = 16;

thread_local! {
    static SCRATCH_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What to do after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Hand over the next one.
    Go,
    /// Keep what follows for later.
    Pause,
}

/// Frames in both directions. While it is idle it has no buffers.
pub(crate) struct WebSocket {
    stream: Stream,
    decoder: Decoder,
    /// Set if both sides have agreed to compress messages.
    deflater: Option<Deflater>,
    /// Masked frames that have not been written.
    outgoing: Outgoing,
    /// Bytes to decode before more are read: what came with the handshake's answer, or what
    /// followed when the session paused.
    read_ahead: Option<Box<BytesMut>>,
}

impl WebSocket {
    pub(crate) fn new(
        stream: Stream,
        read_ahead: &[u8],
        max_message: usize,
        deflater: Option<Deflater>,
    ) -> Self {
        let decoder = Decoder::new(Role::Client, max_message);
        Self {
            stream,
            decoder: match deflater {
                Some(_) => decoder.with_deflate(),
                None => decoder,
            },
            deflater,
            outgoing: Outgoing::default(),
            read_ahead: for_later(read_ahead),
        }
    }

    /// Whether there is room for more messages.
    pub(crate) fn has_room(&self) -> bool {
        !self.outgoing.is_full()
    }

    /// Takes a message, to be written by [`poll_flush`](Self::poll_flush).
    pub(crate) fn push(&mut self, message: &client::Message) {
        let (opcode, payload) = match message {
            client::Message::Text(text) => (Opcode::Text, &text[..]),
            client::Message::Binary(data) => (Opcode::Binary, &data[..]),
        };
        self.outgoing.push(opcode, payload, self.deflater.as_ref());
    }

    /// Writes what waits. An error shows when reading.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.outgoing.poll_write(&mut self.stream, cx)
    }

    /// Hands on each text or binary message that is there. `Pending`: that is all for now. After a
    /// pause it is the caller who knows when to go on.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        deliver: &mut dyn FnMut(Message<'_>) -> Next,
    ) -> Poll<End> {
        if let Some(mut read_ahead) = self.read_ahead.take() {
            match self.decode(&mut read_ahead, deliver) {
                Ok(Decoded::All) => {}
                Ok(Decoded::Paused { left }) => {
                    // What is left is not copied again, however often the session pauses.
                    read_ahead.advance(read_ahead.len() - left);
                    self.read_ahead = Some(read_ahead);
                    return Poll::Pending;
                }
                Err(end) => return self.end(end, cx),
            }
        }
        with_scratch(|scratch| self.read_some(scratch, cx, deliver))
    }

    fn read_some(
        &mut self,
        scratch: &mut [u8],
        cx: &mut Context<'_>,
        deliver: &mut dyn FnMut(Message<'_>) -> Next,
    ) -> Poll<End> {
        for _ in 0..READS_PER_TURN {
            let mut buffer = ReadBuf::new(scratch);
            let read = match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) => buffer.filled().len(),
                Poll::Ready(Err(_)) => return Poll::Ready(End::Closed(None)),
                Poll::Pending => return Poll::Pending,
            };
            if read == 0 {
                return Poll::Ready(End::Closed(None));
            }
            match self.decode(&mut scratch[..read], deliver) {
                Ok(Decoded::All) => {}
                Ok(Decoded::Paused { left }) => {
                    self.read_ahead = for_later(&scratch[read - left..read]);
                    return Poll::Pending;
                }
                Err(end) => return self.end(end, cx),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn decode(
        &mut self,
        mut input: &mut [u8],
        deliver: &mut dyn FnMut(Message<'_>) -> Next,
    ) -> Result<Decoded, End> {
        while let Some(message) = self.decoder.decode(&mut input).map_err(End::Malformed)? {
            let next = match message {
                Message::Ping(payload) => self.pong(&payload),
                Message::Pong(_) => Next::Go,
                Message::Close(frame) => return Err(End::Closed(Some(frame))),
                data => deliver(data),
            };
            if next == Next::Pause {
                return Ok(Decoded::Paused { left: input.len() });
            }
        }
        Ok(Decoded::All)
    }

    /// A server that pings and does not read gets no more pongs than there is room for: only the
    /// latest ping must be answered (RFC 6455 section 5.5.3).
    fn pong(&mut self, payload: &ControlPayload<'_>) -> Next {
        if self.has_room() {
            self.outgoing.push(Opcode::Pong, payload.as_slice(), None);
        }
        Next::Go
    }
}

/// How far some bytes were decoded.
enum Decoded {
    All,
    /// So many bytes at the end are for later.
    Paused {
        left: usize,
    },
}

/// Why there is nothing more to read.
pub(crate) enum End {
    /// The server closed the stream, or the stream broke; before that a close frame may have come.
    Closed(Option<Option<CloseFrame>>),
    /// The server sent something that is no frame, or too much.
    Malformed(salon_proto::ws::Error),
}

impl End {
    /// The error that tells of it.
    pub(crate) fn into_error(self) -> TransportError {
        match self {
            Self::Closed(frame) => TransportError::closed(frame.flatten()),
            Self::Malformed(error) => {
                TransportError::of(TransportErrorKind::WebSocket, Failure::text(error))
            }
        }
    }
}

/// How it ends.
impl WebSocket {
    /// Says goodbye to the server, as far as the stream takes it now.
    fn end(&mut self, end: End, cx: &mut Context<'_>) -> Poll<End> {
        match &end {
            End::Closed(Some(Some(frame))) => self.push_close(Some(frame.code)),
            End::Closed(_) => self.push_close(None),
            End::Malformed(error) => self.push_close(Some(error.close_code())),
        }
        // Whoever has closed or broken the rules is not waited for.
        let _ = self.poll_flush(cx);
        Poll::Ready(end)
    }

    fn push_close(&mut self, code: Option<CloseCode>) {
        let code = code.map(|code| code.get().to_be_bytes());
        let payload = code.as_ref().map_or(&[][..], |code| code);
        self.outgoing.push(Opcode::Close, payload, None);
    }

    /// Closes: what waits is written, then a close frame, and the server's answer is awaited. The
    /// caller sets a limit.
    pub(crate) async fn close(mut self) {
        self.push_close(None);
        std::future::poll_fn(|cx| {
            // Reading goes on, or a server that has much to say could never take our frame.
            let read = self.poll_read(cx, &mut |_| Next::Go);
            let _ = self.poll_flush(cx);
            read.map(drop)
        })
        .await;
    }
}

fn for_later(bytes: &[u8]) -> Option<Box<BytesMut>> {
    (!bytes.is_empty()).then(|| Box::new(BytesMut::from(bytes)))
}

/// Lends the thread's buffer. Should a handler run another connection inside, that one gets a
/// buffer of its own.
fn with_scratch<R>(work: impl FnOnce(&mut [u8]) -> R) -> R {
    let mut scratch = SCRATCH_BUFFER.take();
    scratch.resize(SCRATCH, 0);
    let result = work(&mut scratch);
    SCRATCH_BUFFER.set(scratch);
    result
}
