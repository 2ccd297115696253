//! What must have happened by now.

use salon_proto::CloseReason;

use crate::Client;

/// What the client got.
impl Client {
    /// The oldest answer to a poll that was not looked at; `|` stands for the separator.
    #[track_caller]
    pub fn expect_poll(&mut self, body: &str) {
        assert_eq!(
            self.bodies.pop_front().as_deref(),
            Some(body),
            "the poll's answer"
        );
    }

    /// The poll is still held.
    #[track_caller]
    pub fn expect_held(&self) {
        assert!(self.holds_poll, "a poll is held");
        assert_eq!(self.bodies.front(), None, "no answer");
    }

    /// The oldest frame on the WebSocket that was not looked at.
    #[track_caller]
    pub fn expect(&mut self, frame: &str) {
        assert_eq!(self.next_frame().as_deref(), Some(frame), "the next frame");
    }

    /// The oldest frame on the candidate that was not looked at.
    #[track_caller]
    pub fn expect_candidate(&mut self, frame: &str) {
        let link = self.candidate.as_mut().expect("there is a candidate");
        assert_eq!(
            link.frames.pop_front().as_deref(),
            Some(frame),
            "the candidate's frame"
        );
    }

    /// A candidate was closed by the server since the last time this was asked.
    #[track_caller]
    pub fn expect_candidate_dropped(&mut self) {
        assert_eq!(
            std::mem::take(&mut self.dropped_candidates),
            1,
            "candidates dropped"
        );
    }

    /// Nothing came that was not looked at.
    #[track_caller]
    pub fn expect_nothing(&mut self) {
        assert_eq!(self.bodies.pop_front(), None, "no answer to a poll");
        assert_eq!(self.next_frame(), None, "no frame");
        assert_eq!(
            self.messages.pop_front(),
            None,
            "no message to the application"
        );
        assert_eq!(self.dropped_candidates, 0, "no candidate was dropped");
    }

    /// Everything that came to the client over either transport since the last look, packet
    /// by packet, polls before frames.
    pub fn take_packets(&mut self) -> Vec<String> {
        let bodies = std::mem::take(&mut self.bodies);
        let polled = bodies
            .iter()
            .flat_map(|body| body.split('|').map(str::to_owned));
        let mut packets: Vec<String> = polled.collect();
        packets.extend(std::iter::from_fn(|| self.next_frame()));
        packets
    }

    fn next_frame(&mut self) -> Option<String> {
        self.socket.as_mut()?.frames.pop_front()
    }
}

/// What the application got.
impl Client {
    /// The oldest message that was not looked at.
    #[track_caller]
    pub fn expect_message(&mut self, message: &str) {
        assert_eq!(
            self.messages.pop_front().as_deref(),
            Some(message),
            "the message"
        );
    }

    /// All messages since the last look.
    pub fn take_messages(&mut self) -> Vec<String> {
        self.messages.drain(..).collect()
    }

    /// The session is open.
    #[track_caller]
    pub fn expect_open(&self) {
        assert_eq!(self.closed, None, "the session has not ended");
        assert!(self.session.is_open(), "the session is open");
    }

    /// The session is ending, and waits for the client or for its deadline.
    #[track_caller]
    pub fn expect_closing(&self) {
        assert_eq!(self.closed, None, "the session has not ended");
        assert!(!self.session.is_open(), "the session is ending");
    }

    /// The session has ended.
    #[track_caller]
    pub fn expect_closed(&self, reason: CloseReason) {
        assert_eq!(self.closed, Some(reason), "the session has ended");
    }

    /// Whether the client polls at this moment.
    #[must_use]
    pub const fn holds_poll(&self) -> bool {
        self.holds_poll
    }

    /// Whether the client has a candidate at this moment.
    #[must_use]
    pub const fn has_candidate(&self) -> bool {
        self.candidate.is_some()
    }

    /// Why the session ended, if it has.
    #[must_use]
    pub const fn closed(&self) -> Option<CloseReason> {
        self.closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic = "the next frame"]
    fn another_frame_breaks_the_test() {
        let mut client = Client::websocket();
        client.server_sends("4a");
        client.expect("4b");
    }

    #[test]
    #[should_panic = "no answer to a poll"]
    fn an_answer_too_many_breaks_the_test() {
        let mut client = Client::polling();
        client.poll();
        client.server_sends("4a");
        client.expect_nothing();
    }

    #[test]
    #[should_panic = "no message to the application"]
    fn a_message_too_many_breaks_the_test() {
        let mut client = Client::websocket();
        client.send("4a");
        client.expect_nothing();
    }

    #[test]
    #[should_panic = "the session has ended"]
    fn another_reason_breaks_the_test() {
        let mut client = Client::websocket();
        client.hang_up();
        client.expect_closed(CloseReason::TransportError);
    }
}
