//! What a request says, in the protocol's terms.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::SystemTime;

use http::header::{self, HeaderMap};
use http::request::Parts;
use http::{Method, Version};
use salon_proto::engine::handshake::Request;
use salon_proto::engine::jsonp::Callback;
use salon_proto::engine::{Dialect, Protocol};
use salon_proto::ws;

use crate::handshake::Handshake;

/// The address of the client, as a request extension. [`serve`](crate::serve) sets it; another
/// server may, so that [`Handshake::address`] knows it.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddr(pub SocketAddr);

/// The connection is encrypted, as a request extension. [`serve`](crate::serve) sets it where it
/// speaks TLS; another server may, so that [`Handshake::is_secure`] knows it.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted;

/// The parameters of a query that matter here, decoded.
#[derive(Default)]
pub(super) struct Query<'a> {
    protocol: Option<Cow<'a, str>>,
    transport: Option<Cow<'a, str>>,
    sid: Option<Cow<'a, str>>,
    base64: Option<Cow<'a, str>>,
    callback: Option<Cow<'a, str>>,
}

impl<'a> Query<'a> {
    pub(super) fn parse(parts: &'a Parts) -> Self {
        let query = parts.uri.query().unwrap_or_default();
        let mut found = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match &*name {
                "EIO" => &mut found.protocol,
                "transport" => &mut found.transport,
                "sid" => &mut found.sid,
                "b64" => &mut found.base64,
                "j" => &mut found.callback,
                _ => continue,
            };
            // Of several the last counts, as in Node.
            *slot = Some(value);
        }
        found
    }

    pub(super) fn as_request(&self, parts: &Parts) -> Request<'_> {
        Request {
            protocol: self.protocol.as_deref(),
            transport: self.transport.as_deref(),
            sid: self.sid.as_deref(),
            is_get: parts.method == Method::GET,
            is_upgrade: is_upgrade(parts),
        }
    }
}

/// How the client that opens a session wants to be spoken to.
pub(super) fn dialect(parts: &Parts) -> Dialect {
    let query = Query::parse(parts);
    Dialect {
        protocol: Protocol::of(query.protocol.as_deref()),
        base64: query.base64.is_some_and(|value| !value.is_empty()),
        callback: query.callback.map(|value| Callback::new(&value)),
    }
}

/// Whether the request asks for a WebSocket.
pub(super) fn is_upgrade(parts: &Parts) -> bool {
    parts.version == Version::HTTP_11
        && has_token(&parts.headers, header::CONNECTION, "upgrade")
        && has_token(&parts.headers, header::UPGRADE, "websocket")
}

/// The standard, and a draft of it with the same frames.
const WEBSOCKET_VERSIONS: [&[u8]; 2] = [b"13", b"8"];

/// The client's key, if this is a complete WebSocket handshake (RFC 6455 section 4.2.1).
pub(super) fn websocket_key(parts: &Parts) -> Option<&str> {
    let version = parts.headers.get(header::SEC_WEBSOCKET_VERSION)?;
    let key = parts
        .headers
        .get(header::SEC_WEBSOCKET_KEY)?
        .to_str()
        .ok()?;
    let is_known = WEBSOCKET_VERSIONS.contains(&version.as_bytes());
    let is_complete = parts.method == Method::GET && is_known && ws::is_valid_key(key);
    is_complete.then_some(key)
}

/// Whether it is a handshake of a version that is not spoken.
pub(super) fn is_of_other_websocket_version(parts: &Parts) -> bool {
    let version = parts.headers.get(header::SEC_WEBSOCKET_VERSION);
    is_upgrade(parts)
        && version.is_none_or(|version| !WEBSOCKET_VERSIONS.contains(&version.as_bytes()))
}

/// The sub-protocol to agree to: the first that the client offers, since to Engine.IO all are the
/// same, and a browser hangs up if none is chosen.
///
/// # Errors
/// When the offer is no list of different tokens.
pub(super) fn subprotocol(parts: &Parts) -> Result<Option<&str>, Malformed> {
    let mut offered = Vec::new();
    for line in parts.headers.get_all(header::SEC_WEBSOCKET_PROTOCOL) {
        for one in line.to_str().map_err(|_| Malformed)?.split(',') {
            let one = one.trim_matches([' ', '\t']);
            if !is_token(one) || offered.contains(&one) {
                return Err(Malformed);
            }
            offered.push(one);
        }
    }
    Ok(offered.first().copied())
}

/// A header that does not follow its grammar.
#[derive(Debug)]
pub(super) struct Malformed;

/// A token of RFC 9110, section 5.6.2.
pub(super) fn is_token(text: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Whether an answer needs to say that it is no script of the page's: Internet Explorer guesses.
pub(super) fn is_old_browser(parts: &Parts) -> bool {
    let agent = parts.headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    agent.is_some_and(|agent| agent.contains(";MSIE") || agent.contains("Trident/"))
}

/// The WebSocket extensions that the client offers, if any; several headers are one list.
pub(super) fn websocket_extensions(parts: &Parts) -> Option<String> {
    let headers = parts.headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS);
    let lines: Vec<_> = headers
        .iter()
        .map(|one| String::from_utf8_lossy(one.as_bytes()))
        .collect();
    (!lines.is_empty()).then(|| lines.join(", "))
}

