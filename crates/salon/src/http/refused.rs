//! What a hook learns of a request that was refused.

use std::collections::BTreeMap;
use std::fmt;

use salon_proto::engine::handshake::Refusal;

use super::head::RequestHead;

/// A request that was refused before it became, or reached, a session. Node's
/// `connection_error`; see
/// [`ServerBuilder::on_connection_error`](crate::ServerBuilder::on_connection_error).
#[derive(Clone, Debug)]
pub struct ConnectionError {
    refusal: Refusal,
    request: RequestHead,
}

impl ConnectionError {
    pub(super) const fn new(refusal: Refusal, request: RequestHead) -> Self {
        Self { refusal, request }
    }

    /// The number that the client sees.
    ///
    /// | code | [`message`](Self::message) |
    /// | --- | --- |
    /// | 0 | Transport unknown |
    /// | 1 | Session ID unknown |
    /// | 2 | Bad handshake method |
    /// | 3 | Bad request |
    /// | 4 | Forbidden |
    /// | 5 | Unsupported protocol version |
    #[must_use]
    pub const fn code(&self) -> u8 {
        self.refusal.code()
    }

    /// The text that belongs to the code.
    #[must_use]
    pub fn message(&self) -> String {
        let general = match &self.refusal {
            Refusal::Forbidden(_) => &Refusal::Forbidden(None),
            other => other,
        };
        general.message().into_owned()
    }

    /// What exactly was wrong, under the names that Node uses: `name` says which case of a bad
    /// request it was, `message` what [`allow_request`](crate::ServerBuilder::allow_request)
    /// answered, `transport`, `protocol`, `method` and `origin` what the client sent, and
    /// `previousTransport` and `previousProtocol` what its session uses.
    ///
    /// An unknown session id is not among them, since on another server it may be a good one:
    /// ask [`request`](Self::request) for it.
    #[must_use]
    pub fn context(&self) -> BTreeMap<&'static str, String> {
        let mut context = self.of_request();
        match &self.refusal {
            Refusal::BadRequest(name) => {
                context.insert("name", (*name).into());
            }
            Refusal::Forbidden(Some(message)) => {
                context.insert("message", message.clone());
            }
            _ => {}
        }
        context
    }

    /// The request.
    #[must_use]
    pub const fn request(&self) -> &RequestHead {
        &self.request
    }

    /// That which of the request was wrong.
    fn of_request(&self) -> BTreeMap<&'static str, String> {
        let names: &[&str] = match self.refusal {
            Refusal::UnknownTransport => &["transport"],
            Refusal::BadHandshakeMethod => &["method"],
            Refusal::UnsupportedProtocolVersion => &["protocol"],
            Refusal::BadRequest("INVALID_ORIGIN") => &["origin"],
            Refusal::BadRequest("TRANSPORT_MISMATCH") => &["transport", "previousTransport"],
            Refusal::BadRequest("PROTOCOL_MISMATCH") => &["protocol", "previousProtocol"],
            _ => &[],
        };
        let value = |name: &&'static str| Some((*name, self.value(name)?));
        names.iter().filter_map(value).collect()
    }

    fn value(&self, name: &str) -> Option<String> {
        let request = &self.request;
        let is_4 = || request.query_value("EIO").as_deref() == Some("4");
        let protocol = |is_4| if is_4 { "4" } else { "3" }.to_owned();
        match name {
            "transport" => request.query_value("transport"),
            // There are two, so what differs from the one is the other.
            "previousTransport" => match request.query_value("transport")?.as_str() {
                "polling" => Some("websocket".into()),
                _ => Some("polling".into()),
            },
            "protocol" => Some(protocol(is_4())),
            "previousProtocol" => Some(protocol(!is_4())),
            "method" => Some(request.method().to_string()),
            "origin" => {
                let origin = request.headers().get("origin")?;
                Some(String::from_utf8_lossy(origin.as_bytes()).into_owned())
            }
            _ => None,
        }
    }
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        for (name, value) in self.context() {
            write!(f, ", {name}: {value:?}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConnectionError {}
