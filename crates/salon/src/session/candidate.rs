//! A WebSocket that wants to take a polling session over.

use std::io::IoSlice;
use std::task::{Context, Poll};

use salon_proto::Encoded;
use salon_proto::ws::{self, CloseCode};

use super::link::Writer;
use super::websocket::WebSocket;

/// It is not the session's until the client says so.
pub(super) struct Candidate {
    pub(super) socket: WebSocket,
    pub(super) writer: Writer,
    /// What to say when it is dismissed for breaking the rules of WebSocket.
    pub(super) goodbye: Option<CloseCode>,
}

impl Candidate {
    /// Writes a packet of a few bytes, which an idle stream takes whole.
    pub(super) fn write(&mut self, packet: &Encoded, cx: &mut Context<'_>) -> bool {
        packet.frames().all(|frame| {
            let written = self.writer.poll_write(cx, &[IoSlice::new(frame)]);
            matches!(written, Poll::Ready(Ok(count)) if count == frame.len())
        })
    }

    /// Says goodbye, as far as that is possible at once.
    pub(super) fn dismiss(&mut self, cx: &mut Context<'_>) {
        let frame = match self.goodbye {
            Some(code) => ws::close_frame(code, "", None),
            None => ws::empty_close_frame(None),
        };
        self.write(&Encoded::control_frame(frame), cx);
        let _ = self.writer.poll_flush(cx);
        let _ = self.writer.poll_shutdown(cx);
    }
}
