//! A WebSocket that wants to take a polling session over.

use std::io::IoSlice;
use std::task::{Context, Poll};

use salon_proto::Encoded;
use salon_proto::engine::Protocol;
use salon_proto::ws::{self, CloseCode, Deflater};

use super::line::Line;
use super::link::{Link, Writer};
use super::websocket::WebSocket;

/// It is not the session's until the client says so.
pub(super) struct Candidate {
    pub(super) socket: WebSocket,
    pub(super) writer: Writer,
    /// Compresses what the session sends once this is its WebSocket.
    pub(super) deflater: Option<Deflater>,
    /// What to say when it is dismissed for breaking the rules of WebSocket.
    pub(super) goodbye: Option<CloseCode>,
}

impl Candidate {
    pub(super) fn new(link: Link, max_message: usize) -> Self {
        let Link {
            reader,
            writer,
            read_ahead,
            deflater,
        } = link;
        Self {
            socket: WebSocket::new(reader, read_ahead, max_message, deflater.is_some()),
            writer,
            deflater,
            goodbye: None,
        }
    }

    /// Makes it the session's WebSocket: from here on it is written to by the line.
    pub(super) fn take_over(self, line: &mut Line) -> WebSocket {
        if let Some(deflater) = self.deflater {
            line.engine.enable_deflate(deflater);
        }
        line.writer = Some(self.writer);
        self.socket
    }

    /// Writes a packet of a few bytes, which an idle stream takes whole.
    pub(super) fn write(&mut self, packet: &Encoded, cx: &mut Context<'_>) -> bool {
        // Nothing that is written to a candidate depends on the protocol.
        packet.frames(Protocol::V4).all(|frame| {
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
