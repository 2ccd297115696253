//! The requests of a client on polling: polls (GET) and data (POST).

use std::mem;

use super::{Session, State};
use crate::encoded::Encoded;
use crate::engine::fault::Fault;
use crate::engine::{Output, PollAnswer, Transport};
use crate::reason::CloseReason;

/// Polls.
impl Session {
    /// A poll (GET).
    pub fn handle_poll(&mut self) -> PollAnswer {
        // After the end nobody would answer it.
        if self.transport != Transport::Polling || self.is_closed() {
            return PollAnswer::Refuse;
        }
        if self.poll_held {
            self.blame(Fault::TwoPolls);
            self.finish(CloseReason::TransportError);
            return PollAnswer::Refuse;
        }
        self.poll_held = true;
        if matches!(self.state, State::Closing { .. }) && self.outbox.is_empty() {
            self.outbox.push(Encoded::NOOP);
            self.outbox.push(Encoded::CLOSE);
            self.flush();
            self.finish(CloseReason::ForcedClose);
        }
        PollAnswer::Hold
    }

    /// The held poll's connection is gone.
    pub fn handle_poll_lost(&mut self) {
        if self.poll_held {
            self.poll_held = false;
            self.blame(Fault::PollLost);
            self.handle_lost(CloseReason::TransportError);
        }
    }

    /// Lets a held poll take what waits. Call it at the end of each turn.
    pub fn flush(&mut self) {
        if self.transport != Transport::Polling || !self.poll_held {
            return;
        }
        let body = match mem::take(&mut self.is_opening) {
            true => self.outbox.take_first(&self.dialect),
            false => self.outbox.take_payload(&self.dialect),
        };
        if let Some(body) = body {
            self.poll_held = false;
            self.outputs.push_back(Output::AnswerPoll(body));
        }
    }

    pub(super) fn release_poll(&mut self) {
        if self.poll_held && self.outbox.is_empty() {
            self.outbox.push(Encoded::NOOP);
        }
    }
}

/// Data.
impl Session {
    /// Data (POST) begins to arrive. `false`: refuse it with status 400.
    pub fn handle_post(&mut self) -> bool {
        if self.transport != Transport::Polling {
            return false;
        }
        if self.post_running {
            self.blame(Fault::TwoPosts);
            self.finish(CloseReason::TransportError);
            return false;
        }
        self.post_running = true;
        true
    }

    /// The POST is over, whether its body came whole or was refused.
    pub fn handle_post_done(&mut self) {
        self.post_running = false;
    }

    /// The POST's connection is gone before its body was whole.
    pub fn handle_post_lost(&mut self) {
        self.post_running = false;
        if self.transport == Transport::Polling {
            self.blame(Fault::PostLost);
            self.handle_lost(CloseReason::TransportError);
        }
    }
}
