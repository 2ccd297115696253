//! The polls and posts of a session.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{
    ACCEPT, CONTENT_TYPE, COOKIE, HOST, HeaderName, HeaderValue, SET_COOKIE, USER_AGENT,
};
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use salon_proto::engine::payload::{Encoding, Payload, PayloadDecoder};
use salon_proto::engine::{Protocol, Transport};
use tokio::time::{Instant, timeout};

use super::connect::connect;
use super::connection::{HttpConnection, HttpRequest};
use super::cookie::Jar;
use super::error::Failure;
use super::stream::Stream;
use super::target::Target;

/// Bytes of the body of an error that are kept to be shown.
const EXCERPT: usize = 1_024;

/// Bytes that the answer to a post may have: it is `ok`, and nobody reads it.
const MAX_POST_ANSWER: usize = 65_536;

/// How long an idle connection is used again if the server does not say: Node's servers close
/// theirs after 5 s.
const IDLE: Duration = Duration::from_secs(4);

/// How much earlier than the server says we stop using an idle connection: a request that crosses
/// its closing would be lost.
const MARGIN: Duration = Duration::from_secs(1);

/// A connection that waits for its next request.
pub(crate) struct Kept {
    connection: HttpConnection<Stream>,
    until: Instant,
}

/// What came of a request.
pub(crate) struct Outcome<T> {
    pub(crate) result: Result<T, Failure>,
    /// The headers `Set-Cookie`, of whatever answer.
    pub(crate) cookies: Vec<String>,
    pub(crate) kept: Option<Kept>,
}

impl<T> From<Failure> for Outcome<T> {
    fn from(failure: Failure) -> Self {
        Self {
            result: Err(failure),
            cookies: Vec::new(),
            kept: None,
        }
    }
}

/// One GET, and what its answer holds.
pub(crate) async fn get(target: Arc<Target>, head: Head, kept: Option<Kept>) -> Outcome<Payload> {
    let request = head.request(&target, Method::GET, Bytes::new());
    let body = PayloadDecoder::new(target.limits.max_incoming);
    // In a box, or there would be room for it twice.
    let work = Box::pin(exchange(&target, request, kept, body));
    let outcome = within(target.request_timeout, work).await;
    let finish = |body: PayloadDecoder| {
        let finished = body.finish(Encoding::Text(Protocol::V4));
        finished.map_err(Failure::text)
    };
    Outcome {
        result: outcome.result.and_then(finish),
        cookies: outcome.cookies,
        kept: outcome.kept,
    }
}

/// One POST. What it is answered with means nothing.
pub(crate) async fn post(
    target: Arc<Target>,
    head: Head,
    kept: Option<Kept>,
    body: Bytes,
) -> Outcome<PayloadDecoder> {
    let limit = target.request_timeout.unwrap_or(target.timing.body_timeout);
    let request = head.request(&target, Method::POST, body);
    let body = PayloadDecoder::new(MAX_POST_ANSWER);
    let work = Box::pin(exchange(&target, request, kept, body));
    within(Some(limit), work).await
}

async fn within<T>(
    limit: Option<Duration>,
    work: Pin<Box<impl Future<Output = Outcome<T>>>>,
) -> Outcome<T> {
    let Some(limit) = limit else {
        return work.await;
    };
    let outcome = timeout(limit, work).await;
    outcome.unwrap_or_else(|_| Failure::text(format!("no answer within {limit:?}")).into())
}

/// Sends a request on the kept connection or on a new one, and reads the answer.
async fn exchange(
    target: &Target,
    request: Result<HttpRequest, Failure>,
    kept: Option<Kept>,
    body: PayloadDecoder,
) -> Outcome<PayloadDecoder> {
    let sent = match request {
        Ok(request) => send(target, request, kept).await,
        Err(failure) => Err(failure),
    };
    match sent {
        Ok((connection, answer)) => read_answer(connection, answer, body).await,
        Err(failure) => failure.into(),
    }
}

