//! Takes what the session of a plain Engine.IO client delivers.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use salon_proto::CloseReason;
use salon_proto::timer::Instant;

use super::server::Handlers;
use super::{Message, Socket};
use crate::session::{Receiver, Turn};

pub(super) struct EngineReceiver {
    handlers: Arc<Handlers>,
    socket: Socket,
}

impl EngineReceiver {
    pub(super) const fn new(handlers: Arc<Handlers>, socket: Socket) -> Self {
        Self { handlers, socket }
    }

    fn deliver(&self, message: Message, turn: &mut Turn<'_, '_>) {
        if let Some(handler) = self.handlers.message() {
            turn.start(handler(self.socket.clone(), message));
        }
    }
}

impl Receiver for EngineReceiver {
    fn handle_open(&mut self, turn: &mut Turn<'_, '_>) {
        if let Some(handler) = self.handlers.open() {
            turn.start(handler(self.socket.clone()));
        }
    }

    fn handle_text(&mut self, text: &str, turn: &mut Turn<'_, '_>) {
        self.deliver(text.into(), turn);
    }

    fn handle_binary(&mut self, data: Cow<'_, [u8]>, turn: &mut Turn<'_, '_>) {
        self.deliver(Bytes::from(data.into_owned()).into(), turn);
    }

    fn handle_timeout(&mut self, _now: Instant, _turn: &mut Turn<'_, '_>) {}

    fn handle_closed(&mut self, reason: CloseReason, turn: &mut Turn<'_, '_>) {
        if let Some(handler) = self.handlers.close() {
            turn.start(handler(self.socket.clone(), reason));
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}
