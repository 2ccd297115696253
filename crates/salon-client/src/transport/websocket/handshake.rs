//! The opening handshake of a WebSocket, as the client does it (RFC 6455 section 4.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{
    CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS,
    SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, Method, StatusCode};
use salon_proto::engine::Transport;
use salon_proto::ws::{Deflate, Deflater, accept_key};

use super::WebSocket;
use crate::transport::connect::connect;
use crate::transport::connection::{HttpConnection, HttpRequest};
use crate::transport::error::Failure;
use crate::transport::http::{Head, refusal, set_cookies};
use crate::transport::random;
use crate::transport::target::Target;

/// A WebSocket that is open, and the headers `Set-Cookie` of the answer.
pub(crate) struct Opened {
    pub(crate) websocket: WebSocket,
    pub(crate) cookies: Vec<String>,
}

/// Opens a WebSocket: the connection, the request, the answer.
pub(crate) async fn open(target: &Target, head: Head) -> Result<Opened, Failure> {
    let key = STANDARD.encode(random::bytes::<16>());
    let request = request(target, &head, &key)?;
    let mut connection = HttpConnection::open(connect(target).await?).await?;
    let answer = connection.send(request).await?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(refusal(&mut connection, answer).await);
    }
    let deflater = check(answer.headers(), &key, target.deflate).map_err(Failure::text)?;
    let cookies = set_cookies(answer.headers());
    let (stream, read_ahead) = connection.into_stream().await?;
    Ok(Opened {
        websocket: WebSocket::new(stream, &read_ahead, target.limits.max_incoming, deflater),
        cookies,
    })
}

fn request(target: &Target, head: &Head, key: &str) -> Result<HttpRequest, Failure> {
    let mut request = head.start(target, Method::GET, Transport::WebSocket)?;
    let headers = request.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    let key = HeaderValue::from_str(key).map_err(Failure::text)?;
    headers.insert(SEC_WEBSOCKET_KEY, key);
    if target.deflate.is_some() {
        let offer = HeaderValue::from_static(Deflate::OFFER);
        headers.insert(SEC_WEBSOCKET_EXTENSIONS, offer);
    }
    Ok(request)
}

/// Whether the answer is the one to our request; what was agreed about compression.
fn check(
    headers: &HeaderMap,
    key: &str,
    deflate: Option<Deflate>,
) -> Result<Option<Deflater>, &'static str> {
    if !names(headers, UPGRADE, "websocket") || !names(headers, CONNECTION, "upgrade") {
        return Err("the server upgraded to something else than a WebSocket");
    }
    let accept = headers.get(SEC_WEBSOCKET_ACCEPT);
    if accept.map(HeaderValue::as_bytes) != Some(accept_key(key).as_bytes()) {
        return Err("the answer to the WebSocket handshake was made for another request");
    }
    let mut extensions = headers.get_all(SEC_WEBSOCKET_EXTENSIONS).iter();
    match (extensions.next(), extensions.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => {
            let text = one.to_str().unwrap_or_default();
            let agreed = deflate.and_then(|deflate| deflate.agree(text).ok());
            agreed.map(Some).ok_or(UNASKED)
        }
        _ => Err(UNASKED),
    }
}

const UNASKED: &str = "the server uses a WebSocket extension in a way that was not offered";

/// Whether a header that is a list names this token.
fn names(headers: &HeaderMap, header: HeaderName, token: &str) -> bool {
    let values = headers.get_all(header).iter();
    let mut tokens = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(','));
    tokens.any(|named| named.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn answer(changes: &[(HeaderName, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(UPGRADE, HeaderValue::from_static("WebSocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("keep-alive, Upgrade"));
        let accept = HeaderValue::from_static("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
        for (name, value) in changes {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn an_answer_must_be_the_one_to_our_request() {
        assert_eq!(check(&answer(&[]), KEY, None), Ok(None));
        for change in [
            (UPGRADE, "h2c"),
            (CONNECTION, "close"),
            (SEC_WEBSOCKET_ACCEPT, "s3pPLMBiTxaQ9kYGzzhZRbK+xOp="),
            (SEC_WEBSOCKET_EXTENSIONS, "permessage-deflate"),
        ] {
            assert!(
                check(&answer(std::slice::from_ref(&change)), KEY, None).is_err(),
                "{change:?}"
            );
        }
        for missing in [UPGRADE, CONNECTION, SEC_WEBSOCKET_ACCEPT] {
            let mut headers = answer(&[]);
            headers.remove(&missing);
            assert!(check(&headers, KEY, None).is_err(), "{missing}");
        }
    }
}
