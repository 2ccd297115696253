//! The options that say which server is meant, and how it is reached.

use std::path::PathBuf;
use std::time::Duration;

use lexopt::Parser;

use salon_client::Value;

use crate::value;

use super::{time, value};

/// How long a connection may take to come about, as with the JavaScript client.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);

/// The server, and how it is reached.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Server {
    /// Where the server is; its path names the namespace, its query goes with each request.
    pub(crate) url: String,
    /// The namespace, where the URL does not name it.
    pub(crate) namespace: Option<String>,
    /// Where Socket.IO is on the server.
    pub(crate) path: Option<String>,
    /// What to tell the namespace when joining it.
    pub(crate) auth: Option<Value>,
    pub(crate) transports: Transports,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) connect_timeout: Duration,
    /// Whether a server's certificate is not checked.
    pub(crate) insecure: bool,
    /// A file of certificates, in PEM, that are trusted in place of the usual ones.
    pub(crate) ca: Option<PathBuf>,
    /// The proxy, as a URL.
    pub(crate) proxy: Option<String>,
}

/// By which transports the server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transports {
    /// Polling first, then WebSocket, as the JavaScript client does.
    Both,
    Polling,
    WebSocket,
}

/// The options that this file reads; each has a value but `insecure`.
pub(super) const NAMES: &[&str] = &[
    "auth",
    "ca",
    "connect-timeout",
    "header",
    "insecure",
    "namespace",
    "path",
    "proxy",
    "query",
    "transport",
];

impl Server {
    pub(super) fn knows(&self, name: &str) -> bool {
        NAMES.contains(&name)
    }

    /// Reads the value of one of the options.
    pub(super) fn set(&mut self, name: &str, parser: &mut Parser) -> Result<(), String> {
        match name {
            "insecure" => self.insecure = true,
            "connect-timeout" => self.connect_timeout = time(name, parser)?,
            "ca" => self.ca = Some(value(parser)?.into()),
            "auth" => self.auth = Some(auth(&value(parser)?)?),
            "header" => self.headers.push(pair(name, &value(parser)?, ':')?),
            "query" => self.query.push(pair(name, &value(parser)?, '=')?),
            "transport" => self.transports = transports(&value(parser)?)?,
            "namespace" => self.namespace = Some(slashed(value(parser)?)),
            "path" => self.path = Some(slashed(value(parser)?)),
            _ => self.proxy = Some(value(parser)?),
        }
        Ok(())
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            url: String::new(),
            namespace: None,
            path: None,
            auth: None,
            transports: Transports::Both,
            headers: Vec::new(),
            query: Vec::new(),
            connect_timeout: CONNECT_TIMEOUT,
            insecure: false,
            ca: None,
            proxy: None,
        }
    }
}

fn auth(text: &str) -> Result<Value, String> {
    match value::from_json(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(r#"--auth takes a JSON object, such as '{"token":"x"}'."#.to_owned()),
        Err(reason) => Err(format!(
            r#"--auth takes a JSON object, such as '{{"token":"x"}}'; {reason}."#
        )),
    }
}

fn transports(text: &str) -> Result<Transports, String> {
    match text {
        "both" => Ok(Transports::Both),
        "polling" => Ok(Transports::Polling),
        "websocket" => Ok(Transports::WebSocket),
        _ => Err(format!(
            "--transport takes polling, websocket or both, but not {text:?}."
        )),
    }
}

/// A key and a value, around the first mark.
fn pair(option: &str, text: &str, mark: char) -> Result<(String, String), String> {
    match text.split_once(mark) {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.trim().to_owned()))
        }
        _ => Err(format!(
            "--{option} takes KEY{mark}VALUE, but not {text:?}."
        )),
    }
}

/// With the slash that begins every namespace and path.
fn slashed(name: String) -> String {
    if name.starts_with('/') {
        name
    } else {
        format!("/{name}")
    }
}