/// An Origin with control characters is refused, before anybody echoes it.
pub(super) fn has_valid_origin(parts: &Parts) -> bool {
    let origin = parts.headers.get(header::ORIGIN);
    let is_fine = |c: &u8| matches!(c, b'\t' | 0x20..=0x7e | 0x80..=0xff);
    origin.is_none_or(|origin| origin.as_bytes().iter().all(is_fine))
}

/// What is kept of the request: at most `limit` bytes of headers, and of path and query.
pub(super) fn handshake(parts: &Parts, limit: usize) -> Handshake {
    let address = parts.extensions.get::<PeerAddr>().map(|peer| peer.0);
    Handshake {
        lines: format!(
            "{}\n{}",
            url(parts, limit),
            header_lines(&parts.headers, limit)
        )
        .into(),
        address,
        issued: SystemTime::now(),
        is_secure: parts.extensions.get::<Encrypted>().is_some(),
    }
}

/// Of what is too long, the path alone; of a path that is too long, nothing.
fn url(parts: &Parts, limit: usize) -> &str {
    let whole = parts.uri.path_and_query().map_or("", |both| both.as_str());
    let candidates = [whole, parts.uri.path()];
    let fitting = candidates.into_iter().find(|url| url.len() <= limit);
    fitting.unwrap_or_default()
}

fn header_lines(headers: &HeaderMap, limit: usize) -> String {
    let mut lines = String::new();
    for (name, value) in headers {
        let Ok(value) = std::str::from_utf8(value.as_bytes()) else {
            continue;
        };
        let line = [name.as_str(), ": ", value, "\n"];
        let length: usize = line.iter().map(|part| part.len()).sum();
        if lines.len() + length <= limit {
            lines.extend(line);
        }
    }
    lines
}

fn has_token(headers: &HeaderMap, name: header::HeaderName, token: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|one| one.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn parameters_are_decoded_and_the_last_of_several_counts() {
        let uri = "/?EIO=4&transport=poll%69ng&t=1&sid=a&sid=b";
        let parts = parts(uri, &[]);
        let query = Query::parse(&parts);
        let request = query.as_request(&parts);
        assert_eq!(request.protocol, Some("4"));
        assert_eq!(request.transport, Some("polling"));
        assert_eq!(request.sid, Some("b"));
    }

    #[test]
    fn the_dialect_is_in_the_query() {
        assert_eq!(dialect(&parts("/?EIO=4", &[])), Dialect::default());
        let old = dialect(&parts("/?EIO=3&b64=&t=1", &[]));
        assert_eq!((old.protocol, old.base64), (Protocol::V3, false));
        let old = dialect(&parts("/?b64=1&j=a7", &[]));
        assert!(old.base64);
        assert_eq!(old.callback, Some(Callback::new("7")));
    }

    #[test]
    fn what_is_kept_of_a_request_is_bounded() {
        let long = "x".repeat(100);
        let parts = parts(
            &format!("/?{long}"),
            &[("a", "1"), ("b", &long), ("c", "3")],
        );
        let kept = handshake(&parts, 50);
        assert_eq!((kept.header("a"), kept.header("c")), (Some("1"), Some("3")));
        assert_eq!((kept.header("b"), kept.url()), (None, "/"));
        assert_eq!(handshake(&parts, 1_000).query(), long);
        assert_eq!(handshake(&parts, 0).url(), "");
    }

    #[test]
    fn the_first_subprotocol_is_chosen_if_all_are_tokens() {
        let chosen = |offer: &str| {
            let parts = parts("/", &[("sec-websocket-protocol", offer)]);
            subprotocol(&parts).map(|one| one.map(str::to_owned))
        };
        assert_eq!(chosen("b, a").unwrap().as_deref(), Some("b"));
        for malformed in ["", "a,", "a b", "a, a", "\u{e9}", "(a)"] {
            assert!(chosen(malformed).is_err(), "{malformed}");
        }
        assert_eq!(subprotocol(&parts("/", &[])).unwrap(), None);
    }

    #[test]
    fn several_headers_of_extensions_are_one_list() {
        let name = "sec-websocket-extensions";
        let headers = [(name, "a; b=1"), (name, "c")];
        let extensions = |count| websocket_extensions(&parts("/", &headers[..count]));
        assert_eq!(extensions(2).as_deref(), Some("a; b=1, c"));
        assert_eq!(extensions(1).as_deref(), Some("a; b=1"));
        assert_eq!(extensions(0), None);
    }

    #[test]
    fn an_upgrade_may_name_other_things_too() {
        let headers = [
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
        ];
        assert!(is_upgrade(&parts("/", &headers)));
        assert!(!is_upgrade(&parts("/", &headers[..1])));
    }
}
