//! Lines for people: the time, the namespace, and what happened.

use std::time::Duration;

use time::OffsetDateTime;

use super::{Report, Style};
use salon_client::Value;

use crate::escape::{escape, quote};
use crate::json::{self, Binary};
use crate::line::{Emit, How};

/// How many characters of an event's data are shown; `--json` shows them all.
const SHOWN: usize = 4_000;

const DIM: &str = "2";
const BOLD: &str = "1";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";

pub(super) fn line(report: &Report, style: &Style, now: OffsetDateTime) -> String {
    let paint = Paint(style.colours);
    let time = format!("{:02}:{:02}:{:02}", now.hour(), now.minute(), now.second());
    let head = format!("{time} {}", escape(&style.namespace));
    format!("{} {}", paint.with(DIM, &head), what(report, &paint))
}

fn what(report: &Report, paint: &Paint) -> String {
    match report {
        Report::Connected { id, recovered } => {
            let connected = if *recovered { "recovered" } else { "connected" };
            format!("{} as {}", paint.with(GREEN, connected), escape(id))
        }
        Report::Event {
            name,
            args,
            question,
        } => event(name, args, *question, paint),
        Report::Sent(emit) => sent(emit, paint),
        Report::Answer { event, args, took } => answer(event, args, *took, paint),
        Report::Failed { event, reason } => {
            let failed = paint.with(RED, "failed:");
            format!("{} {failed} {}", name(event, paint), escape(reason))
        }
        Report::Answered { question, args } => {
            let arrow = paint.with(CYAN, "→");
            format!("{arrow} answer to question #{question}{}", shown(args))
        }
        Report::Disconnected { reason, returns } => {
            let disconnected = paint.with(RED, "disconnected:");
            format!("{disconnected} {}{}", escape(reason), and_then(*returns))
        }
        Report::NotConnected {
            message,
            data,
            returns,
        } => not_connected(message, data.as_ref(), *returns, paint),
        Report::Attempt { number } => format!("trying to connect, attempt {number}"),
        Report::Mistake(sentence) => paint.with(YELLOW, &escape(sentence)),
    }
}

fn event(event: &str, args: &[Value], question: Option<u64>, paint: &Paint) -> String {
    let arrow = paint.with(GREEN, "←");
    let asks = question.map(|number| {
        let question = paint.with(YELLOW, &format!("question #{number}:"));
        format!(" {question} /answer #{number} ARG…")
    });
    let asks = asks.unwrap_or_default();
    format!("{arrow} {}{}{asks}", name(event, paint), shown(args))
}

fn sent(emit: &Emit, paint: &Paint) -> String {
    let arrow = paint.with(CYAN, "→");
    let how = match emit.how {
        How::Plain => "",
        How::Volatile => " (volatile)",
        How::WithAck => " (asks for an answer)",
    };
    format!(
        "{arrow} {}{}{how}",
        name(&emit.event, paint),
        shown(&emit.args)
    )
}

fn answer(event: &str, args: &[Value], took: Duration, paint: &Paint) -> String {
    let arrow = paint.with(GREEN, "←");
    let event = name(event, paint);
    let args = match args {
        [] => " nothing".to_owned(),
        args => shown(args),
    };
    let took = paint.with(DIM, &format!("in {} ms", took.as_millis()));
    format!("{arrow} answer to {event}:{args} {took}")
}

fn not_connected(message: &str, data: Option<&Value>, returns: bool, paint: &Paint) -> String {
    let not_connected = paint.with(RED, "not connected:");
    let data = data.map(|data| shown(std::slice::from_ref(data)));
    format!(
        "{not_connected} {}{}{}",
        escape(message),
        data.unwrap_or_default(),
        and_then(returns)
    )
}

fn and_then(returns: bool) -> &'static str {
    if returns { "; trying again" } else { "" }
}

/// A name as it may be typed.
fn name(name: &str, paint: &Paint) -> String {
    let quoted = quote(name);
    let must_be_quoted = name.is_empty()
        || name.contains(char::is_whitespace)
        || name.starts_with(['/', '#', '\'', '{', '['])
        || quoted.len() != name.len() + 2;
    paint.with(BOLD, if must_be_quoted { &quoted } else { name })
}

/// The arguments, each with a space before it.
fn shown(args: &[Value]) -> String {
    let mut line = String::new();
    for arg in args {
        line.push(' ');
        line.push_str(&json::text(arg, Binary::Described));
    }
    let Some((end, _)) = line.char_indices().nth(SHOWN) else {
        return line;
    };
    let all = line.chars().count();
    line.truncate(end);
    line + &format!("… ({all} characters: --json shows them all)")
}

/// Whether colours are written.
struct Paint(bool);

impl Paint {
    fn with(&self, colour: &str, text: &str) -> String {
        if self.0 {
            format!("\u{1b}[{colour}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}
