//! Whom to tell what the protocol's core says.

use std::any::Any;

use salon_handler::{Ack, Call, Data, Handlers, Occasion};
use salon_proto::client::{Arrived, Output, Received, SocketKey};
use salon_proto::packet;

use super::dispatcher::Dispatcher;
use super::expected::{Waiting, ack_error, emit_error};
use crate::error::ConnectError;
use crate::manager::{self, Manager};
use crate::socket::{AckId, Disconnection, Kept, Socket};

/// What the core has to say.
impl Dispatcher {
    /// Tells everybody, and leaves to `work` what is for the transports.
    pub(super) fn tell_outputs(&mut self) {
        while let Some(output) = self.core.poll_output() {
            self.tell(output);
        }
    }

    /// What came by a packet, after the outputs that come first.
    pub(super) fn tell_received(&mut self, received: Received<'_>) {
        match received {
            Received::Nothing => {}
            Received::Event(event) => self.tell_event(&event),
            Received::Ack { socket, ack } => self.tell_answer(socket, ack),
        }
    }

    fn tell(&mut self, output: Output) {
        match output {
            Output::Open(_) | Output::Engine(_) => {
                self.show_transport();
                self.work.push_back(output);
            }
            Output::NeedAuth { socket, request } => self.ask_auth(socket, request),
            Output::Event(event) => {
                self.show_connected(event.socket);
                self.tell_event(&event);
            }
            Output::Ack { socket, ack } => self.tell_answer(socket, ack),
            Output::AckFailed { socket, id, why } => {
                if let Some(waiter) = self.answers.remove(&(socket, id)) {
                    waiter.fail(ack_error(why));
                }
            }
            Output::Accepted { socket, report } => {
                if let Some(waiting) = self.waiting.remove(&report) {
                    self.accepted(socket, waiting);
                }
            }
            Output::Dropped { report, why, .. } => {
                let waiting = self.waiting.remove(&report);
                if let Some(fate) = waiting.and_then(|one| one.fate) {
                    let _ = fate.send(Err(emit_error(why)));
                }
            }
            output => self.tell_change(output),
        }
    }

    /// Changes of the connection.
    fn tell_change(&mut self, output: Output) {
        match output {
            Output::Connected(key) => self.tell_connected(key),
            Output::ConnectError { socket: key, error } => {
                if let Some(socket) = self.socket(key) {
                    let error = ConnectError::from_core(&error);
                    let is_active = self.is_active(key);
                    self.tell_connect_error(&socket, error, is_active);
                }
            }
            Output::Disconnected {
                socket: key,
                reason,
                details,
            } => {
                if let Some(socket) = self.socket(key) {
                    self.tell_disconnected(key, &socket, Disconnection { reason, details });
                }
            }
            output => self.tell_manager_change(output),
        }
    }

    fn tell_manager_change(&mut self, output: Output) {
        match output {
            Output::Opened => {
                self.show_transport();
                self.tell_manager(|table| &table.open, None, None);
            }
            Output::Closed { reason, .. } => {
                self.tell_manager(|table| &table.close, None, Some(&reason));
            }
            Output::Error(error) => {
                let error = ConnectError::from_session(&error);
                self.tell_manager(|table| &table.error, None, Some(&error));
            }
            Output::Ping => self.tell_manager(|table| &table.ping, None, None),
            Output::ReconnectAttempt(attempt) => {
                self.tell_manager(|table| &table.reconnect_attempt, Some(attempt), None);
            }
            Output::ReconnectError(error) => {
                let error = ConnectError::from_session(&error);
                self.tell_manager(|table| &table.reconnect_error, None, Some(&error));
            }
            Output::ReconnectFailed => self.tell_reconnect_failed(),
            Output::Reconnected(attempt) => {
                self.tell_manager(|table| &table.reconnect, Some(attempt), None);
            }
            _ => {}
        }
    }

    fn tell_reconnect_failed(&mut self) {
        for socket in self.sockets() {
            socket.change(|view| view.is_active = false);
        }
        self.tell_manager(|table| &table.reconnect_failed, None, None);
    }

    fn show_transport(&self) {
        let transport = self.core.handshake().and_then(|_| self.core.transport());
        if let Some(manager) = self.manager.upgrade() {
            manager.show_transport(transport);
        }
    }

    /// Whether somebody tries to connect it, or will.
    fn is_active(&self, key: SocketKey) -> bool {
        self.core.is_active(key) && !self.core.is_idle()
    }
}