type Sent = (HttpConnection<Stream>, Response<Incoming>);

/// A request of which anything may have reached the server is not sent again: messages would
/// arrive twice, or be lost with the first answer.
async fn send(
    target: &Target,
    mut request: HttpRequest,
    kept: Option<Kept>,
) -> Result<Sent, Failure> {
    if let Some(mut connection) = usable(kept).await {
        match connection.try_send(request).await {
            Ok(answer) => return Ok((connection, answer)),
            Err(mut error) => match error.take_message() {
                Some(unsent) => request = unsent,
                None => return Err(error.into_error().into()),
            },
        }
    }
    // In a box: the answer is waited for much longer than the connection.
    let stream = Box::pin(connect(target)).await?;
    let mut connection = HttpConnection::open(stream).await?;
    let answer = connection.send(request).await?;
    Ok((connection, answer))
}

async fn usable(kept: Option<Kept>) -> Option<HttpConnection<Stream>> {
    let mut kept = kept.filter(|kept| Instant::now() < kept.until)?;
    kept.connection.is_usable().await.then_some(kept.connection)
}

async fn read_answer(
    mut connection: HttpConnection<Stream>,
    answer: Response<Incoming>,
    mut collected: PayloadDecoder,
) -> Outcome<PayloadDecoder> {
    let cookies = set_cookies(answer.headers());
    if answer.status() != StatusCode::OK {
        return Outcome {
            result: Err(refusal(&mut connection, answer).await),
            cookies,
            kept: None,
        };
    }
    let idle = idle_time(answer.headers());
    let mut body = answer.into_body();
    let result = loop {
        match connection.drive(body.frame()).await {
            None => break Ok(collected),
            Some(Err(error)) => break Err(error.into()),
            Some(Ok(frame)) => {
                let data = frame.into_data().unwrap_or_default();
                if let Err(error) = collected.push(&data) {
                    break Err(Failure::text(error));
                }
            }
        }
    };
    let until = Instant::now() + idle;
    Outcome {
        kept: result.is_ok().then_some(Kept { connection, until }),
        result,
        cookies,
    }
}

/// An answer that is not the expected one, with the beginning of its body.
pub(crate) async fn refusal(
    connection: &mut HttpConnection<Stream>,
    answer: Response<Incoming>,
) -> Failure {
    let status = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut excerpt = Vec::new();
    while excerpt.len() < EXCERPT {
        let Some(Ok(frame)) = connection.drive(body.frame()).await else {
            break;
        };
        let data = frame.into_data().unwrap_or_default();
        excerpt.extend(data.iter().take(EXCERPT - excerpt.len()));
    }
    let text = String::from_utf8_lossy(&excerpt);
    Failure::Status(status, text.trim().into())
}

pub(crate) fn set_cookies(headers: &HeaderMap) -> Vec<String> {
    let cookies = headers.get_all(SET_COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok().map(str::to_owned))
        .collect()
}

/// How long the connection may be idle and still be used: `Keep-Alive: timeout=5`.
fn idle_time(headers: &HeaderMap) -> Duration {
    let hint = headers
        .get("keep-alive")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| {
            text.split(',')
                .find_map(|part| part.trim().strip_prefix("timeout="))
        })
        .and_then(|seconds| seconds.trim().parse::<u32>().ok());
    hint.map_or(IDLE, |seconds| {
        Duration::from_secs(u64::from(seconds)).saturating_sub(MARGIN)
    })
}

/// What differs from one request of a session to the next.
#[derive(Default)]
pub(crate) struct Head {
    sid: Option<Box<str>>,
    cookies: String,
}

impl Head {
    pub(crate) fn new(target: &Target, sid: Option<&str>, jar: &mut Jar) -> Self {
        let cookies = match target.cookies {
            true => jar.header(&target.request_path(), SystemTime::now()),
            false => String::new(),
        };
        Self {
            sid: sid.map(Into::into),
            cookies,
        }
    }

