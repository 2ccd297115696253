//! Drives the session as the server's real shell does, and watches over its promises.

use std::io::IoSlice;

use salon_proto::engine::payload::{Payload, PollBody, SEPARATOR};
use salon_proto::engine::{Output, Received, Transport};
use salon_proto::ws::{self, Message};
use salon_proto::{CloseReason, Encoded};

use crate::Client;
use crate::link::Link;

/// Fewer than may wait, so that one write is rarely all.
const SLICES: usize = 3;

impl Client {
    /// The end of a turn: lets the transport take what waits, and obeys the session.
    #[track_caller]
    pub(crate) fn turn(&mut self) {
        loop {
            self.session.flush();
            self.write();
            let Some(output) = self.session.poll_output() else {
                break;
            };
            self.obey(output);
        }
        self.check();
    }

    fn write(&mut self) {
        let Some(link) = &mut self.socket else {
            return;
        };
        loop {
            let outbox = self.session.outbox();
            let mut slices = [IoSlice::new(&[]); SLICES];
            let filled = outbox.fill_slices(&mut slices);
            let bytes: Vec<u8> = slices[..filled]
                .iter()
                .flat_map(|one| one.to_vec())
                .collect();
            let waiting = outbox.bytes();
            assert_eq!(outbox.is_empty(), bytes.is_empty(), "empty means no bytes");
            let count = link.write(&bytes);
            if count == 0 {
                return;
            }
            self.session.handle_written(count);
            assert_eq!(
                self.session.outbox().bytes(),
                waiting - count,
                "bytes are counted"
            );
        }
    }

    #[track_caller]
    fn obey(&mut self, output: Output) {
        let is_over = self.closed.is_some();
        match output {
            Output::AnswerPoll(body) => {
                assert!(self.holds_poll, "only a held poll can be answered");
                assert!(
                    !body.bytes.is_empty(),
                    "an answer holds at least one packet"
                );
                self.holds_poll = false;
                self.bodies.push_back(readable(&body));
            }
            Output::WriteCandidate(packet) => self.write_candidate(&packet),
            Output::SwitchToCandidate => {
                assert!(self.socket.is_none(), "a session moves once");
                self.socket = self.candidate.take();
                assert!(self.socket.is_some(), "there is a candidate");
            }
            Output::DropCandidate => {
                self.dropped_candidates += usize::from(self.candidate.take().is_some());
                return;
            }
            Output::Closed(reason) => {
                assert_eq!(self.closed, None, "a session ends once");
                assert!(!self.holds_poll, "no poll is left without an answer");
                self.closed = Some(reason);
            }
        }
        assert!(!is_over, "nothing happens after the end");
    }

    fn write_candidate(&mut self, packet: &Encoded) {
        let candidate = self.candidate.as_mut().expect("there is a candidate");
        for frame in packet.frames(self.session.dialect().protocol) {
            candidate.write(frame);
        }
    }

    #[track_caller]
    fn check(&self) {
        assert_eq!(
            self.session.is_closed(),
            self.closed.is_some(),
            "the end is told"
        );
        assert_eq!(
            self.session.poll_timeout().is_none(),
            self.closed.is_some(),
            "there is a deadline until the end"
        );
        assert!(
            !(self.holds_poll && self.closed.is_some()),
            "no poll outlives the session"
        );
        let is_moved = self.session.transport() == Transport::WebSocket;
        assert_eq!(
            is_moved,
            self.socket.is_some(),
            "the transport is the one in use"
        );
    }
}

/// What arrives.
impl Client {
    /// Bytes on the WebSocket or on the candidate, whichever `from_candidate` says.
    #[track_caller]
    pub(crate) fn arrive(&mut self, bytes: &[u8], from_candidate: bool) {
        let link = if from_candidate {
            &mut self.candidate
        } else {
            &mut self.socket
        };
        let Some(mut link) = link.take() else {
            panic!("the client has no such WebSocket");
        };
        let messages = decode(&mut link, bytes);
        if from_candidate {
            self.candidate = Some(link);
        } else {
            self.socket = Some(link);
        }
        for message in messages {
            // After the switch, what follows on the candidate belongs to the session.
            if self.session.transport() == Transport::WebSocket {
                self.deliver(message);
            } else {
                self.deliver_candidate(message);
            }
        }
        self.turn();
    }

    fn deliver(&mut self, message: Result<Message<'_>, ws::Error>) {
        match message {
            Ok(Message::Text(text)) => {
                let received = self.session.handle_text(self.now, &text);
                note(&mut self.messages, &received);
            }
            Ok(Message::Binary(data)) => {
                if let Some(data) = self.session.handle_binary(self.now, data) {
                    self.messages.push_back(format!("binary {data:?}"));
                }
            }
            Ok(Message::Ping(payload)) => {
                let pong = Encoded::control_frame(ws::pong_frame(&payload, None));
                let _ = self.session.send(pong, false);
            }
            Ok(Message::Pong(_)) => {}
            Ok(Message::Close(frame)) => {
                self.session
                    .handle_close_frame(frame.map(|frame| frame.code));
            }
            Err(error) => self.session.handle_broken(error.close_code()),
        }
    }

    fn deliver_candidate(&mut self, message: Result<Message<'_>, ws::Error>) {
        match message {
            Ok(Message::Text(text)) => self.session.handle_candidate_text(self.now, &text),
            Ok(Message::Ping(_) | Message::Pong(_)) => {}
            Ok(Message::Binary(_) | Message::Close(_)) | Err(_) => {
                self.session.handle_candidate_lost(self.now);
            }
        }
    }

    pub(crate) fn deliver_payload(&mut self, mut payload: Payload) {
        while let Some(packet) = payload.next_packet() {
            let received = match packet {
                Ok(packet) => self
                    .session
                    .handle_packet(self.now, packet, Transport::Polling),
                Err(_) => self.session.handle_malformed(),
            };
            note(&mut self.messages, &received);
        }
    }

    #[track_caller]
    pub(crate) fn lose(&mut self, reason: CloseReason) {
        if let Some(link) = &mut self.socket {
            link.is_up = false;
        }
        self.session.handle_lost(reason);
        assert!(
            self.session.outbox().is_empty(),
            "nothing waits for a lost connection"
        );
        self.turn();
    }
}

fn decode(link: &mut Link, bytes: &[u8]) -> Vec<Result<Message<'static>, ws::Error>> {
    let mut bytes = bytes.to_vec();
    let mut input = bytes.as_mut_slice();
    let mut messages = Vec::new();
    loop {
        match link.incoming.decode(&mut input) {
            Ok(None) => return messages,
            Ok(Some(message)) => messages.push(Ok(message.into_owned())),
            Err(error) => messages.push(Err(error)),
        }
    }
}

/// Bytes as a byte string is written in Rust; in text, `|` for the record separator.
fn readable(body: &PollBody) -> String {
    if body.is_binary {
        return body.bytes.escape_ascii().to_string();
    }
    let text = std::str::from_utf8(&body.bytes).expect("a body is text");
    text.replace(char::from(SEPARATOR), "|")
}

fn note(messages: &mut std::collections::VecDeque<String>, received: &Received<'_>) {
    match received {
        Received::Nothing => {}
        Received::Text(text) => messages.push_back((*text).to_owned()),
        Received::Binary(data) => messages.push_back(format!("binary {data:?}")),
    }
}