/// Sockets.
impl Dispatcher {
    /// Events that were missed come before the word that it is connected, and see it connected.
    fn show_connected(&self, key: SocketKey) {
        let socket = self.socket(key).filter(|one| !one.has_left());
        let (Some(socket), Some(id)) = (socket, self.core.id(key)) else {
            return;
        };
        let is_recovered = self.core.is_recovered(key);
        socket.change(|view| {
            if !view.is_connected {
                view.connected(id.into(), is_recovered);
            }
        });
    }

    fn tell_connected(&mut self, key: SocketKey) {
        let Some(socket) = self.socket(key).filter(|one| !one.has_left()) else {
            return;
        };
        self.set_up(key, true);
        self.show_connected(key);
        self.call(&socket, &socket.table().shared.connect, Occasion::Connect);
    }

    pub(super) fn tell_connect_error(
        &mut self,
        socket: &Socket,
        error: ConnectError,
        is_active: bool,
    ) {
        socket.change(|view| view.failed(error.clone(), is_active));
        let occasion = Occasion::Other(&error);
        self.call(socket, &socket.table().connect_error, occasion);
    }

    fn tell_disconnected(&mut self, key: SocketKey, socket: &Socket, why: Disconnection) {
        let is_active = self.is_active(key) && !socket.has_left();
        socket.change(|view| view.disconnected(is_active));
        if !self.set_up(key, false) {
            return;
        }
        let occasion = Occasion::Disconnect(why);
        self.call(socket, &socket.table().shared.disconnect, occasion);
    }

    fn call(
        &mut self,
        socket: &Socket,
        handlers: &Handlers<Socket>,
        occasion: Occasion<'_, Socket>,
    ) {
        let call = Call::new(socket, occasion, Data::None, None);
        let waker = &self.waker;
        self.running
            .start(waker, |start| handlers.call(&call, start));
    }

    /// An event: the hooks for any see it, and then its handlers have it, or else the queue.
    fn tell_event(&mut self, arrived: &Arrived<'_>) {
        let Some(socket) = self.socket(arrived.socket).filter(|one| !one.has_left()) else {
            return;
        };
        let event = &arrived.event;
        let ack = event.ack_id.map(|id| AckId {
            connection: arrived.connection,
            id,
        });
        let data = Data::Event {
            array: &event.array,
            first: event.first,
            attachments: &event.attachments,
        };
        let occasion = Occasion::Event(&event.name);
        let call = Call::new(&socket, occasion, data, ack);
        let table = &socket.table().shared;
        let is_handled = self.running.start(&self.waker, |start| {
            table.any.call(&call, start);
            let is_handled = table.events.call(&event.name, &call, start);
            if !is_handled {
                table.unhandled.call(&call, start);
            }
            is_handled || !table.unhandled.is_empty()
        });
        if !is_handled {
            socket.keep(Kept {
                name: (*event.name).into(),
                array: (*event.array).into(),
                attachments: event.attachments.to_vec().into(),
                ack,
            });
        }
    }

    fn tell_answer(&mut self, key: SocketKey, ack: packet::Ack<'_>) {
        if let Some(waiter) = self.answers.remove(&(key, ack.id)) {
            waiter.answer(ack);
        }
    }

    /// An event has been sent.
    pub(super) fn accepted(&mut self, key: SocketKey, event: Waiting) {
        if let Some(fate) = event.fate {
            let _ = fate.send(Ok(()));
        }
        let (Some(shown), Some(socket)) = (event.shown, self.socket(key)) else {
            return;
        };
        let call = shown.call(&socket, Ack::unwanted());
        let hooks = &socket.table().shared.any_outgoing;
        self.running
            .start(&self.waker, |start| hooks.call(&call, start));
    }
}

/// The manager.
impl Dispatcher {
    /// `number` is the handlers' data, `detail` what those find that have it as an argument.
    fn tell_manager(
        &mut self,
        handlers: impl FnOnce(&manager::Table) -> &Handlers<Manager>,
        number: Option<u32>,
        detail: Option<&(dyn Any + Send + Sync)>,
    ) {
        let Some(manager) = self.manager.upgrade() else {
            return;
        };
        let handlers = manager.table().map(|table| handlers(table));
        let Some(handlers) = handlers.filter(|all| !all.is_empty()) else {
            return;
        };
        let number = number.map(|number| number.to_string());
        let data = number.as_deref().map_or(Data::None, Data::Value);
        let occasion = detail.map_or(Occasion::Connect, Occasion::Other);
        let call = Call::new(&manager, occasion, data, None);
        self.running
            .start(&self.waker, |start| handlers.call(&call, start));
    }
}
