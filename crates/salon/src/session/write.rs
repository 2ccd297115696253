//! Writes an outbox to a stream.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::pin;
use std::task::{Context, Poll};

use salon_proto::engine;
use tokio::task::coop::unconstrained;

use super::link::Writer;

/// Several packets of up to so many bytes together are copied and go out by the plain call. The
/// vectored one takes the kernel half a microsecond longer, which is worth that much copying.
const GATHERED: usize = 16 * 1024;

/// Slices given to one vectored write. More rarely wait, and the next write takes them.
const SLICES: usize = 32;

thread_local! {
    static GATHER_BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The stream broke.
pub(super) struct Broken;

/// Writes until nothing waits, or the stream takes no more (`Pending`), of which nobody is told.
pub(super) fn at_once(engine: &mut engine::Session, writer: &Writer) -> Poll<Result<(), Broken>> {
    write_all(engine, |slices| writer.try_write(slices))
}

/// The same, but the context is told when the stream takes more.
pub(super) fn or_wait(
    engine: &mut engine::Session,
    writer: &mut Writer,
    cx: &mut Context<'_>,
) -> Poll<Result<(), Broken>> {
    // Without tokio's budget for a task: it would end a long burst in the middle, while the
    // kernel takes more, and a broadcast to thousands as well.
    let writing = pin!(unconstrained(poll_fn(|cx| {
        let written = write_all(engine, |slices| writer.poll_write(cx, slices));
        match written {
            Poll::Ready(Ok(())) => writer.poll_flush(cx).map_err(|_| Broken),
            written => written,
        }
    })));
    writing.poll(cx)
}

fn write_all(
    engine: &mut engine::Session,
    mut write: impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
) -> Poll<Result<(), Broken>> {
    while !engine.outbox().is_empty() {
        match write_some(engine, &mut write) {
            Poll::Ready(Ok(count)) if count > 0 => engine.handle_written(count),
            Poll::Ready(_) => return Poll::Ready(Err(Broken)),
            Poll::Pending => return Poll::Pending,
        }
    }
    Poll::Ready(Ok(()))
}

fn write_some(
    engine: &engine::Session,
    write: &mut impl FnMut(&[IoSlice<'_>]) -> Poll<io::Result<usize>>,
) -> Poll<io::Result<usize>> {
    let outbox = engine.outbox();
    if let Some(piece) = outbox.lone_piece() {
        return write(&[IoSlice::new(piece)]);
    }
    if outbox.bytes() <= GATHERED {
        let mut buffer = GATHER_BUFFER.take();
        buffer.clear();
        outbox.gather(&mut buffer);
        let written = write(&[IoSlice::new(&buffer)]);
        GATHER_BUFFER.set(buffer);
        return written;
    }
    let mut slices = [IoSlice::new(&[]); SLICES];
    let filled = outbox.fill_slices(&mut slices);
    write(&slices[..filled])
}
