//! How a socket gets into its namespace, and out again.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::client::error::{AckFailure, ConnectError, DisconnectReason};
use crate::client::exchange::Output;
use crate::client::socket::{Membership, Recovery, Socket, Wire};
use crate::error::ProtocolError;
use crate::packet::json;

/// Bytes that an id of the server's may have. Node's have 20.
const MAX_ID: usize = 256;

/// What a namespace answers.
#[derive(Default, Deserialize)]
struct Consent {
    #[serde(default)]
    sid: Option<Box<str>>,
    #[serde(default)]
    pid: Option<Box<str>>,
}

impl Socket {
    /// A session is open, and the socket wants to be connected.
    pub(in crate::client) fn join(&mut self, wire: &mut Wire<'_>) {
        if !self.is_active || !matches!(self.membership, Membership::Out) || !wire.is_open() {
            return;
        }
        if !self.options.has_auth {
            return self.send_connect(Map::new(), wire);
        }
        self.membership = Membership::AwaitingAuth;
        self.auth_request = self.auth_request.wrapping_add(1);
        wire.outputs.push_back(Output::NeedAuth {
            socket: self.key,
            request: self.auth_request,
        });
    }

    /// The application's auth data. They come too late for any other than the newest request.
    pub(in crate::client) fn provide_auth(
        &mut self,
        request: u32,
        auth: Map<String, Value>,
        wire: &mut Wire<'_>,
    ) {
        let is_due = matches!(self.membership, Membership::AwaitingAuth);
        if is_due && request == self.auth_request {
            self.send_connect(auth, wire);
        }
    }

    fn send_connect(&mut self, mut auth: Map<String, Value>, wire: &mut Wire<'_>) {
        self.add_recovery(&mut auth);
        let auth = (!auth.is_empty()).then(|| Value::Object(auth).to_string());
        match wire.options.codec.join(&self.namespace, auth.as_deref()) {
            Ok(packet) => {
                self.membership = Membership::Ready(Box::new(packet));
                self.send_ready(wire);
            }
            Err(error) => {
                self.is_active = false;
                self.refuse(error.to_string().into(), None, wire);
            }
        }
    }

    /// As in JavaScript, fields of the application's with these names count.
    fn add_recovery(&self, auth: &mut Map<String, Value>) {
        let Some(recovery) = &self.recovery else {
            return;
        };
        auth.entry("pid").or_insert_with(|| recovery.pid().into());
        if let Some(offset) = recovery.offset() {
            auth.entry("offset").or_insert_with(|| offset.into());
        }
    }

    pub(super) fn send_ready(&mut self, wire: &mut Wire<'_>) {
        let Membership::Ready(packet) = &self.membership else {
            return;
        };
        if wire.send((**packet).clone()).is_ok() {
            let answer_by = Some(wire.now + wire.options.timing.join_timeout);
            self.membership = Membership::Joining { answer_by };
        }
    }

    /// Tells, once, that no answer has come. It may come yet.
    pub(super) fn miss_answer(&mut self, wire: &mut Wire<'_>) {
        if let Membership::Joining { answer_by } = &mut self.membership {
            if answer_by.take_if(|by| wire.now >= *by).is_some() {
                self.fail(ConnectError::Unanswered, wire);
            }
        }
    }

    /// The namespace answers.
    pub(in crate::client) fn handle_connect(
        &mut self,
        data: Option<&str>,
        wire: &mut Wire<'_>,
    ) -> Result<(), ProtocolError> {
        let consent = data.and_then(|data| json::read_value(data).ok());
        let Consent { sid, pid } = consent.unwrap_or_default();
        let is_long = |id: &Option<Box<str>>| id.as_ref().is_some_and(|id| id.len() > MAX_ID);
        if is_long(&sid) || is_long(&pid) {
            return Err(ProtocolError::new("the socket's id is too long"));
        }
        match (&self.membership, sid.filter(|sid| !sid.is_empty())) {
            (Membership::Leaving, _) => self.leave_again(wire),
            (Membership::Joining { .. }, Some(sid)) => self.enter(&sid, pid.as_deref(), wire),
            (Membership::Joining { .. }, None) => {
                self.membership = Membership::Joining { answer_by: None };
                self.fail(ConnectError::OldServer, wire);
            }
            _ => {}
        }
        Ok(())
    }

