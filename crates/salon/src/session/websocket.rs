//! Reads WebSocket messages off a stream.

use std::cell::Cell;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use salon_proto::ws::{self, Decoder, Message, Role};

use super::link::Reader;

/// Bytes read at a time, into a buffer that belongs to the thread: an idle session has none. Large
/// messages fit whole, so that they are decoded where they are. Only as much of it takes memory as
/// was ever read at once.
const SCRATCH: usize = 256 * 1024;

/// Reads of one session before others get their turn. A client that sends faster than this
/// waits in its own TCP window.
const READS_PER_TURN: usize = 4;

/// Bytes of messages of one session before others get their turn: a few that are compressed may
/// become a thousand times larger than what is read. Others do not come near it.
const BYTES_PER_TURN: usize = 4 * 1_024 * 1_024;

thread_local! {
    static SCRATCH_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

pub(super) struct WebSocket {
    reader: Reader,
    decoder: Decoder,
    /// Bytes to decode before more are read: what the HTTP server had read beyond the request,
    /// or what followed when the session paused.
    read_ahead: Option<Box<BytesMut>>,
}

/// Why there is nothing more to read.
pub(super) enum End {
    /// The peer closed its side of the stream.
    Closed,
    /// The stream broke.
    Broken,
    /// The peer sent something that is no WebSocket frame.
    Malformed(ws::Error),
}

/// What to do after a message.
pub(super) enum Next {
    Go,
    /// Keep what follows for later.
    Pause,
    /// Nobody wants what follows.
    Stop,
}

/// How far some bytes were decoded.
enum Decoded {
    All,
    /// So many bytes at the end are for later.
    Paused {
        left: usize,
    },
}

impl WebSocket {
    pub(super) fn new(
        reader: Reader,
        read_ahead: Vec<u8>,
        max_message: usize,
        deflate: bool,
    ) -> Self {
        let decoder = Decoder::new(Role::Server, max_message);
        Self {
            reader,
            decoder: match deflate {
                true => decoder.with_deflate(),
                false => decoder,
            },
            read_ahead: for_later(&read_ahead),
        }
    }

    /// Hands on each message that is there. `Pending`: that is all for now. After a pause it is
    /// the caller who knows when to go on.
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        mut deliver: impl FnMut(Message<'_>, &mut Context<'_>) -> Next,
    ) -> Poll<End> {
        let mut budget = BYTES_PER_TURN;
        let mut deliver = |message: Message<'_>, cx: &mut Context<'_>| {
            budget = budget.saturating_sub(message.data_len());
            match deliver(message, cx) {
                Next::Go if budget == 0 => {
                    cx.waker().wake_by_ref();
                    Next::Pause
                }
                next => next,
            }
        };
        if let Some(mut read_ahead) = self.read_ahead.take() {
            match self.decode(&mut read_ahead, cx, &mut deliver) {
                Ok(Decoded::All) => {}
                Ok(Decoded::Paused { left }) => {
                    // What is left is not copied again, however often the session pauses.
                    read_ahead.advance(read_ahead.len() - left);
                    self.read_ahead = Some(read_ahead);
                    return Poll::Pending;
                }
                Err(end) => return Poll::Ready(end),
            }
        }
        with_scratch(|scratch| self.read_some(scratch, cx, &mut deliver))
    }

    fn read_some(
        &mut self,
        scratch: &mut [u8],
        cx: &mut Context<'_>,
        deliver: &mut impl FnMut(Message<'_>, &mut Context<'_>) -> Next,
    ) -> Poll<End> {
        for _ in 0..READS_PER_TURN {
            let read = match self.reader.poll_read(cx, scratch) {
                Poll::Ready(Ok(0)) => return Poll::Ready(End::Closed),
                Poll::Ready(Ok(read)) => read,
                Poll::Ready(Err(_)) => return Poll::Ready(End::Broken),
                Poll::Pending => return Poll::Pending,
            };
            match self.decode(&mut scratch[..read], cx, deliver) {
                Ok(Decoded::All) => {}
                Ok(Decoded::Paused { left }) => {
                    self.read_ahead = for_later(&scratch[read - left..read]);
                    return Poll::Pending;
                }
                Err(end) => return Poll::Ready(end),
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn decode(
        &mut self,
        mut input: &mut [u8],
        cx: &mut Context<'_>,
        deliver: &mut impl FnMut(Message<'_>, &mut Context<'_>) -> Next,
    ) -> Result<Decoded, End> {
        while let Some(message) = self.decoder.decode(&mut input).map_err(End::Malformed)? {
            match deliver(message, cx) {
                Next::Go => {}
                Next::Pause => return Ok(Decoded::Paused { left: input.len() }),
                Next::Stop => break,
            }
        }
        Ok(Decoded::All)
    }
}

fn for_later(bytes: &[u8]) -> Option<Box<BytesMut>> {
    (!bytes.is_empty()).then(|| Box::new(BytesMut::from(bytes)))
}

/// Lends the thread's buffer. Should a handler run another session inside, that one gets
/// a buffer of its own.
fn with_scratch<R>(f: impl FnOnce(&mut [u8]) -> R) -> R {
    let mut scratch = SCRATCH_BUFFER.take();
    if scratch.is_empty() {
        // Memory that the system gives zeroed is not touched.
        scratch = vec![0; SCRATCH];
    }
    let result = f(&mut scratch);
    SCRATCH_BUFFER.set(scratch);
    result
}
