//! Tunnels through HTTP proxies (RFC 9110 section 9.3.6).

use bytes::Bytes;
use http::header::{HOST, HeaderValue, PROXY_AUTHORIZATION};
use http::{Method, Request};
use http_body_util::Full;
use tokio::net::TcpStream;

use super::super::connection::HttpConnection;
use super::super::error::Failure;
use super::super::url::Url;

pub(super) async fn tunnel(
    stream: TcpStream,
    url: &Url,
    authorization: Option<&HeaderValue>,
) -> Result<TcpStream, Failure> {
    let authority = url.full_authority();
    let mut request = Request::builder()
        .method(Method::CONNECT)
        .uri(&authority)
        .header(HOST, &authority);
    if let Some(authorization) = authorization {
        request = request.header(PROXY_AUTHORIZATION, authorization);
    }
    let request = request.body(Full::<Bytes>::default());
    let request = request.map_err(Failure::text)?;

    let mut connection = HttpConnection::open(stream).await?;
    let answer = connection.send(request).await?;
    if !answer.status().is_success() {
        let status = answer.status();
        return Err(Failure::text(format!("the proxy answered {status}")));
    }
    let (stream, read_ahead) = connection.into_stream().await?;
    match read_ahead.is_empty() {
        true => Ok(stream),
        // TLS, HTTP and WebSocket all begin with what we say.
        false => Err(Failure::text("the proxy spoke before the server could")),
    }
}
