//! Sockets: their options and their reports.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use salon_client::{
    Ack, AllArgs, ConnectError, DisconnectReason, EventName, Socket, SocketBuilder,
};
use serde_json::{Value, json};

use crate::lines::{from_line, to_line};
use crate::order::SocketOptions;
use crate::report::tell;

/// The ways to answer events, by the numbers that the reports have.
static ANSWERS: Mutex<Vec<Ack>> = Mutex::new(Vec::new());

pub(crate) fn with_options(mut builder: SocketBuilder, options: SocketOptions) -> SocketBuilder {
    if let Some(auth) = options.auth {
        builder = builder.auth(auth);
    }
    if !options.auths.is_empty() {
        builder = builder.auth_with(one_after_the_other(options.auths));
    }
    if let Some(retries) = options.retries {
        builder = builder.retries(retries);
    }
    if let Some(timeout) = options.ack_timeout {
        builder = builder.ack_timeout(Duration::from_millis(timeout));
    }
    builder
}

/// The next one each time, and then the last one again.
fn one_after_the_other(auths: Vec<Value>) -> impl Fn() -> std::future::Ready<Value> + Send + Sync {
    let asked = AtomicUsize::new(0);
    move || {
        let next = asked.fetch_add(1, Ordering::Relaxed).min(auths.len() - 1);
        std::future::ready(auths[next].clone())
    }
}

/// Reports whatever happens to this socket, under its number.
pub(crate) fn report(socket: &Socket, number: u64) {
    let report = move |what: &str, mut details: Value| {
        details["socket"] = number.into();
        details["what"] = what.into();
        tell(&details);
    };
    socket.on_connect(move |socket: Socket| async move {
        let id = socket.id();
        report(
            "connect",
            json!({"id": id.as_deref(), "recovered": socket.is_recovered()}),
        );
    });
    socket.on_connect_error(move |socket: Socket, error: ConnectError| async move {
        let mut details = json!({"message": error.message(), "active": socket.is_active()});
        if let Some(data) = error.data() {
            details["data"] = data.clone();
        }
        report("connect_error", details);
    });
    socket.on_disconnect(move |socket: Socket, reason: DisconnectReason| async move {
        let id = socket.id();
        let reason = reason.to_string();
        report(
            "disconnect",
            json!({"reason": reason, "active": socket.is_active(), "id": id.as_deref()}),
        );
    });
    socket.on_any(
        move |name: EventName, ack: Ack, args: AllArgs<salon_client::Value>| async move {
            let mut details = json!({"name": &*name, "args": to_line(args)});
            if ack.is_wanted() {
                let mut answers = ANSWERS.lock();
                details["answer"] = answers.len().into();
                answers.push(ack);
            }
            report("event", details);
        },
    );
}

/// Answers the event that was reported with this number.
pub(crate) fn answer(number: usize, args: Vec<Value>) {
    // It may be too late for an answer, which the tests want to know nothing of.
    let _ = ANSWERS.lock()[number].send(&from_line(args));
}
