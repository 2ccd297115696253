//! How a session ends, and what its client is told.

use super::{Session, State};
use crate::encoded::Encoded;
use crate::engine::fault::Fault;
use crate::engine::{Output, Transport};
use crate::reason::CloseReason;
use crate::timer::Instant;
use crate::ws::{CloseCode, close_frame, empty_close_frame};

/// The application wants it.
impl Session {
    /// Ends the session once the client has got what waits for it, or
    /// `close_timeout` later.
    pub fn close(&mut self, now: Instant) {
        if !self.is_open() {
            return;
        }
        self.say_goodbye(None);
        self.state = State::Closing {
            gives_up_at: now + self.timing.close_timeout,
        };
        self.close_poll();
    }

    /// Ends the session now; what the client has not got is lost.
    pub fn abort(&mut self) {
        self.fail(CloseReason::ForcedClose);
    }

    /// Tells the client by the held poll, unless messages take that one: a client that reads
    /// both in one body drops the messages, so the close waits for the next poll.
    fn close_poll(&mut self) {
        if self.poll_held && self.outbox.is_empty() {
            self.finish(CloseReason::ForcedClose);
        }
    }
}

/// The transport ends, or breaks.
impl Session {
    /// The transport broke, or the client broke its rules; `code` is for the close frame
    /// of a WebSocket.
    pub fn handle_broken(&mut self, code: CloseCode) {
        self.blame(Fault::of_websocket(code));
        self.say_goodbye(Some(code));
        self.finish(CloseReason::TransportError);
    }

    /// The connection is gone, nothing more can be written.
    pub fn handle_lost(&mut self, reason: CloseReason) {
        self.finish(reason);
        self.outbox.clear();
    }

    /// The client closed the WebSocket; its code, if any, goes back.
    pub fn handle_close_frame(&mut self, code: Option<CloseCode>) {
        self.say_goodbye(code);
        self.finish(CloseReason::TransportClose);
    }
}

/// What they have in common.
impl Session {
    /// Ends the session with a close frame, where there is a WebSocket for it.
    pub(super) fn fail(&mut self, reason: CloseReason) {
        self.say_goodbye(None);
        self.finish(reason);
    }

    /// The first mistake is the one that ends the session.
    pub(super) fn blame(&mut self, fault: Fault) {
        if !self.is_closed() {
            self.fault.get_or_insert(fault);
        }
    }

    pub(super) fn finish(&mut self, reason: CloseReason) {
        if self.state == State::Closed {
            return;
        }
        self.state = State::Closed;
        if self.poll_held && self.outbox.is_empty() {
            // A client that said goodbye itself must not be told to close.
            self.outbox.push(match reason {
                CloseReason::TransportClose => Encoded::NOOP,
                _ => Encoded::CLOSE,
            });
        }
        self.flush();
        if self.upgrade.poll_timeout().is_some() {
            self.upgrade.handle_lost();
            self.outputs.push_back(Output::DropCandidate);
        }
        self.outputs.push_back(Output::Closed(reason));
    }

    /// Queues the one close frame of a WebSocket. A closing session has done so already.
    fn say_goodbye(&mut self, code: Option<CloseCode>) {
        if self.is_open() && self.transport == Transport::WebSocket {
            self.push_close_frame(code);
        }
    }

    pub(super) fn push_close_frame(&mut self, code: Option<CloseCode>) {
        let frame = match code {
            Some(code) => close_frame(code, "", None),
            None => empty_close_frame(None),
        };
        self.outbox.push(Encoded::control_frame(frame));
    }
}
