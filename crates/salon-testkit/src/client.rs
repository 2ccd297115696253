//! What the client does.

use salon_proto::engine::PollAnswer;
use salon_proto::engine::payload::{PayloadDecoder, SEPARATOR};
use salon_proto::ws::{self, CloseCode, MaskKey};
use salon_proto::{CloseReason, ProtocolError};

use crate::Client;
use crate::link::Link;

const MASK: MaskKey = [0x37, 0xFA, 0x21, 0x3D];

/// Over polling. In a body, `|` stands for the record separator.
impl Client {
    /// Polls; the server holds it, or answers at once.
    #[track_caller]
    pub fn poll(&mut self) {
        assert_eq!(self.try_poll(), PollAnswer::Hold, "the poll is taken");
    }

    /// Polls; returns what the server makes of it.
    #[track_caller]
    pub fn try_poll(&mut self) -> PollAnswer {
        let answer = self.session.handle_poll();
        self.holds_poll |= answer == PollAnswer::Hold;
        self.turn();
        answer
    }

    /// Breaks the connection on which it polls.
    #[track_caller]
    pub fn abort_poll(&mut self) {
        self.holds_poll = false;
        self.session.handle_poll_lost();
        self.turn();
    }

    /// Posts a whole body.
    #[track_caller]
    pub fn post(&mut self, body: &str) {
        assert!(self.begin_post(), "the post is taken");
        self.finish_post(body);
    }

    /// Begins to post; `false` if the server refuses.
    #[track_caller]
    pub fn begin_post(&mut self) -> bool {
        let accepted = self.session.handle_post();
        self.turn();
        accepted
    }

    /// The rest of the body is there.
    #[track_caller]
    pub fn finish_post(&mut self, body: &str) {
        let body = body.replace('|', char::from(SEPARATOR).encode_utf8(&mut [0; 4]));
        self.finish_post_in_chunks([body.as_bytes()]);
    }

    /// The rest of the body is there, in raw chunks.
    #[track_caller]
    pub fn finish_post_in_chunks<'a>(&mut self, chunks: impl IntoIterator<Item = &'a [u8]>) {
        self.finish_post_as(chunks, false);
    }

    /// The same; `is_octet_stream` says whether the content type is that of bytes.
    #[track_caller]
    pub fn finish_post_as<'a>(
        &mut self,
        chunks: impl IntoIterator<Item = &'a [u8]>,
        is_octet_stream: bool,
    ) {
        let encoding = self.session.dialect().encoding_of_post(is_octet_stream);
        let encoding = encoding.expect("the protocol has such bodies");
        let mut decoder = PayloadDecoder::new(self.max_payload);
        let pushed: Result<(), ProtocolError> =
            chunks.into_iter().try_for_each(|chunk| decoder.push(chunk));
        // A body that is too large is answered with status 413, and that is all.
        if pushed.is_ok() {
            match decoder.finish(encoding) {
                Ok(payload) => self.deliver_payload(payload),
                Err(_) => {
                    self.session.handle_malformed();
                }
            }
        }
        self.session.handle_post_done();
        self.turn();
    }
}

/// Breaking a post off.
impl Client {
    /// Breaks the connection on which it posts, before the body is whole.
    #[track_caller]
    pub fn abort_post(&mut self) {
        self.session.handle_post_lost();
        self.turn();
    }
}

/// Over the WebSocket.
impl Client {
    /// Sends a text frame.
    #[track_caller]
    pub fn send(&mut self, text: &str) {
        self.send_bytes(&Self::text_frame(text));
    }

    /// Sends a binary frame.
    #[track_caller]
    pub fn send_binary(&mut self, data: &[u8]) {
        self.send_bytes(&Self::binary_frame(data));
    }

    /// Sends a close frame.
    #[track_caller]
    pub fn send_close(&mut self, code: Option<u16>) {
        self.send_bytes(&Self::close_frame(code));
    }

    /// Sends bytes as they are.
    #[track_caller]
    pub fn send_bytes(&mut self, bytes: &[u8]) {
        self.arrive(bytes, false);
    }

    /// Ends the stream without a close frame.
    #[track_caller]
    pub fn hang_up(&mut self) {
        self.lose(CloseReason::TransportClose);
    }

    /// Breaks the stream.
    #[track_caller]
    pub fn reset(&mut self) {
        self.lose(CloseReason::TransportError);
    }

    /// Takes no more than `room` bytes from now on.
    #[track_caller]
    pub fn read_only(&mut self, room: usize) {
        self.socket.as_mut().expect("there is a WebSocket").room = room;
        self.turn();
    }

    /// The bytes of a text frame as a client sends it.
    #[must_use]
    pub fn text_frame(text: &str) -> Vec<u8> {
        ws::text_frame(text, Some(MASK)).to_vec()
    }

    /// The bytes of a binary frame as a client sends it.
    #[must_use]
    pub fn binary_frame(data: &[u8]) -> Vec<u8> {
        ws::binary_frame(data, Some(MASK)).to_vec()
    }

    /// The bytes of a close frame as a client sends it.
    ///
    /// # Panics
    /// If the code must not be sent.
    #[must_use]
    pub fn close_frame(code: Option<u16>) -> Vec<u8> {
        let frame = match code {
            None => ws::empty_close_frame(Some(MASK)),
            Some(code) => {
                let code = CloseCode::new(code).expect("a code that may be sent");
                ws::close_frame(code, "", Some(MASK))
            }
        };
        frame.to_vec()
    }
}

/// Over the upgrade candidate.
impl Client {
    /// Connects a candidate; `false` if the server closes it at once.
    #[track_caller]
    pub fn connect_candidate(&mut self) -> bool {
        let accepted = self.session.handle_candidate(self.now);
        if accepted {
            assert!(self.candidate.is_none(), "there is one candidate at a time");
            self.candidate = Some(Link::new(self.max_payload));
        }
        self.turn();
        accepted
    }

    /// Connects a candidate and probes it.
    #[track_caller]
    pub fn probe(&mut self) {
        assert!(self.connect_candidate(), "the candidate is taken");
        self.candidate_sends("2probe");
        self.expect_candidate("3probe");
    }

    /// Moves the session to the candidate.
    #[track_caller]
    pub fn switch(&mut self) {
        self.candidate_sends("5");
        assert!(self.socket.is_some(), "the session has moved");
    }

    /// Sends a text frame on the candidate.
    #[track_caller]
    pub fn candidate_sends(&mut self, text: &str) {
        self.candidate_sends_bytes(&Self::text_frame(text));
    }

    /// Sends bytes on the candidate.
    #[track_caller]
    pub fn candidate_sends_bytes(&mut self, bytes: &[u8]) {
        self.arrive(bytes, true);
    }

    /// Ends the candidate's stream.
    #[track_caller]
    pub fn candidate_hangs_up(&mut self) {
        self.session.handle_candidate_lost(self.now);
        self.turn();
    }
}
