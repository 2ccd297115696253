//! The answers, byte for byte as clients expect them.

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use salon_proto::engine::handshake::Refusal;
use salon_proto::engine::payload::PollBody;
use salon_proto::ws;

use super::compress::Coding;

pub(super) type Answer = Response<Full<Bytes>>;

/// The content type of bodies that are not text, in both directions.
pub(super) const OCTET_STREAM: &str = "application/octet-stream";

/// The answer to a poll, compressed if a coding is given.
pub(super) fn payload(body: PollBody, coding: Option<Coding>) -> Answer {
    // A script of JSONP is called plain text as well.
    let content_type = match body.is_binary {
        true => OCTET_STREAM,
        false => "text/plain; charset=UTF-8",
    };
    let compressed = coding.and_then(|coding| Some((coding, coding.compress(&body.bytes).ok()?)));
    let mut answer = match compressed {
        None => text(StatusCode::OK, content_type, body.bytes),
        Some((coding, body)) => {
            let mut answer = text(StatusCode::OK, content_type, body);
            let headers = answer.headers_mut();
            headers.insert(header::CONTENT_ENCODING, coding.header());
            answer
        }
    };
    no_store(&mut answer);
    answer
}

/// The answer to data. Its type is not plain text since some browsers would offer that for
/// download.
pub(super) fn ok() -> Answer {
    let mut answer = text(StatusCode::OK, "text/html", Bytes::from_static(b"ok"));
    no_store(&mut answer);
    answer
}

/// Only a status.
pub(super) fn status(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

/// A refusal: JSON for a plain request, and for an upgrade the bare message, always with
/// status 400, since a browser shows neither to a page.
pub(super) fn refusal(refusal: &Refusal, is_upgrade: bool) -> Answer {
    if is_upgrade {
        return refused_upgrade(refusal.message().into_owned());
    }
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::BAD_REQUEST);
    text(status, "application/json", Bytes::from(refusal.body()))
}

/// A refusal of an upgrade, with what is wrong.
pub(super) fn refused_upgrade(message: String) -> Answer {
    let mut answer = text(StatusCode::BAD_REQUEST, "text/html", Bytes::from(message));
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(header::CONNECTION, close);
    answer
}

/// The consent to a WebSocket (RFC 6455 section 4.2.2).
pub(super) fn switching_protocols(key: &str, subprotocol: Option<&str>) -> Answer {
    let mut answer = status(StatusCode::SWITCHING_PROTOCOLS);
    let headers = answer.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(accept) = HeaderValue::from_str(&ws::accept_key(key)) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    }
    if let Some(Ok(subprotocol)) = subprotocol.map(HeaderValue::from_str) {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
    }
    answer
}

/// Adds the headers of a cross-origin policy.
pub(super) fn add_policy(answer: &mut Answer, policy: &HeaderMap) {
    let headers = answer.headers_mut();
    for (name, value) in policy {
        match *name == header::VARY {
            true => headers.append(name, value.clone()),
            false => headers.insert(name, value.clone()).is_some(),
        };
    }
}

/// Adds the WebSocket extensions that were agreed on.
pub(super) fn with_extensions(mut answer: Answer, extensions: &str) -> Answer {
    if let Ok(extensions) = HeaderValue::from_str(extensions) {
        let headers = answer.headers_mut();
        headers.insert(header::SEC_WEBSOCKET_EXTENSIONS, extensions);
    }
    answer
}

/// Tells Internet Explorer not to take the data for an attack.
pub(super) fn without_xss_filter(mut answer: Answer) -> Answer {
    if answer.status() == StatusCode::OK {
        let off = HeaderValue::from_static("0");
        answer.headers_mut().insert(header::X_XSS_PROTECTION, off);
    }
    answer
}

/// Says which versions of WebSocket are spoken (RFC 6455, section 4.2.2).
pub(super) fn with_websocket_versions(mut answer: Answer) -> Answer {
    let versions = HeaderValue::from_static("13, 8");
    let headers = answer.headers_mut();
    headers.insert(header::SEC_WEBSOCKET_VERSION, versions);
    answer
}

fn text(status: StatusCode, content_type: &'static str, body: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(body));
    *answer.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    answer
}

fn no_store(answer: &mut Answer) {
    let no_store = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(header::CACHE_CONTROL, no_store);
}
