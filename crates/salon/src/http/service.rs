//! What happens with a request that is ours.

use std::future::Future;
use std::sync::Arc;

use bytes::Buf;
use http::header;
use http::request::Parts;
use http::{Method, Request, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::upgrade::OnUpgrade;
use salon_proto::SessionId;
use salon_proto::engine::Transport;
use salon_proto::engine::handshake::{self, Refusal};
use salon_proto::engine::payload::{Encoding, PayloadDecoder};
use salon_proto::limits::MAX_COMPRESSED;
use salon_proto::ws::{Accepted, InvalidExtensions};

use super::compress::Coding;
use super::head::{Peer, RequestHead};
use super::query::Query;
use super::request;
use super::respond::{self, Answer};
use super::upgrade::upgraded;
use crate::host::{Core, Host, Opening, open_session};
use crate::session::{HeldPoll, Post, Session};

const NO_ID: Refusal = Refusal::BadRequest("ID_GENERATION_ERROR");

/// Answers a request.
pub(super) fn answer<B: Body>(
    server: &Arc<dyn Host>,
    request: Request<B>,
    peer: Peer,
) -> impl Future<Output = Answer> + use<B> {
    // Before there is a future, in which all would be moved around with it.
    let (parts, body) = request.into_parts();
    let (server, head) = (Arc::clone(server), RequestHead::new(parts, peer));
    async move { answer_by_policy(&server, head, body).await }
}

/// Adds what the cross-origin policy wants.
async fn answer_by_policy<B: Body>(server: &Arc<dyn Host>, head: RequestHead, body: B) -> Answer {
    let Some(cors) = &server.config.cors else {
        return answer_or_refuse(server, head, body).await;
    };
    let is_preflight = *head.method() == Method::OPTIONS;
    let mut answer = match is_preflight {
        true => respond::status(StatusCode::NO_CONTENT),
        false => answer_or_refuse(server, head.clone(), body).await,
    };
    cors.add_headers(head.headers(), answer.headers_mut());
    if is_preflight {
        cors.add_preflight_headers(head.headers(), answer.headers_mut());
    }
    answer
}

async fn answer_or_refuse<B: Body>(server: &Arc<dyn Host>, head: RequestHead, body: B) -> Answer {
    if let Some(file) = client_file(server, &head) {
        return file;
    }
    match route(server, &head, body).await {
        Ok(outcome) => finish(server, head, outcome).await,
        Err(refusal) => {
            server.config.hooks.connection_error(&refusal, &head);
            let answer = respond::refusal(&refusal, head.is_upgrade());
            match request::is_of_other_websocket_version(head.parts()) {
                true => respond::with_websocket_versions(answer),
                false => answer,
            }
        }
    }
}

/// What has come of a request that was not refused.
enum Outcome {
    Answer(Answer),
    Held(WaitingPoll),
}

/// Waits if need be, and adds what answers of a session have in common.
async fn finish(server: &Core, head: RequestHead, outcome: Outcome) -> Answer {
    let hooks = &server.config.hooks;
    let is_old_browser = request::is_old_browser(head.parts());
    // A request that nobody asks about is not kept while its poll waits: it holds the 8 KiB into
    // which hyper has read it.
    let head = hooks.want_headers().then_some(head);
    let mut answer = match outcome {
        Outcome::Answer(answer) => answer,
        Outcome::Held(poll) => poll.answer().await,
    };
    if is_old_browser {
        answer = respond::without_xss_filter(answer);
    }
    let is_fine = matches!(
        answer.status(),
        StatusCode::OK | StatusCode::SWITCHING_PROTOCOLS
    );
    if let (Some(head), true) = (head, is_fine) {
        hooks.headers(answer.headers_mut(), &head);
    }
    answer
}

fn client_file(server: &Core, head: &RequestHead) -> Option<Answer> {
    let files = server.config.client_files.as_ref()?;
    let name = server.config.path.below(head.uri().path())?;
    files.answer(name, head.headers())
}

async fn route<B: Body>(
    server: &Arc<dyn Host>,
    head: &RequestHead,
    body: B,
) -> Result<Outcome, Refusal> {
    let query = head.query();
    let checked = check(server, head, &query);
    if matches!(
        checked,
        Ok(Errand::Open) | Err(Refusal::UnsupportedProtocolVersion)
    ) {
        // As in Node, the application is asked before the protocol is looked at.
        server.config.hooks.allow_request(head).await?;
    }
    match checked? {
        Errand::Join(session) if !head.is_upgrade() => {
            return Ok(serve_session(server, &session, head.parts(), body).await);
        }
        errand if head.is_upgrade() => upgrade(server, head, &query, errand).await,
        _ => open_polling(server, head, &query).await,
    }
    .map(Outcome::Answer)
}

/// What a request is for that has passed the checks.
enum Errand {
    Open,
    Join(Arc<Session>),
}

/// The checks of the protocol, and between them those that are a matter of settings.
fn check(server: &Core, head: &RequestHead, query: &Query<'_>) -> Result<Errand, Refusal> {
    let transport = query.transport().and_then(Transport::parse);
    if !transport.is_some_and(|one| server.config.transports.contains(&one)) {
        return Err(Refusal::UnknownTransport);
    }
    if !request::has_valid_origin(head.parts()) {
        return Err(Refusal::BadRequest("INVALID_ORIGIN"));
    }
    let request = query.as_request(*head.method() == Method::GET, head.is_upgrade());
    let mut found = None;
    let known = |id: &SessionId| {
        let session = found.insert(server.find_session(id)?);
        Some(session.transport_and_protocol())
    };
    handshake::verify(request, server.config.allow_eio3, known)?;
    match found {
        Some(session) => Ok(Errand::Join(session)),
        None if server.is_closing() => {
            Err(Refusal::Forbidden(Some("Server is shutting down".into())))
        }
        None => Ok(Errand::Open),
    }
}

async fn open_polling(
    server: &Arc<dyn Host>,
    head: &RequestHead,
    query: &Query<'_>,
) -> Result<Answer, Refusal> {
    let id = new_id(server, head).await?;
    let opening = read_opening(server, id, head, query);
    let session = open_session(server, opening, None).ok_or(NO_ID)?;
    let mut answer = match poll(server, &session, head.parts()) {
        Outcome::Answer(answer) => answer,
        Outcome::Held(poll) => poll.answer().await,
    };
    let cookie = server.config.cookie.as_ref();
    if let Some(value) = cookie.and_then(|cookie| cookie.header(&id)) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(answer)
}

fn read_opening(server: &Core, id: SessionId, head: &RequestHead, query: &Query<'_>) -> Opening {
    Opening {
        id,
        handshake: request::handshake(head, server.config.limits.max_handshake),
        dialect: query.dialect(),
    }
}

async fn new_id(server: &Core, head: &RequestHead) -> Result<SessionId, Refusal> {
    let id = server.config.hooks.generate_id(head).await.ok_or(NO_ID)?;
    match server.find_session(&id) {
        Some(_) => Err(NO_ID),
        None => Ok(id),
    }
}

/// Switches to WebSocket, for a new session or for one that wants to move.
async fn upgrade(
    server: &Arc<dyn Host>,
    head: &RequestHead,
    query: &Query<'_>,
    errand: Errand,
) -> Result<Answer, Refusal> {
    const INCOMPLETE: Refusal = Refusal::BadRequest("TRANSPORT_HANDSHAKE_ERROR");
    let parts = head.parts();
    let key = request::websocket_key(parts).ok_or(INCOMPLETE)?;
    let subprotocol = request::subprotocol(parts).map_err(|_| INCOMPLETE)?;
    let Some(on_upgrade) = parts.extensions.get::<OnUpgrade>().cloned() else {
        tracing::error!("this HTTP server does not allow upgrades: serve the connection with them");
        return Err(INCOMPLETE);
    };
    let Ok(deflate) = agree_on_deflate(server, parts) else {
        return Ok(respond::refused_upgrade(InvalidExtensions.to_string()));
    };
    let deflater = deflate.as_ref().map(|accepted| accepted.deflater);
    match errand {
        Errand::Open => {
            let id = new_id(server, head).await?;
            let opening = read_opening(server, id, head, query);
            let server = Arc::clone(server);
            let driver = Arc::clone(server.driver());
            driver.after_upgrade(upgraded(on_upgrade), move |link| {
                let link = link.with_deflater(deflater);
                open_session(&server, opening, Some(link));
            });
        }
        Errand::Join(session) => {
            let driver = server.driver();
            driver.after_upgrade(upgraded(on_upgrade), move |link| {
                session.offer(link.with_deflater(deflater));
            });
        }
    }
    let answer = respond::switching_protocols(key, subprotocol);
    Ok(match deflate {
        Some(accepted) => respond::with_extensions(answer, &accepted.response),
        None => answer,
    })
}

/// While compression is off, nobody looks at what the client offers.
fn agree_on_deflate(server: &Core, parts: &Parts) -> Result<Option<Accepted>, InvalidExtensions> {
    let ours = server.config.deflate;
    match ours.zip(request::websocket_extensions(parts)) {
        Some((deflate, offers)) => deflate.accept(&offers),
        None => Ok(None),
    }
}

async fn serve_session<B: Body>(
    server: &Core,
    session: &Arc<Session>,
    parts: &Parts,
    body: B,
) -> Outcome {
    Outcome::Answer(match parts.method {
        Method::GET => return poll(server, session, parts),
        Method::POST => post(server, session, parts, body).await,
        _ => respond::status(StatusCode::INTERNAL_SERVER_ERROR),
    })
}

/// A poll that waits for something to answer, and how that may be compressed.
struct WaitingPoll {
    held: HeldPoll,
    /// From so many bytes on, in this way.
    compression: Option<(usize, Coding)>,
}

fn poll(server: &Core, session: &Arc<Session>, parts: &Parts) -> Outcome {
    let Some(held) = session.hold_poll() else {
        return Outcome::Answer(respond::status(StatusCode::BAD_REQUEST));
    };
    let threshold = server.config.http_compression;
    let compression = threshold.and_then(|from| Some((from, Coding::accepted(&parts.headers)?)));
    Outcome::Held(WaitingPoll { held, compression })
}

impl WaitingPoll {
    async fn answer(self) -> Answer {
        let Some(body) = self.held.await else {
            return respond::status(StatusCode::BAD_REQUEST);
        };
        let is_worth_it =
            |from: usize| body.may_compress && (from..=MAX_COMPRESSED).contains(&body.bytes.len());
        let compression = self.compression.filter(|(from, _)| is_worth_it(*from));
        respond::payload(body, compression.map(|(_, coding)| coding))
    }
}

async fn post<B: Body>(server: &Core, session: &Arc<Session>, parts: &Parts, body: B) -> Answer {
    let Some(post) = session.begin_post() else {
        return respond::status(StatusCode::BAD_REQUEST);
    };
    let content_type = parts.headers.get(header::CONTENT_TYPE);
    let is_octet_stream = content_type.is_some_and(|one| one == respond::OCTET_STREAM);
    let Some(encoding) = post.encoding(is_octet_stream) else {
        // Dropping the post ends the session.
        return respond::status(StatusCode::BAD_REQUEST);
    };
    let decoder = PayloadDecoder::new(server.config.limits.max_payload);
    let time = server.config.timing.body_timeout;
    let Ok(collected) = tokio::time::timeout(time, collect(body, decoder)).await else {
        return respond::status(StatusCode::REQUEST_TIMEOUT);
    };
    match collected {
        Collected::Whole(decoder) => take_payload(post, decoder, encoding).await,
        Collected::TooLarge => {
            post.refused();
            respond::status(StatusCode::PAYLOAD_TOO_LARGE)
        }
        Collected::Broken => respond::status(StatusCode::BAD_REQUEST),
    }
}

async fn take_payload(post: Post, decoder: PayloadDecoder, encoding: Encoding) -> Answer {
    match decoder.finish(encoding) {
        Ok(payload) => post.deliver(payload).await,
        Err(_) => post.malformed(),
    }
    respond::ok()
}

/// What became of a body.
enum Collected {
    Whole(PayloadDecoder),
    TooLarge,
    Broken,
}

async fn collect<B: Body>(body: B, mut decoder: PayloadDecoder) -> Collected {
    let mut body = std::pin::pin!(body);
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Collected::Broken;
        };
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        let chunk = data.copy_to_bytes(data.remaining());
        if decoder.push(&chunk).is_err() {
            return Collected::TooLarge;
        }
    }
    Collected::Whole(decoder)
}
