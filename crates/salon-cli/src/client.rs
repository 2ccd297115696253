//! The client, as the command line describes it, and what its errors mean to the user.

use std::fmt;
use std::fs;

use salon_client::transport::{Proxy, Tls};
use salon_client::{
    AckError, ConnectError, ConnectErrorKind, EmitError, Manager, ManagerBuilder, Socket,
    Transport, Value,
};

use crate::escape::escape;
use crate::exit::{Failure, Status};
use crate::json::{self, Binary};
use crate::options::{Server, Transports};

/// Whether to connect again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Again {
    Never,
    /// When the connection is lost, up to so many times in a row.
    Attempts(Option<u32>),
}

/// A socket that has not begun to connect.
pub(crate) fn build(server: &Server, again: Again) -> Result<Socket, Failure> {
    let manager = builder(server, again)?.build();
    let manager = manager.map_err(|error| failure(server, &error))?;
    Ok(socket(&manager, server))
}

/// The socket of the namespace that is meant.
pub(crate) fn socket(manager: &Manager, server: &Server) -> Socket {
    let socket = manager.socket_builder(namespace(server));
    match &server.auth {
        Some(auth) => socket.auth(auth).build(),
        None => socket.build(),
    }
}

/// Sends what was emitted, leaves the namespace and closes the connection.
pub(crate) async fn leave(socket: &Socket) {
    socket.disconnect();
    socket.manager().close().await;
}

/// What connections to the server are made of.
pub(crate) fn builder(server: &Server, again: Again) -> Result<ManagerBuilder, Failure> {
    let mut builder = Manager::builder(&with_scheme(&server.url))
        .transports(transports(server.transports).iter().copied())
        .timeout(server.connect_timeout);
    builder = match again {
        Again::Never => builder.reconnection(false),
        Again::Attempts(attempts) => builder.reconnection_attempts(attempts),
    };
    for (key, value) in &server.headers {
        builder = builder.header(key, value);
    }
    for (key, value) in &server.query {
        builder = builder.query(key, value);
    }
    if let Some(path) = &server.path {
        builder = builder.path(path);
    }
    if let Some(url) = &server.proxy {
        let proxy = Proxy::all(url).map_err(|error| unusable("proxy", &error))?;
        builder = builder.proxy(proxy);
    }
    if let Some(tls) = tls(server)? {
        builder = builder.tls(tls);
    }
    Ok(builder)
}

/// What the user says about certificates, if anything.
fn tls(server: &Server) -> Result<Option<Tls>, Failure> {
    if server.ca.is_none() && !server.insecure {
        return Ok(None);
    }
    let mut builder = Tls::builder();
    if let Some(file) = &server.ca {
        let certificates = fs::read(file).map_err(|error| unusable("ca", &error))?;
        builder = builder.roots_pem(&certificates);
    }
    if server.insecure {
        builder = builder.dangerous_accept_any_certificate();
    }
    let tls = builder.build().map_err(|error| unusable("ca", &error))?;
    Ok(Some(tls))
}

fn unusable(option: &str, error: &dyn fmt::Display) -> Failure {
    Failure::new(
        Status::Usage,
        format!("--{option} cannot be used: {error}."),
    )
}

fn transports(which: Transports) -> &'static [Transport] {
    match which {
        Transports::Both => &[Transport::Polling, Transport::WebSocket],
        Transports::Polling => &[Transport::Polling],
        Transports::WebSocket => &[Transport::WebSocket],
    }
}

/// As people write it, `localhost:3000` is enough.
fn with_scheme(url: &str) -> String {
    if url.contains("://") {
        url.to_owned()
    } else {
        format!("http://{url}")
    }
}

/// The namespace: an option's, or the path of the URL.
pub(crate) fn namespace(server: &Server) -> &str {
    if let Some(namespace) = &server.namespace {
        return namespace;
    }
    let url = server
        .url
        .split_once("://")
        .map_or(&*server.url, |(_, rest)| rest);
    let url = url.split(['?', '#']).next().unwrap_or(url);
    url.find('/').map_or("/", |slash| &url[slash..])
}

