//! What a request says, in the protocol's terms.

use std::net::SocketAddr;
use std::time::SystemTime;

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Method, Version};
use salon_proto::ws;

use super::head::RequestHead;
use crate::handshake::Handshake;

/// The address of the client, as a request extension. [`serve`](crate::serve) knows it; another
/// server may set it, so that [`Handshake::address`] knows it.
#[derive(Clone, Copy, Debug)]
pub struct PeerAddr(pub SocketAddr);

/// The connection is encrypted, as a request extension. [`serve`](crate::serve) knows whether it
/// speaks TLS; another server may set this, so that [`Handshake::is_secure`] knows it.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted;

/// Whether the request asks for a WebSocket.
pub(super) fn is_upgrade(parts: &Parts) -> bool {
    parts.version == Version::HTTP_11
        && has_token(&parts.headers, header::UPGRADE, "websocket")
        && has_token(&parts.headers, header::CONNECTION, "upgrade")
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
pub(super) fn handshake(head: &RequestHead, limit: usize) -> Handshake {
    Handshake {
        lines: lines(head.parts(), limit).into(),
        address: head.address(),
        issued: SystemTime::now(),
        is_secure: head.is_encrypted(),
    }
}

/// A line with the path and the query, and one for each header that fits.
fn lines(parts: &Parts, limit: usize) -> String {
    let url = url(parts, limit);
    let lengths = parts.headers.iter().map(header_length);
    // Of exactly this size, or all would be copied once more.
    let length = lengths.sum::<usize>().min(limit);
    let mut lines = String::with_capacity(url.len() + 1 + length);
    lines.extend([url, "\n"]);
    let mut left = limit;
    for (name, value) in &parts.headers {
        let rest = left.checked_sub(header_length((name, value)));
        // What is no text is left out.
        let text = std::str::from_utf8(value.as_bytes());
        if let (Some(rest), Ok(text)) = (rest, text) {
            lines.extend([name.as_str(), ": ", text, "\n"]);
            left = rest;
        }
    }
    lines
}

/// Of its line.
fn header_length((name, value): (&HeaderName, &HeaderValue)) -> usize {
    name.as_str().len() + value.len() + ": \n".len()
}

/// Of what is too long, the path alone; of a path that is too long, nothing.
fn url(parts: &Parts, limit: usize) -> &str {
    let whole = parts.uri.path_and_query().map_or("", |both| both.as_str());
    let candidates = [whole, parts.uri.path()];
    let fitting = candidates.into_iter().find(|url| url.len() <= limit);
    fitting.unwrap_or_default()
}

fn has_token(headers: &HeaderMap, name: HeaderName, token: &str) -> bool {
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
    use crate::http::head::Peer;

    fn parts(uri: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = http::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    #[test]
    fn what_is_kept_of_a_request_is_bounded() {
        let long = "x".repeat(100);
        let parts = parts(
            &format!("/?{long}"),
            &[("a", "1"), ("b", &long), ("c", "3")],
        );
        let head = RequestHead::new(parts, Peer::default(), false);
        let kept = handshake(&head, 50);
        assert_eq!((kept.header("a"), kept.header("c")), (Some("1"), Some("3")));
        assert_eq!((kept.header("b"), kept.url()), (None, "/"));
        assert_eq!(handshake(&head, 1_000).query(), long);
        assert_eq!(handshake(&head, 0).url(), "");
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
