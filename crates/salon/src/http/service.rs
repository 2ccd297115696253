//! What happens with a request that is ours.

use std::convert::Infallible;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body::Body;
use hyper::upgrade::OnUpgrade;
use salon_proto::SessionId;
use salon_proto::engine::Transport;
use salon_proto::engine::handshake::{self, Refusal};
use salon_proto::ws::{Accepted, InvalidExtensions};

use super::head::{Peer, RequestHead};
use super::polling::{Taken, WaitingPoll};
use super::query::Query;
use super::request;
use super::respond::{self, Answer};
use super::upgrade::upgraded;
use crate::host::{Core, Host, Opening, open_session};
use crate::session::Session;

const NO_ID: Refusal = Refusal::BadRequest("ID_GENERATION_ERROR");

/// The answer to a request.
///
/// What the request is for is found out before there is a future: so the head of a session's
/// request is gone before the next one is read, which then goes into the same memory.
pub(in crate::http) struct Answering<B> {
    work: Work<B>,
    /// The headers of the cross-origin policy.
    policy: Option<Box<HeaderMap>>,
}

impl<B: Body + Unpin> Answering<B> {
    pub(super) fn new(server: &Arc<dyn Host>, request: Request<B>, peer: Peer) -> Self {
        let (parts, body) = request.into_parts();
        let cors = server.config.cors.as_ref();
        Self {
            policy: cors.map(|cors| Box::new(cors.headers(&parts))),
            work: Work::new(server, parts, peer, body),
        }
    }

    /// To a request that is not for the server.
    pub(super) fn not_found() -> Self {
        Self {
            work: Work::Nothing(respond::status(StatusCode::NOT_FOUND)),
            policy: None,
        }
    }
}

impl<B: Body + Unpin> Future for Answering<B> {
    type Output = Result<Answer, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut answer = ready!(self.work.poll_answer(cx));
        if let Some(policy) = &self.policy {
            respond::add_policy(&mut answer, policy);
        }
        Poll::Ready(Ok(answer))
    }
}

