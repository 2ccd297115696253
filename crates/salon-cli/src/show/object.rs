//! Lines for programs: one JSON object each.

use time::OffsetDateTime;

use super::Report;
use crate::escape::quote;
use crate::json::{self, Binary};
use crate::line::{Emit, How};

pub(super) fn line(report: &Report, namespace: &str, now: OffsetDateTime) -> String {
    let object = Object::new(kind(report))
        .text("time", &timestamp(now))
        .text("namespace", namespace);
    match report {
        Report::Connected { id, recovered } => object.text("id", id).raw("recovered", recovered),
        Report::Event {
            name,
            args,
            question,
        } => object
            .text("event", name)
            .raw("args", json::array(args))
            .maybe("question", *question),
        Report::Sent(emit) => sent(object, emit),
        Report::Answer { event, args, took } => object
            .text("event", event)
            .raw("args", json::array(args))
            .raw("ms", took.as_millis()),
        Report::Failed { event, reason } => object.text("event", event).text("reason", reason),
        Report::Answered { question, args } => object
            .raw("question", question)
            .raw("args", json::array(args)),
        Report::Disconnected { reason, returns } => {
            object.text("reason", reason).raw("returns", returns)
        }
        Report::NotConnected {
            message,
            data,
            returns,
        } => object
            .text("message", message)
            .maybe(
                "data",
                data.as_ref().map(|data| json::text(data, Binary::Base64)),
            )
            .raw("returns", returns),
        Report::Attempt { number } => object.raw("number", number),
        Report::Mistake(sentence) => object.text("message", sentence),
    }
    .end()
}

fn kind(report: &Report) -> &'static str {
    match report {
        Report::Connected { .. } => "connected",
        Report::Event { .. } => "event",
        Report::Sent(_) => "sent",
        Report::Answer { .. } => "answer",
        Report::Failed { .. } => "failed",
        Report::Answered { .. } => "answered",
        Report::Disconnected { .. } => "disconnected",
        Report::NotConnected { .. } => "not_connected",
        Report::Attempt { .. } => "attempt",
        Report::Mistake(_) => "mistake",
    }
}

fn sent(object: Object, emit: &Emit) -> Object {
    object
        .text("event", &emit.event)
        .raw("args", json::array(&emit.args))
        .raw("ack", emit.how == How::WithAck)
        .raw("volatile", emit.how == How::Volatile)
}

/// In UTC, with milliseconds, as RFC 3339 says.
fn timestamp(now: OffsetDateTime) -> String {
    let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
    let (hour, minute, second) = (now.hour(), now.minute(), now.second());
    let milli = now.millisecond();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

/// An object that is being written.
struct Object(String);

impl Object {
    fn new(kind: &str) -> Self {
        Self(format!(r#"{{"type":"{kind}""#))
    }

    fn text(self, key: &str, text: &str) -> Self {
        self.raw(key, quote(text))
    }

    fn raw(self, key: &str, json: impl std::fmt::Display) -> Self {
        Self(format!(r#"{},"{key}":{json}"#, self.0))
    }

    fn maybe(self, key: &str, json: Option<impl std::fmt::Display>) -> Self {
        match json {
            Some(json) => self.raw(key, json),
            None => self,
        }
    }

    fn end(self) -> String {
        self.0 + "}"
    }
}
