//! The WebSocket that wants to take a polling session over.

use super::{Session, State};
use crate::encoded::Encoded;
use crate::engine::upgrade::Step;
use crate::engine::{Output, Transport};
use crate::outbox::Outbox;
use crate::timer::Instant;

impl Session {
    /// An upgrade candidate has connected. `false`: close it.
    pub fn handle_candidate(&mut self, now: Instant) -> bool {
        let may_upgrade = self.is_open() && self.transport == Transport::Polling;
        may_upgrade && self.upgrade.handle_candidate(now, &self.timing)
    }

    /// A text frame on the candidate.
    pub fn handle_candidate_text(&mut self, now: Instant, text: &str) {
        let step = match self.decode(text) {
            Ok(packet) => self.upgrade.handle_packet(now, &packet, &self.timing),
            Err(_) => return self.handle_candidate_lost(now),
        };
        self.take_step(now, step);
    }

    /// The candidate is gone, or sent something that is no text.
    pub fn handle_candidate_lost(&mut self, now: Instant) {
        self.upgrade.handle_lost();
        self.take_step(now, Step::Drop);
    }

    pub(super) fn take_step(&mut self, now: Instant, step: Step) {
        match step {
            Step::AnswerProbe => {
                let answer = Output::WriteCandidate(Encoded::PROBE_PONG);
                self.outputs.push_back(answer);
            }
            Step::ReleasePoll => self.release_poll(),
            Step::Switch => self.switch(now),
            Step::Drop => {
                self.outputs.push_back(Output::DropCandidate);
                self.ask_absent_client(now);
            }
        }
    }

    /// A client lets its polls end for the sake of the candidate. If it closes its page between
    /// the last one and the switch, it takes the candidate along and there is no poll to break, so
    /// it is asked at once whether it is still there.
    fn ask_absent_client(&mut self, now: Instant) {
        let is_absent = self.transport == Transport::Polling && !self.poll_held;
        if is_absent && self.is_open() && self.heartbeat.hurry(now, &self.timing) {
            self.outbox.push(Encoded::PING);
        }
    }

    fn switch(&mut self, now: Instant) {
        if self.poll_held {
            // What waits belongs on the WebSocket; the old poll only learns its end.
            let mut last = Outbox::new(self.dialect.protocol);
            last.push(Encoded::CLOSE.without_compression());
            self.poll_held = false;
            let body = last.take_payload(&self.dialect);
            self.outputs.extend(body.map(Output::AnswerPoll));
        }
        self.transport = Transport::WebSocket;
        self.heartbeat.handle_upgrade(now, &self.timing);
        if matches!(self.state, State::Closing { .. }) {
            self.push_close_frame(None);
        }
        self.outputs.push_back(Output::SwitchToCandidate);
    }
}
