//! How a manager gets a session, and what it does when that ends.

use std::sync::Arc;

use crate::client::error::{ConnectError, DisconnectReason, Failure, SessionError};
use crate::client::exchange::Output;
use crate::client::manager::{Attempt, Cause, Manager, Phase};
use crate::client::session::{self, Session};
use crate::client::socket::Socket;
use crate::engine::Transport;
use crate::reason::CloseReason;
use crate::timer::Instant;

impl Manager {
    /// Opens a session, if there is none.
    pub(super) fn open(&mut self, now: Instant) {
        match &mut self.phase {
            Phase::Opening { .. } | Phase::Open { .. } => {}
            Phase::Draining { then_opens } => *then_opens = true,
            Phase::Closed => self.begin(now),
        }
    }

    fn begin(&mut self, now: Instant) {
        let mut transports = self.transports().into_iter();
        let Some(first) = transports.next() else {
            let error = SessionError::new(Failure::NoTransport, None);
            return self.open_failed(now, error);
        };
        if !self.options.try_all_transports {
            transports = Vec::new().into_iter();
        }
        self.phase = Phase::Opening {
            gives_up_at: now + self.options.timing.open_timeout,
            untried: transports,
        };
        self.begin_over(now, first);
    }

    /// The transports to try, the best first.
    fn transports(&self) -> Vec<Transport> {
        let mut transports = self.options.transports.clone();
        let remembers = self.options.remember_upgrade && self.websocket_works;
        if remembers && transports.contains(&Transport::WebSocket) {
            transports.retain(|one| *one != Transport::WebSocket);
            transports.insert(0, Transport::WebSocket);
        }
        transports
    }

    fn begin_over(&mut self, now: Instant, transport: Transport) {
        let options = &self.options;
        let upgrades = options.upgrade && options.transports.contains(&Transport::WebSocket);
        let session = Session::open(transport, upgrades, &options.timing, &options.limits);
        self.session = Some(Box::new(session));
        self.incoming = options.codec.incoming(&options.limits);
        self.cause = None;
        self.outputs.push_back(Output::Open(transport));
        self.obey_session(now);
    }

    pub(super) fn handle_opening_timeout(&mut self, now: Instant) {
        let Phase::Opening {
            gives_up_at,
            untried,
        } = &mut self.phase
        else {
            return;
        };
        if now >= *gives_up_at {
            // The time is for all of them together.
            *untried = Vec::new().into_iter();
            self.abort(now, Failure::Timeout, None);
        }
    }

    /// Ends the session; nothing more is sent.
    pub(super) fn abort(&mut self, now: Instant, failure: Failure, details: Option<Arc<str>>) {
        let error = SessionError::new(failure, details);
        self.cause = Some(Box::new(Cause::Failed(error)));
        if let Some(session) = &mut self.session {
            session.handle_lost();
        }
        self.obey_session(now);
    }

    /// The open packet came.
    pub(super) fn handle_opened(&mut self, now: Instant) {
        self.phase = Phase::Open { since: now };
        self.websocket_works = self.transport() == Some(Transport::WebSocket);
        self.outputs.push_back(Output::Opened);
        self.for_each_socket(now, Socket::join);
        self.attempt_succeeded();
        self.close_if_unused(now);
    }

    /// Passes on what the session wants, and notices its end.
    pub(super) fn obey_session(&mut self, now: Instant) {
        while let Some(output) = self.session.as_mut().and_then(|one| one.poll_output()) {
            let mut end = None;
            match &output {
                session::Output::OpenCandidate => self.websocket_works = false,
                session::Output::SwitchToCandidate => self.websocket_works = true,
                session::Output::Closed(reason) => end = Some(*reason),
                _ => {}
            }
            self.outputs.push_back(Output::Engine(output));
            if let Some(reason) = end {
                self.session = None;
                self.session_ended(now, reason);
            }
        }
    }

    fn session_ended(&mut self, now: Instant, reason: CloseReason) {
        match &mut self.phase {
            Phase::Closed => {}
            Phase::Opening { untried, .. } => {
                self.websocket_works = false;
                match untried.next() {
                    Some(next) => self.begin_over(now, next),
                    None => {
                        let error = self.take_error();
                        self.open_failed(now, error);
                    }
                }
            }
            Phase::Open { since } => {
                if now >= *since + self.reconnection.delay_max {
                    // One that ended sooner has not shown that the server is well.
                    self.backoff.reset();
                }
                self.closed(now, reason);
            }
            Phase::Draining { then_opens } => {
                let then_opens = *then_opens;
                self.phase = Phase::Closed;
                if then_opens {
                    self.open(now);
                }
            }
        }
    }

    fn take_error(&mut self) -> SessionError {
        match self.cause.take().map(|cause| *cause) {
            Some(Cause::Failed(error)) => error,
            Some(Cause::Details(details)) => SessionError::new(Failure::Server, Some(details)),
            None => SessionError::new(Failure::Server, None),
        }
    }

    /// No session could be opened.
    fn open_failed(&mut self, now: Instant, error: SessionError) {
        self.phase = Phase::Closed;
        self.error(now, &error);
        self.attempt_failed(now, error);
    }

    fn error(&mut self, now: Instant, error: &SessionError) {
        self.outputs.push_back(Output::Error(error.clone()));
        self.for_each_socket(now, |socket, wire| {
            if socket.is_active {
                socket.fail(ConnectError::Session(error.clone()), wire);
            }
        });
    }

    /// A session is over that was open.
    fn closed(&mut self, now: Instant, reason: CloseReason) {
        self.phase = Phase::Closed;
        let details = match self.cause.take().map(|cause| *cause) {
            Some(Cause::Details(details)) => Some(details),
            Some(Cause::Failed(error)) => Some(self.broken(error)),
            None if reason == CloseReason::TransportError => {
                Some(self.broken(SessionError::new(Failure::Server, None)))
            }
            None => None,
        };
        self.end_sockets(now, reason, details);
        self.reconnect(now);
    }

    fn broken(&mut self, error: SessionError) -> Arc<str> {
        self.websocket_works = false;
        let details = error.to_string().into();
        self.outputs.push_back(Output::Error(error));
        details
    }

    fn end_sockets(&mut self, now: Instant, reason: CloseReason, details: Option<Arc<str>>) {
        let details = &details;
        self.outputs.push_back(Output::Closed {
            reason,
            details: details.clone(),
        });
        self.for_each_socket(now, |socket, wire| {
            socket.end(DisconnectReason::Session(reason), details.as_ref(), wire);
        });
        self.sockets.retain(|socket| !socket.is_orphan);
    }

    /// Ends the session once all is sent, and does not open another.
    pub(super) fn force_close(&mut self, now: Instant) {
        self.attempt = Attempt::None;
        self.attempts = 0;
        self.backoff.reset();
        let had_session = matches!(self.phase, Phase::Opening { .. } | Phase::Open { .. });
        if let Phase::Draining { then_opens } = &mut self.phase {
            *then_opens = false;
        }
        if !had_session {
            return;
        }
        self.phase = Phase::Draining { then_opens: false };
        self.end_sockets(now, CloseReason::ForcedClose, None);
        if let Some(session) = &mut self.session {
            session.close(now);
        }
        self.obey_session(now);
    }
}