    /// The request's address and the headers that all requests have.
    pub(crate) fn start(
        &self,
        target: &Target,
        method: Method,
        transport: Transport,
    ) -> Result<HttpRequest, Failure> {
        let uri = target.request_uri(transport, self.sid.as_deref());
        let mut request = HttpRequest::default();
        *request.method_mut() = method;
        *request.uri_mut() = uri.ok_or_else(|| Failure::text("the path cannot be requested"))?;
        *request.headers_mut() = self.headers(target)?;
        Ok(request)
    }

    fn request(
        &self,
        target: &Target,
        method: Method,
        body: Bytes,
    ) -> Result<HttpRequest, Failure> {
        let is_post = method == Method::POST;
        let mut request = self.start(target, method, Transport::Polling)?;
        let headers = request.headers_mut();
        set_default(headers, ACCEPT, "*/*");
        if is_post {
            set_default(headers, CONTENT_TYPE, "text/plain;charset=UTF-8");
        }
        *request.body_mut() = Full::new(body);
        Ok(request)
    }

    fn headers(&self, target: &Target) -> Result<HeaderMap, Failure> {
        let mut headers = target.headers.clone();
        set_default(
            &mut headers,
            USER_AGENT,
            concat!("salon-client/", env!("CARGO_PKG_VERSION")),
        );
        if !headers.contains_key(HOST) {
            let host = HeaderValue::from_str(&target.url.authority());
            headers.insert(HOST, host.map_err(Failure::text)?);
        }
        if !self.cookies.is_empty() {
            let own = headers.get(COOKIE).and_then(|own| own.to_str().ok());
            let all = match own {
                Some(own) => format!("{own}; {}", self.cookies),
                None => self.cookies.clone(),
            };
            headers.insert(COOKIE, HeaderValue::from_str(&all).map_err(Failure::text)?);
        }
        Ok(headers)
    }
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(hint: &str) -> u64 {
        let mut headers = HeaderMap::new();
        headers.insert("keep-alive", hint.parse().unwrap());
        idle_time(&headers).as_secs()
    }

    #[test]
    fn the_server_says_how_long_a_connection_may_idle() {
        assert_eq!(idle("timeout=5"), 4);
        assert_eq!(idle("max=100, timeout=60"), 59);
        assert_eq!(idle("timeout=0"), 0);
        assert_eq!(idle("timeout=x"), IDLE.as_secs());
        assert_eq!(idle_time(&HeaderMap::new()), IDLE);
    }

    #[test]
    fn own_headers_win_and_own_cookies_stay() {
        let target = Target::parse("http://a:3000").unwrap();
        let target = target.header("Cookie", "own=1").unwrap();
        let target = target.header("User-Agent", "me").unwrap();
        let mut jar = Jar::default();
        jar.store("lb=2", SystemTime::now());
        let head = Head::new(&target, Some("abc"), &mut jar);
        let request = head
            .request(&target, Method::POST, Bytes::from_static(b"4x"))
            .unwrap();
        let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("cookie"), "own=1; lb=2");
        assert_eq!(header("user-agent"), "me");
        assert_eq!(header("host"), "a:3000");
        assert_eq!(header("accept"), "*/*");
        assert_eq!(header("content-type"), "text/plain;charset=UTF-8");

        let without = Head::new(&target.cookies(false), None, &mut jar);
        assert_eq!(without.cookies, "");
    }

    #[test]
    fn a_request_that_waits_takes_little_room() {
        let target = Arc::new(Target::parse("http://a:3000").unwrap());
        let request = Head::default().request(&target, Method::GET, Bytes::new());
        let exchange = exchange(&target, request, None, PayloadDecoder::new(1));
        // Some 2,400; with what belongs to connecting it was 16,000.
        assert!(size_of_val(&exchange) < 3_072);
        let get = get(Arc::clone(&target), Head::default(), None);
        assert!(size_of_val(&get) < 512);
    }
}