/// What is left to do for a request.
enum Work<B> {
    Nothing(Answer),
    /// For one of a session on polling.
    Session(Taken<B>, Finish),
    /// Where a session is opened, WebSocket is switched to, or the request is refused.
    Other(BoxFuture<'static, Answer>),
}

impl<B: Body + Unpin> Work<B> {
    fn new(server: &Arc<dyn Host>, parts: Parts, peer: Peer, body: B) -> Self {
        let core: &Core = server;
        if core.config.cors.is_some() && parts.method == Method::OPTIONS {
            return Self::Nothing(respond::status(StatusCode::NO_CONTENT));
        }
        if let Some(file) = client_file(core, &parts) {
            return Self::Nothing(file);
        }
        let is_upgrade = request::is_upgrade(&parts);
        let errand = check(core, &parts, is_upgrade);
        if let (Ok(Errand::Join(session)), false) = (&errand, is_upgrade) {
            let taken = Taken::new(core, session, &parts, body);
            return Self::Session(taken, Finish::new(server, parts, peer));
        }
        let head = RequestHead::new(parts, peer, is_upgrade);
        Self::Other(Box::pin(answer_or_refuse(Arc::clone(server), head, errand)))
    }

    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Answer> {
        match self {
            Self::Nothing(answer) => Poll::Ready(mem::take(answer)),
            Self::Session(taken, finish) => taken.poll_answer(cx).map(|one| finish.apply(one)),
            Self::Other(answer) => answer.as_mut().poll(cx),
        }
    }
}

async fn answer_or_refuse(
    server: Arc<dyn Host>,
    head: RequestHead,
    errand: Result<Errand, Refusal>,
) -> Answer {
    match route(&server, &head, errand).await {
        Ok(answer) => finish(
            answer,
            request::is_old_browser(head.parts()),
            Some((&server, &head)),
        ),
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

/// What [`finish`] needs of a request that is gone.
struct Finish {
    is_old_browser: bool,
    /// Only if somebody asks about the request, since it holds the 8 KiB into which hyper has
    /// read it.
    asked: Option<(Arc<dyn Host>, RequestHead)>,
}

impl Finish {
    fn new(server: &Arc<dyn Host>, parts: Parts, peer: Peer) -> Self {
        let is_old_browser = request::is_old_browser(&parts);
        let is_asked = server.config.hooks.want_headers();
        let head = is_asked.then(|| RequestHead::new(parts, peer, false));
        Self {
            is_old_browser,
            asked: head.map(|head| (Arc::clone(server), head)),
        }
    }

    fn apply(&self, answer: Answer) -> Answer {
        let asked = self.asked.as_ref();
        let asked = asked.map(|(server, head)| (&***server, head));
        finish(answer, self.is_old_browser, asked)
    }
}

/// Adds what answers of a session have in common.
fn finish(
    mut answer: Answer,
    is_old_browser: bool,
    asked: Option<(&Core, &RequestHead)>,
) -> Answer {
    if is_old_browser {
        answer = respond::without_xss_filter(answer);
    }
    let is_fine = matches!(
        answer.status(),
        StatusCode::OK | StatusCode::SWITCHING_PROTOCOLS
    );
    if let (Some((server, head)), true) = (asked, is_fine) {
        server.config.hooks.headers(answer.headers_mut(), head);
    }
    answer
}

fn client_file(server: &Core, parts: &Parts) -> Option<Answer> {
    let files = server.config.client_files.as_ref()?;
    let name = server.config.path.below(parts.uri.path())?;
    files.answer(name, &parts.headers)
}

/// What a request is for that has passed the checks.
enum Errand {
    Open,
    Join(Arc<Session>),
}

/// The checks of the protocol, and between them those that are a matter of settings.
fn check(server: &Core, parts: &Parts, is_upgrade: bool) -> Result<Errand, Refusal> {
    let query = Query::of(&parts.uri);
    let transport = query.transport().and_then(Transport::parse);
    if !transport.is_some_and(|one| server.config.transports.contains(&one)) {
        return Err(Refusal::UnknownTransport);
    }
    if !request::has_valid_origin(parts) {
        return Err(Refusal::BadRequest("INVALID_ORIGIN"));
    }
    let request = query.as_request(parts.method == Method::GET, is_upgrade);
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

async fn route(
    server: &Arc<dyn Host>,
    head: &RequestHead,
    errand: Result<Errand, Refusal>,
) -> Result<Answer, Refusal> {
    if matches!(
        errand,
        Ok(Errand::Open) | Err(Refusal::UnsupportedProtocolVersion)
    ) {
        // As in Node, the application is asked before the protocol is looked at.
        server.config.hooks.allow_request(head).await?;
    }
    match errand? {
        errand if head.is_upgrade() => upgrade(server, head, errand).await,
        _ => open_polling(server, head).await,
    }
}

async fn open_polling(server: &Arc<dyn Host>, head: &RequestHead) -> Result<Answer, Refusal> {
    let id = new_id(server, head).await?;
    let opening = read_opening(server, id, head);
    let session = open_session(server, opening, None).ok_or(NO_ID)?;
    let mut answer = match WaitingPoll::new(server, &session, head.parts()) {
        Ok(poll) => poll.await,
        Err(status) => respond::status(status),
    };
    let cookie = server.config.cookie.as_ref();
    if let Some(value) = cookie.and_then(|cookie| cookie.header(&id)) {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(answer)
}

fn read_opening(server: &Core, id: SessionId, head: &RequestHead) -> Opening {
    Opening {
        id,
        handshake: request::handshake(head, server.config.limits.max_handshake),
        dialect: Query::of(head.uri()).dialect(),
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
            let opening = read_opening(server, id, head);
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
