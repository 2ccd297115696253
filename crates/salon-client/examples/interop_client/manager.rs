//! Managers: their options and their reports.

use std::time::Duration;

use salon_client::{ConnectError, Deflate, Manager, ManagerBuilder, Transport};
use serde_json::{Value, json};

use crate::order::ManagerOptions;
use crate::report::tell;

pub(crate) fn with_options(mut builder: ManagerBuilder, options: ManagerOptions) -> ManagerBuilder {
    // What no handler takes, the hooks for all events have seen.
    builder = builder.cookies(options.cookies).recv_buffer(0, 0);
    for (name, value) in &options.query {
        builder = builder.query(name, value);
    }
    for (name, value) in &options.headers {
        builder = builder.header(name, value);
    }
    if let Some(path) = &options.path {
        builder = builder.path(path);
    }
    if let Some(add) = options.add_trailing_slash {
        builder = builder.add_trailing_slash(add);
    }
    if options.parser.as_deref() == Some("msgpack") {
        builder = builder.parser(salon_client::parser::MessagePack);
    }
    if let Some(threshold) = options.deflate {
        builder = builder.per_message_deflate(Deflate::new().threshold(threshold));
    }
    with_reconnection(with_transports(builder, &options), &options)
}

fn with_transports(mut builder: ManagerBuilder, options: &ManagerOptions) -> ManagerBuilder {
    if let Some(transports) = &options.transports {
        builder = builder.transports(transports.iter().map(|name| transport(name)));
    }
    if let Some(upgrade) = options.upgrade {
        builder = builder.upgrade(upgrade);
    }
    if let Some(remember) = options.remember_upgrade {
        builder = builder.remember_upgrade(remember);
    }
    if let Some(try_all) = options.try_all_transports {
        builder = builder.try_all_transports(try_all);
    }
    builder
}

fn transport(name: &str) -> Transport {
    match name {
        "polling" => Transport::Polling,
        _ => Transport::WebSocket,
    }
}

fn with_reconnection(mut builder: ManagerBuilder, options: &ManagerOptions) -> ManagerBuilder {
    if let Some(reconnection) = options.reconnection {
        builder = builder.reconnection(reconnection);
    }
    if let Some(attempts) = options.reconnection_attempts {
        builder = builder.reconnection_attempts(attempts);
    }
    if let Some(delay) = options.reconnection_delay {
        builder = builder.reconnection_delay(Duration::from_millis(delay));
    }
    if let Some(delay) = options.reconnection_delay_max {
        builder = builder.reconnection_delay_max(Duration::from_millis(delay));
    }
    if let Some(factor) = options.randomization_factor {
        builder = builder.randomization_factor(factor);
    }
    if let Some(timeout) = options.timeout {
        builder = builder.timeout(Duration::from_millis(timeout));
    }
    builder
}

/// Reports whatever this manager tells, under its number.
pub(crate) fn report(manager: &Manager, number: u64) {
    let tell = move |what: &str, name: &str, value: Value| {
        tell(&json!({"manager": number, "what": what, name: value}));
    };
    manager.on_reconnect_attempt(move |attempt: u32| async move {
        tell("reconnect_attempt", "attempt", attempt.into());
    });
    manager.on_reconnect(move |attempt: u32| async move {
        tell("reconnect", "attempt", attempt.into());
    });
    manager.on_reconnect_error(move |error: ConnectError| async move {
        tell("reconnect_error", "message", error.message().into());
    });
    manager.on_reconnect_failed(move || async move {
        tell("reconnect_failed", "message", Value::Null);
    });
}
