//! Streams of frames, valid or damaged.

use salon_proto::ws::{
    CloseCode, CloseFrame, ControlPayload, Message, Opcode, Role, apply_mask, encode_header,
};

use crate::{Messages, random::Random};

/// Frames that obey all rules and the messages that they carry.
pub(crate) struct Script {
    pub(crate) role: Role,
    pub(crate) random: Random,
    pub(crate) frames: Vec<Vec<u8>>,
    pub(crate) messages: Messages,
    max_len: usize,
}

impl Script {
    pub(crate) fn new(seed: u64, max_len: usize) -> Self {
        let mut script = Self {
            role: if seed % 2 == 0 {
                Role::Server
            } else {
                Role::Client
            },
            random: Random::new(seed + 1),
            frames: vec![],
            messages: vec![],
            max_len,
        };
        for _ in 0..=script.random.below(8) {
            script.push_message();
        }
        if script.random.chance(3) {
            script.push_close();
        }
        script
    }

    fn push_message(&mut self) {
        match self.random.below(5) {
            0 => self.push_control(),
            1 | 2 => {
                let text = self.random.text(self.max_len);
                self.push_data(Opcode::Text, text.as_bytes());
                self.messages.push(Message::Text(text.into()));
            }
            _ => {
                let len = self.random.len(self.max_len);
                let payload = self.random.bytes(len);
                self.push_data(Opcode::Binary, &payload);
                self.messages.push(Message::Binary(payload.into()));
            }
        }
    }

    /// One message in one or several frames, with control frames in between.
    fn push_data(&mut self, opcode: Opcode, mut payload: &[u8]) {
        let mut opcode = opcode;
        while self.random.chance(2) {
            let (piece, rest) = payload.split_at(self.random.below(payload.len() + 1));
            self.push_frame(false, opcode, piece);
            (opcode, payload) = (Opcode::Continuation, rest);
            if self.random.chance(3) {
                self.push_control();
            }
        }
        self.push_frame(true, opcode, payload);
    }

    fn push_control(&mut self) {
        let len = self.random.len(ControlPayload::MAX_LEN);
        let bytes = self.random.bytes(len);
        let payload = ControlPayload::new(bytes.clone()).unwrap();
        if self.random.chance(2) {
            self.push_frame(true, Opcode::Ping, &bytes);
            self.messages.push(Message::Ping(payload));
        } else {
            self.push_frame(true, Opcode::Pong, &bytes);
            self.messages.push(Message::Pong(payload));
        }
    }

    fn push_close(&mut self) {
        if self.random.chance(3) {
            self.push_frame(true, Opcode::Close, b"");
            return self.messages.push(Message::Close(None));
        }
        let code = *self
            .random
            .pick(&[1000, 1001, 1007, 1011, 1013, 3000, 4999]);
        let reason = self.random.text(123);
        let payload = [&u16::to_be_bytes(code), reason.as_bytes()].concat();
        self.push_frame(true, Opcode::Close, &payload);
        self.messages.push(close(code, &reason));
    }

    fn push_frame(&mut self, fin: bool, opcode: Opcode, payload: &[u8]) {
        let key = self.random.next().to_le_bytes();
        let key = (self.role == Role::Server).then_some([key[0], key[1], key[2], key[3]]);
        let mut frame = encode_header(opcode, payload.len(), key)
            .as_slice()
            .to_vec();
        if !fin {
            frame[0] &= 0x7F;
        }
        let start = frame.len();
        frame.extend(payload);
        if let Some(key) = key {
            apply_mask(&mut frame[start..], key, 0);
        }
        self.frames.push(frame);
    }

    /// Damages one to three places, and says what the stream is now.
    pub(crate) fn mutate(mut self) -> Vec<u8> {
        for _ in 0..=self.random.below(3) {
            let at = self.random.below(self.frames.len());
            match self.random.below(6) {
                0 => drop(self.frames.remove(at)),
                1 => self.frames.insert(at, self.frames[at].clone()),
                2 => self.frames[at..].reverse(),
                3 => self.mutate_head(at),
                _ => self.mutate_byte(at),
            }
            if self.frames.is_empty() {
                break;
            }
        }
        self.frames.concat()
    }

    /// Changes one of the two bytes that hold nearly all rules.
    fn mutate_head(&mut self, at: usize) {
        let bit = 1 << self.random.below(8);
        let byte = self.random.below(2);
        if let Some(byte) = self.frames[at].get_mut(byte) {
            *byte ^= bit;
        }
    }

    fn mutate_byte(&mut self, at: usize) {
        let byte = self.random.byte();
        let frame = &mut self.frames[at];
        let position = self.random.below(frame.len() + 1);
        match self.random.below(3) {
            0 => frame.insert(position, byte),
            1 => frame.truncate(position),
            _ => frame
                .iter_mut()
                .skip(position)
                .take(1)
                .for_each(|b| *b = byte),
        }
    }
}

pub(crate) fn close(code: u16, reason: &str) -> Message<'static> {
    Message::Close(CloseCode::new(code).map(|code| CloseFrame {
        code,
        reason: reason.into(),
    }))
}