/// What to tell the user who could not connect, and what to do about it.
pub(crate) fn failure(server: &Server, error: &ConnectError) -> Failure {
    let url = escape(&server.url);
    let said = escape(&error.to_string()).into_owned();
    match error.kind() {
        ConnectErrorKind::Config => Failure::new(
            Status::Usage,
            format!("The URL or an option cannot be used: {said}."),
        ),
        ConnectErrorKind::Auth => {
            Failure::new(Status::Usage, format!("--auth cannot be used: {said}."))
        }
        ConnectErrorKind::Refused => Failure::new(Status::Refused, refusal(server, error)),
        ConnectErrorKind::Timeout => {
            let text = format!("{url} did not answer in time. --connect-timeout gives it longer.");
            Failure::new(Status::Unreachable, text)
        }
        _ => {
            let advice = advice(&said);
            let text = format!("Could not connect to {url}: {said}. {advice}");
            Failure::new(Status::Unreachable, text)
        }
    }
}

fn refusal(server: &Server, error: &ConnectError) -> String {
    let data = error.data().cloned().map(Value::from);
    let data = data.map(|data| format!(" {}", json::text(&data, Binary::Described)));
    format!(
        "The server refused the namespace {}: {}{}. Perhaps it wants other --auth, or has no such \
         namespace.",
        escape(namespace(server)),
        escape(error.message()),
        data.unwrap_or_default(),
    )
}

/// What to do, judged by the words of the system or of HTTP.
fn advice(said: &str) -> &'static str {
    let said = said.to_ascii_lowercase();
    if said.contains("refused") {
        "Is the server running there?"
    } else if said.contains("lookup") {
        "Is the name of the host right?"
    } else if said.contains("certificate") {
        "--ca trusts another authority, and --insecure any certificate."
    } else {
        "Is it the address of a Socket.IO server? --path says where on the server it is."
    }
}

/// The program's status where an event was not sent. One that was volatile need not be.
pub(crate) fn emit_status(error: &EmitError) -> Status {
    if error.is_missed() {
        Status::Done
    } else if error.is_invalid() {
        Status::Usage
    } else if error.is_disconnected() {
        Status::Disconnected
    } else {
        Status::Other
    }
}

/// The program's status where an answer did not come.
pub(crate) fn ack_status(error: &AckError) -> Status {
    match error {
        AckError::Timeout => Status::NoAnswer,
        AckError::Disconnected => Status::Disconnected,
        AckError::Emit(error) => emit_status(error),
        _ => Status::Other,
    }
}

/// The same in a sentence.
pub(crate) fn ack_sentence(error: &AckError) -> String {
    match error {
        AckError::Timeout => {
            "The server did not answer in time. --timeout gives it longer.".to_owned()
        }
        AckError::Disconnected => "The connection ended before the server answered.".to_owned(),
        other => format!("There is no answer: {}.", escape(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str, namespace: Option<&str>) -> Server {
        Server {
            url: url.to_owned(),
            namespace: namespace.map(str::to_owned),
            ..Server::default()
        }
    }

    #[test]
    fn the_path_of_the_url_names_the_namespace() {
        for (url, expected) in [
            ("http://localhost:3000", "/"),
            ("http://localhost:3000/", "/"),
            ("localhost:3000/chat?a=/b", "/chat"),
            ("https://example.com/a/b#c", "/a/b"),
            ("http://localhost:3000?a=/b", "/"),
        ] {
            assert_eq!(namespace(&server(url, None)), expected, "{url}");
        }
        assert_eq!(namespace(&server("localhost/chat", Some("/news"))), "/news");
    }

    #[test]
    fn a_scheme_may_be_left_out() {
        assert_eq!(with_scheme("localhost:3000/x"), "http://localhost:3000/x");
        assert_eq!(with_scheme("https://a"), "https://a");
    }
}
