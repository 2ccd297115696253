//! What handles ask for, done.

use salon_handler::AckError;
use salon_proto::client::{self, Emitted, Failure, SocketOptions};

use super::dispatcher::{Dispatcher, Entry};
use super::expected::{Waiting, emit_error};
use super::inbox::{Command, Emission, SocketNumber};
use crate::auth::Auth;
use crate::error::ConnectError;
use crate::socket::{Settings, WeakSocket};

impl Dispatcher {
    pub(super) fn obey(&mut self, command: Command) {
        let now = self.now;
        match command {
            Command::Enter(number, socket) => self.enter(number, socket),
            Command::Leave(number) => self.leave(number),
            Command::Connect(number) => self.connect(number),
            Command::Emit(number, emission) => self.emit(number, emission),
            Command::Disconnect(number) => {
                if let Some(key) = self.key(number) {
                    self.core.disconnect(now, key);
                    // What was told meanwhile is not so any more, and the core may have no word.
                    if let Some(socket) = self.socket(key) {
                        socket.change(|view| view.is_active = false);
                    }
                }
            }
            Command::Answer {
                socket,
                connection,
                packet,
            } => {
                if let Some(key) = self.key(socket) {
                    // A connection that is over took whoever wanted the answer with it.
                    let _ = self.core.answer(now, key, connection, packet);
                }
            }
            Command::AckTimeout(number, id, timeout) => {
                if let Some(key) = self.key(number) {
                    self.core.set_ack_timeout(now, key, id, timeout);
                }
            }
            Command::Reconnection(reconnection) => self.core.set_reconnection(reconnection),
            Command::DropConnection => self.drop_connection(),
            Command::ForgetAck(number, id) => {
                if let Some(key) = self.key(number) {
                    self.answers.remove(&(key, id));
                    self.core.cancel_ack(key, id);
                }
            }
        }
    }

    fn drop_connection(&mut self) {
        if self.core.handshake().is_some() {
            let why = Some("the application dropped the connection");
            self.core.handle_lost(self.now, Failure::WebSocket, why);
        }
    }

    fn enter(&mut self, number: SocketNumber, socket: WeakSocket) {
        let Some(strong) = socket.upgrade() else {
            return;
        };
        let options = socket_options(strong.settings());
        let mut key = self.core.socket(strong.namespace(), options.clone());
        if let Some(namesake) = self
            .sockets
            .iter()
            .find(|one| one.has_key(key.as_ref().ok()))
        {
            // Its last handle was dropped, or there were no other; that is about to be told.
            self.leave(namesake.number);
            key = self.core.socket(strong.namespace(), options);
        }
        let key = key.map_err(|error| ConnectError::config(&error));
        // Most managers have one.
        self.sockets.reserve_exact(1);
        self.sockets.push(Entry {
            number,
            key,
            socket,
            is_up: false,
            auth_request: 0,
        });
    }

    fn leave(&mut self, number: SocketNumber) {
        let key = self.key(number);
        self.sockets.retain(|one| one.number != number);
        if let Some(key) = key {
            self.core.remove(self.now, key);
        }
    }

    fn connect(&mut self, number: SocketNumber) {
        let Some(entry) = self.sockets.iter().find(|one| one.number == number) else {
            return;
        };
        match &entry.key {
            Ok(key) => {
                let key = *key;
                self.core.connect(self.now, key);
                if let Some(socket) = self.socket(key) {
                    socket.change(|view| view.is_active = true);
                }
            }
            Err(error) => {
                let error = error.clone();
                if let Some(socket) = entry.socket.upgrade() {
                    self.tell_connect_error(&socket, error, false);
                }
            }
        }
    }

    fn emit(&mut self, number: SocketNumber, emission: Emission) {
        let Some(key) = self.key(number) else {
            return;
        };
        let fate = emission.fate.filter(|fate| !fate.is_closed());
        let shown = emission.shown;
        let mut sent = client::Emission::new(emission.packet);
        sent.volatile = emission.is_volatile;
        let report = (fate.is_some() || shown.is_some()).then(|| self.next_report());
        sent.report = report;
        if let Some(question) = &emission.question {
            sent = sent.with_ack(question.id, question.timeout);
        }
        let waiter = emission.question.and_then(|question| {
            let waiter = question.waiter?;
            Some(((key, question.id), waiter))
        });
        match self.core.emit(self.now, key, sent) {
            Emitted::Dropped(why) => {
                if let Some((_, waiter)) = waiter {
                    waiter.fail(AckError::Emit(emit_error(why)));
                }
                if let Some(fate) = fate {
                    let _ = fate.send(Err(emit_error(why)));
                }
                return;
            }
            Emitted::Accepted => self.accepted(key, Waiting { fate, shown }),
            Emitted::Waiting => {
                if let Some(report) = report {
                    self.waiting.insert(report, Waiting { fate, shown });
                }
            }
        }
        if let Some((key, waiter)) = waiter {
            self.answers.insert(key, waiter);
        }
    }

    const fn next_report(&mut self) -> u64 {
        self.last_report = self.last_report.wrapping_add(1);
        self.last_report
    }
}

fn socket_options(settings: &Settings) -> SocketOptions {
    let mut options = SocketOptions::default();
    options.has_auth = !matches!(settings.auth, Auth::None);
    options.retries = settings.retries;
    options.max_buffered_age = settings.max_buffered_age;
    options.when_full = settings.when_full;
    options
}
