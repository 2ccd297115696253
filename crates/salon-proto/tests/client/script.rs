//! A client over a WebSocket whose server is the test: what the test says arrives at once.

use std::time::Duration;

use salon_proto::client::{
    AckFailure, Arrived, Emission, Emitted, Manager, Message, Options, Output, Received, SocketKey,
    SocketOptions, session,
};
use salon_proto::engine::Transport;
use salon_proto::packet::Ack;
use salon_proto::timer::Instant;

pub(crate) const OPEN: &str =
    r#"0{"sid":"eio","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;

/// The shell around a manager, and what has happened as words.
pub(crate) struct Script {
    pub(crate) manager: Manager,
    pub(crate) now: Instant,
    /// What the application was told.
    told: Vec<String>,
    /// What was sent.
    sent: Vec<String>,
}

/// Options for a session over WebSocket.
pub(crate) fn websocket() -> Options {
    let mut options = Options::default();
    options.transports = vec![Transport::WebSocket];
    options
}

impl Script {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            manager: Manager::new(options, 7),
            now: Instant::from_millis(1_000_000),
            told: Vec::new(),
            sent: Vec::new(),
        }
    }

    /// A client with a socket for `/` that is connected, with the id "sid".
    pub(crate) fn connected() -> (Self, SocketKey) {
        Self::connected_with(SocketOptions::default())
    }

    pub(crate) fn connected_with(options: SocketOptions) -> (Self, SocketKey) {
        let mut script = Self::new(websocket());
        let socket = script.manager.socket("/", options).unwrap();
        script.connect(socket);
        script.server(OPEN);
        script.server(r#"40{"sid":"sid"}"#);
        script.forget();
        (script, socket)
    }

    pub(crate) fn connect(&mut self, socket: SocketKey) {
        self.manager.connect(self.now, socket);
        self.turn();
    }

    pub(crate) fn disconnect(&mut self, socket: SocketKey) {
        self.manager.disconnect(self.now, socket);
        self.turn();
    }

    /// Another session opens, at the time of the next attempt.
    pub(crate) fn reconnect(&mut self) {
        self.advance(5_000);
        self.server(OPEN);
    }

    /// The server sends a text frame.
    pub(crate) fn server(&mut self, text: &str) {
        let received = self.manager.handle_text(self.now, text);
        note(&mut self.told, received);
        self.turn();
    }

    /// The server sends a binary frame.
    pub(crate) fn server_binary(&mut self, data: &[u8]) {
        let received = self.manager.handle_binary(self.now, data.into());
        note(&mut self.told, received);
        self.turn();
    }

    /// The server closes the WebSocket.
    pub(crate) fn server_closes(&mut self) {
        self.manager.handle_close_frame(self.now, Some("code 1005"));
        self.turn();
    }

    /// The WebSocket could not be opened, or broke.
    pub(crate) fn fails(&mut self) {
        let failure = salon_proto::client::Failure::WebSocket;
        self.manager.handle_lost(self.now, failure, Some("refused"));
        self.turn();
    }

    pub(crate) fn emission(&self, name: &str) -> Emission {
        Emission::new(self.manager.codec().event("/", None, name, &()).unwrap())
    }

    /// An event that waits for an answer for one second.
    pub(crate) fn asking(&self, name: &str, id: u64) -> Emission {
        let packet = self.manager.codec().event("/", Some(id), name, &());
        Emission::new(packet.unwrap()).with_ack(id, Duration::from_secs(1))
    }

    pub(crate) fn emit(&mut self, socket: SocketKey, emission: Emission) -> Emitted {
        let emitted = self.manager.emit(self.now, socket, emission);
        self.turn();
        emitted
    }

    pub(crate) fn emit_name(&mut self, socket: SocketKey, name: &str) -> Emitted {
        self.emit(socket, self.emission(name))
    }

    /// Lets time pass; each deadline is met.
    pub(crate) fn advance(&mut self, millis: u64) {
        let until = self.now + Duration::from_millis(millis);
        while let Some(due) = self.manager.poll_timeout().filter(|due| *due <= until) {
            assert!(due >= self.now, "no deadline lies in the past");
            self.now = due;
            self.manager.handle_timeout(due);
            self.turn();
            let next = self.manager.poll_timeout();
            assert!(next.is_none_or(|next| next > due), "what was due is done");
        }
        self.now = until;
    }

    pub(crate) fn turn(&mut self) {
        self.manager.flush(self.now);
        loop {
            if let Some(output) = self.manager.poll_output() {
                if let Some(line) = describe(output) {
                    self.told.push(line);
                }
            } else if let Some(message) = self.manager.poll_message(self.now) {
                self.sent.push(match message {
                    Message::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                    Message::Binary(data) => format!("{:?}", &data[..]),
                });
            } else {
                return;
            }
        }
    }

    /// What the application was told since the last look.
    pub(crate) fn told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }

    /// What was sent since the last look.
    pub(crate) fn sent(&mut self) -> Vec<String> {
        std::mem::take(&mut self.sent)
    }

    pub(crate) fn forget(&mut self) {
        self.told.clear();
        self.sent.clear();
    }
}

fn note(told: &mut Vec<String>, received: Received<'_>) {
    match received {
        Received::Nothing => {}
        Received::Event(arrived) => told.push(event(&arrived)),
        Received::Ack { ack, .. } => told.push(answer(&ack)),
    }
}

fn event(arrived: &Arrived<'_>) -> String {
    let event = &arrived.event;
    let (namespace, array) = (&event.namespace, &event.array);
    match event.ack_id {
        Some(id) => format!("event {namespace} {array} asks {id}"),
        None => format!("event {namespace} {array}"),
    }
}

fn answer(ack: &Ack<'_>) -> String {
    format!("answer {} {}", ack.id, ack.array)
}

fn describe(output: Output) -> Option<String> {
    Some(match output {
        Output::Engine(session::Output::Closed(_)) => "end of session".to_owned(),
        Output::Engine(_) => return None,
        Output::Open(transport) => format!("open {transport}"),
        Output::Opened => "opened".to_owned(),
        Output::Closed { reason, details } => match details {
            Some(details) => format!("closed: {reason} ({details})"),
            None => format!("closed: {reason}"),
        },
        Output::Error(error) => format!("error: {error}"),
        Output::Ping => "ping".to_owned(),
        Output::ReconnectAttempt(number) => format!("attempt {number}"),
        Output::ReconnectError(error) => format!("attempt failed: {error}"),
        Output::ReconnectFailed => "gave up".to_owned(),
        Output::Reconnected(number) => format!("reconnected by attempt {number}"),
        Output::NeedAuth { request, .. } => format!("auth wanted, {request}"),
        Output::Connected(_) => "connected".to_owned(),
        Output::ConnectError { error, .. } => match error.data() {
            Some(data) => format!("connect error: {} {data}", error.message()),
            None => format!("connect error: {}", error.message()),
        },
        Output::Disconnected { reason, .. } => format!("disconnected: {reason}"),
        Output::Event(arrived) => format!("late {}", event(&arrived)),
        Output::Ack { ack, .. } => answer(&ack),
        Output::AckFailed { id, why, .. } => match why {
            AckFailure::Dropped(why) => format!("no answer {id}: not sent: {why:?}"),
            _ => format!("no answer {id}: {why}"),
        },
        Output::Accepted { report, .. } => format!("accepted {report}"),
        Output::Dropped { report, why, .. } => format!("dropped {report}: {why:?}"),
    })
}
