//! Frames on their way out.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use salon_proto::ws::{Deflater, Opcode, append_message};
use tokio::io::AsyncWrite;

use crate::transport::random;

/// Bytes that wait to be written before no more are taken: the session's own queue knows what
/// waits there, and has a bound.
const FULL: usize = 64 * 1024;

thread_local! {
    /// A buffer for whoever on this thread has something to write next.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Masked frames that wait, so that one write takes them all. When all is written it has no buffer.
#[derive(Default)]
pub(super) struct Outgoing {
    bytes: Vec<u8>,
    written: usize,
    /// The stream has taken everything, but may still hold some of it.
    wants_flush: bool,
}

impl Outgoing {
    /// Whether no more should be pushed.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes.len() - self.written >= FULL
    }

    pub(super) fn push(&mut self, opcode: Opcode, payload: &[u8], deflater: Option<&Deflater>) {
        if self.bytes.capacity() == 0 {
            self.bytes = SPARE.take();
        }
        if self.written >= FULL {
            self.bytes.drain(..self.written);
            self.written = 0;
        }
        let mask = Some(random::bytes());
        append_message(&mut self.bytes, opcode, payload, mask, deflater);
    }

    /// Writes what waits. A stream that breaks is ready as well: reading will tell.
    pub(super) fn poll_write(
        &mut self,
        stream: &mut (impl AsyncWrite + Unpin),
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        while self.written < self.bytes.len() {
            match Pin::new(&mut *stream).poll_write(cx, &self.bytes[self.written..]) {
                Poll::Ready(Ok(count)) if count > 0 => self.written += count,
                Poll::Ready(_) => break,
                Poll::Pending => return Poll::Pending,
            }
            self.wants_flush = true;
        }
        self.give_back();
        if self.wants_flush && Pin::new(stream).poll_flush(cx).is_pending() {
            return Poll::Pending;
        }
        self.wants_flush = false;
        Poll::Ready(())
    }

    /// Gives the buffer back to the thread, unless a large message has made it large.
    fn give_back(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        self.written = 0;
        if (1..=2 * FULL).contains(&bytes.capacity()) {
            bytes.clear();
            SPARE.set(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salon_proto::ws::{Decoder, Message, Role};
    use std::io;
    use std::task::Waker;

    /// Takes so many bytes at a time, and none when it is at its limit.
    struct Slow {
        taken: Vec<u8>,
        at_a_time: usize,
        limit: usize,
        writes: usize,
    }

    impl AsyncWrite for Slow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            let room = self.limit - self.taken.len();
            let count = bytes.len().min(self.at_a_time).min(room);
            if count == 0 {
                return Poll::Pending;
            }
            self.writes += 1;
            self.taken.extend_from_slice(&bytes[..count]);
            Poll::Ready(Ok(count))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn slow(at_a_time: usize, limit: usize) -> Slow {
        Slow {
            taken: Vec::new(),
            at_a_time,
            limit,
            writes: 0,
        }
    }

    fn texts(mut wire: Vec<u8>) -> Vec<String> {
        let mut decoder = Decoder::new(Role::Server, 10_000_000);
        let mut input = wire.as_mut_slice();
        let mut texts = Vec::new();
        while let Some(message) = decoder.decode(&mut input).unwrap() {
            match message {
                Message::Text(text) => texts.push(text.into_owned()),
                other => panic!("{other:?}"),
            }
        }
        texts
    }

    #[test]
    fn several_messages_are_one_write_and_leave_no_buffer() {
        let mut cx = Context::from_waker(Waker::noop());
        let (mut outgoing, mut stream) = (Outgoing::default(), slow(usize::MAX, usize::MAX));
        for text in ["4a", "4b", "4c"] {
            outgoing.push(Opcode::Text, text.as_bytes(), None);
        }
        assert!(outgoing.poll_write(&mut stream, &mut cx).is_ready());
        assert_eq!((stream.writes, outgoing.bytes.capacity()), (1, 0));
        assert_eq!(texts(stream.taken), ["4a", "4b", "4c"]);
    }

    #[test]
    fn a_stream_that_takes_little_gets_everything_in_the_end() {
        let mut cx = Context::from_waker(Waker::noop());
        let (mut outgoing, mut stream) = (Outgoing::default(), slow(7_001, 0));
        let expected: Vec<String> = (0..30).map(|number| format!("4{number:010000}")).collect();
        for text in &expected {
            while outgoing.is_full() {
                stream.limit += 50_000;
                let _ = outgoing.poll_write(&mut stream, &mut cx);
            }
            outgoing.push(Opcode::Text, text.as_bytes(), None);
            assert!(outgoing.bytes.len() <= 3 * FULL);
        }
        assert!(outgoing.poll_write(&mut stream, &mut cx).is_pending());
        stream.limit = usize::MAX;
        assert!(outgoing.poll_write(&mut stream, &mut cx).is_ready());
        assert_eq!(texts(stream.taken), expected);
    }

    #[test]
    fn a_large_buffer_is_not_kept() {
        let mut cx = Context::from_waker(Waker::noop());
        let (mut outgoing, mut stream) = (Outgoing::default(), slow(usize::MAX, usize::MAX));
        outgoing.push(Opcode::Binary, &vec![0; 5_000_000], None);
        assert!(outgoing.is_full());
        assert!(outgoing.poll_write(&mut stream, &mut cx).is_ready());
        assert!(SPARE.take().capacity() <= 2 * FULL);
    }
}