    /// In this order, as in JavaScript: events that came too early, events that wait, the event
    /// to be retried, and only then the application is told.
    fn enter(&mut self, sid: &str, pid: Option<&str>, wire: &mut Wire<'_>) {
        let known = self.recovery.as_ref().map(|recovery| recovery.pid());
        let recovered = pid.is_some() && pid == known;
        self.membership = Membership::Joined {
            id: sid.into(),
            recovered,
        };
        self.connection = self.connection.wrapping_add(1);
        match (pid, &mut self.recovery) {
            (None, recovery) => *recovery = None,
            (Some(pid), Some(recovery)) => recovery.renew(pid),
            (Some(pid), recovery) => *recovery = Some(Box::new(Recovery::new(pid))),
        }
        self.replay(wire);
        self.flush(wire);
        wire.outputs.push_back(Output::Connected(self.key));
    }

    /// The application left before the answer came.
    fn leave_again(&mut self, wire: &mut Wire<'_>) {
        self.send_disconnect(wire);
        self.membership = Membership::Out;
        self.join(wire);
    }

    /// The namespace refuses.
    pub(in crate::client) fn handle_connect_error(
        &mut self,
        data: Option<&str>,
        wire: &mut Wire<'_>,
    ) {
        match self.membership {
            Membership::Joining { .. } => {
                self.is_active = false;
                let (message, data) = refusal(data);
                self.refuse(message, data, wire);
            }
            Membership::Leaving => {
                self.membership = Membership::Out;
                self.join(wire);
            }
            _ => {}
        }
    }

    fn refuse(&mut self, message: Box<str>, data: Option<Box<str>>, wire: &mut Wire<'_>) {
        self.membership = Membership::Out;
        self.early = None;
        self.fail(ConnectError::Refused { message, data }, wire);
    }

    /// Tells that the socket could not be connected.
    pub(in crate::client) fn fail(&self, error: ConnectError, wire: &mut Wire<'_>) {
        let socket = self.key;
        wire.outputs
            .push_back(Output::ConnectError { socket, error });
    }

    /// The server ends it.
    pub(in crate::client) fn handle_disconnect(&mut self, wire: &mut Wire<'_>) {
        match self.membership {
            Membership::Leaving => self.membership = Membership::Out,
            _ => self.is_active = false,
        }
        self.end(DisconnectReason::ServerDisconnect, None, wire);
        self.join(wire);
    }

    /// The application ends it.
    pub(in crate::client) fn leave(&mut self, wire: &mut Wire<'_>) {
        self.is_active = false;
        match self.membership {
            Membership::Joined { .. } => {
                self.flush_all(wire);
                self.send_disconnect(wire);
                self.end(DisconnectReason::ClientDisconnect, None, wire);
            }
            Membership::Joining { .. } => {
                self.membership = Membership::Leaving;
                self.early = None;
            }
            Membership::Leaving => {}
            _ => self.membership = Membership::Out,
        }
    }

    fn send_disconnect(&self, wire: &mut Wire<'_>) {
        // A parser that cannot write it cannot have written the CONNECT packet before.
        if let Ok(packet) = wire.options.codec.disconnect(&self.namespace) {
            wire.send_control(&packet);
        }
    }

    /// It is not connected any more, or will not be by this session.
    pub(in crate::client) fn end(
        &mut self,
        reason: DisconnectReason,
        details: Option<&Arc<str>>,
        wire: &mut Wire<'_>,
    ) {
        let before = std::mem::replace(&mut self.membership, Membership::Out);
        // The server sends them again, since their offset is not taken.
        self.early = None;
        match before {
            Membership::Out | Membership::Leaving => {}
            Membership::Joined { .. } => self.disconnected(reason, details, wire),
            _ => self.fail(ConnectError::Closed(reason), wire),
        }
    }

    fn disconnected(
        &mut self,
        reason: DisconnectReason,
        details: Option<&Arc<str>>,
        wire: &mut Wire<'_>,
    ) {
        wire.outputs.push_back(Output::Disconnected {
            socket: self.key,
            reason,
            details: details.cloned(),
        });
        self.buffer.take_if(|one| one.is_answer);
        for id in self.acks.take_sent() {
            self.fail_ack(id, AckFailure::Disconnected, wire);
        }
        self.fail_try(AckFailure::Disconnected, wire);
    }
}

/// The message and the data of a refusal; servers of old send only a message.
fn refusal(data: Option<&str>) -> (Box<str>, Option<Box<str>>) {
    let Some(Ok(value)) = data.map(json::read_value::<Value>) else {
        return (Box::default(), None);
    };
    let message = value.as_str().or_else(|| value.get("message")?.as_str());
    let data = value.get("data").map(|data| data.to_string().into());
    (message.unwrap_or_default().into(), data)
}
