//! The way to the server that one session uses: its requests, its WebSocket, the candidate for an
//! upgrade.

use std::borrow::Cow;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use salon_proto::client::session::Output;
use salon_proto::client::{Handshake, Message};
use salon_proto::engine::payload::{Payload, PayloadDecoder};
use salon_proto::engine::{Packet, Transport};
use salon_proto::ws;
use tokio::time::timeout;

use super::candidate::Candidate;
use super::cookie::Jar;
use super::error::{Failure, TransportError, TransportErrorKind};
use super::http::{self, Head, Kept, Outcome};
use super::target::Target;
use super::websocket::{self, End, Next, Opened, WebSocket};

/// How long a closing session waits for the server to take what is left.
const LINGER: Duration = Duration::from_secs(5);

pub(super) type Running<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What has happened, for the session to hear. Each has its `handle_…` there.
#[derive(Debug)]
pub enum Event<'a> {
    /// A packet of the answer to a poll.
    Packet(Packet<'a>),
    /// Something in the answer to a poll is no packet; nothing more comes from it.
    Malformed,
    /// The answer to a poll has been handed over.
    PollDone,
    /// A post has been answered.
    PostDone,
    /// A text message on the WebSocket.
    Text(&'a str),
    /// A binary message on the WebSocket.
    Binary(Cow<'a, [u8]>),
    /// A request failed, or the WebSocket could not be opened or was used against its rules.
    Lost(TransportError),
    /// The WebSocket was closed by the server, or broke. The error tells the code, if there was one.
    Closed(TransportError),
    /// The candidate is open.
    CandidateOpen,
    /// A text message on the candidate.
    CandidateText(&'a str),
    /// The candidate is gone, or will never be there.
    CandidateLost(TransportError),
}

/// All connections of one session. It does what the session's [`Output`] says, and tells what
/// comes of it.
///
/// It has no task: whoever owns it calls [`poll`](Self::poll) when its waker was woken, tells the
/// session what happened, does what the session wants by [`apply`](Self::apply) and
/// [`push`](Self::push), and calls [`poll_flush`](Self::poll_flush) at the end of the turn. What
/// was applied begins with the next `poll`.
pub struct Line {
    target: Arc<Target>,
    websocket: Option<WebSocket>,
    /// Everything that a session on a WebSocket does not need.
    rest: Option<Box<Rest>>,
}

#[derive(Default)]
struct Rest {
    sid: Option<Box<str>>,
    jar: Jar,
    opening: Option<Running<Result<Opened, Failure>>>,
    poll: Exchange<Payload>,
    post: Exchange<PayloadDecoder>,
    /// The answer to a poll, as long as packets of it are left.
    answer: Option<Payload>,
    candidate: Option<Candidate>,
}

/// A request that may be running, and the connection for the next one.
struct Exchange<T> {
    running: Option<Running<Outcome<T>>>,
    kept: Option<Kept>,
}

impl<T> Default for Exchange<T> {
    fn default() -> Self {
        Self {
            running: None,
            kept: None,
        }
    }
}

impl Line {
    /// Begins a session over `transport`. A WebSocket is opened at once; polling begins when the
    /// session says so.
    #[must_use]
    pub fn open(target: Arc<Target>, transport: Transport) -> Self {
        let mut rest = Box::new(Rest::default());
        if transport == Transport::WebSocket {
            let head = Head::new(&target, None, &mut rest.jar);
            rest.opening = Some(open_websocket(&target, head));
        }
        Self {
            target,
            websocket: None,
            rest: Some(rest),
        }
    }

    /// Does what the session says. After `Closed` there is nothing to do but
    /// [`into_closing`](Self::into_closing).
    pub fn apply(&mut self, output: Output) {
        let Some(rest) = &mut self.rest else {
            return;
        };
        match output {
            Output::Poll => rest.start_poll(&self.target),
            Output::Post(body) => rest.start_post(&self.target, body),
            Output::OpenCandidate => rest.open_candidate(&self.target),
            Output::WriteCandidate(text) => rest.write_candidate(text),
            Output::SwitchToCandidate => self.switch(),
            Output::DropCandidate => rest.candidate = None,
            Output::Closed(_) => {}
        }
    }

    /// Hands over what has arrived, until nothing is left or `deliver` wants a pause. After a pause
    /// it is the caller who knows when to go on.
    pub fn poll(&mut self, cx: &mut Context<'_>, deliver: &mut dyn FnMut(Event<'_>) -> Next) {
        if let Some(rest) = &mut self.rest {
            if let Some(opened) = rest.poll_opening(cx, deliver) {
                self.websocket = Some(opened);
                self.rest = None;
            } else if rest.poll_all(cx, deliver) == Next::Pause {
                return;
            }
        }
        self.poll_websocket(cx, deliver);
    }

    /// Whether the session's WebSocket is there and has room for a message.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.websocket.as_ref().is_some_and(WebSocket::has_room)
    }

    /// Takes a message for the session's WebSocket. Without one it is dropped.
    pub fn push(&mut self, message: &Message) {
        if let Some(websocket) = &mut self.websocket {
            websocket.push(message);
        }
    }

    /// Writes what waits, in one piece if the stream takes it. `Pending`: the stream is full, and
    /// the waker will be woken.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(websocket) = &mut self.websocket {
            return websocket.poll_flush(cx);
        }
        let candidate = self.rest.as_mut().and_then(|rest| rest.candidate.as_mut());
        candidate.map_or(Poll::Ready(()), |candidate| candidate.poll_flush(cx))
    }

    /// What is left to do when the session has closed: a last post is answered, a WebSocket says
    /// goodbye. It ends by itself within 5 s; `None` if there is nothing to wait for.
    #[must_use]
    pub fn into_closing(self) -> Option<Closing> {
        let post = self.rest.and_then(|rest| rest.post.running);
        let work: Running<()> = match (self.websocket, post) {
            (Some(websocket), _) => Box::pin(websocket.close()),
            (None, Some(post)) => Box::pin(async { drop(post.await) }),
            (None, None) => return None,
        };
        Some(Closing(Box::pin(async {
            // Whether it was in time or not: then it is over.
            let _ = timeout(LINGER, work).await;
        })))
    }

    fn switch(&mut self) {
        let rest = self.rest.take();
        self.websocket = rest
            .and_then(|rest| rest.candidate)
            .and_then(Candidate::into_websocket);
    }

    fn poll_websocket(&mut self, cx: &mut Context<'_>, deliver: &mut dyn FnMut(Event<'_>) -> Next) {
        let Some(websocket) = &mut self.websocket else {
            return;
        };
        let read = websocket.poll_read(cx, &mut |message| match message {
            ws::Message::Text(text) => deliver(Event::Text(&text)),
            ws::Message::Binary(data) => deliver(Event::Binary(data)),
            _ => Next::Go,
        });
        if let Poll::Ready(end) = read {
            self.websocket = None;
            let _ = match end {
                End::Closed(_) => deliver(Event::Closed(end.into_error())),
                End::Malformed(_) => deliver(Event::Lost(end.into_error())),
            };
        }
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line")
            .field("url", &self.target.url)
            .field("has_websocket", &self.websocket.is_some())
            .finish_non_exhaustive()
    }
}

/// What the session wants.
impl Rest {
    fn head(&mut self, target: &Target) -> Head {
        Head::new(target, self.sid.as_deref(), &mut self.jar)
    }

    fn start_poll(&mut self, target: &Arc<Target>) {
        let (head, kept) = (self.head(target), self.poll.kept.take());
        self.poll.running = Some(Box::pin(http::get(Arc::clone(target), head, kept)));
    }

    fn start_post(&mut self, target: &Arc<Target>, body: Bytes) {
        let (head, kept) = (self.head(target), self.post.kept.take());
        let post = http::post(Arc::clone(target), head, kept, body);
        self.post.running = Some(Box::pin(post));
    }

    fn open_candidate(&mut self, target: &Arc<Target>) {
        let opening = open_websocket(target, self.head(target));
        self.candidate = Some(Candidate::new(opening, target.timing.upgrade_timeout));
    }

    fn write_candidate(&mut self, text: &'static str) {
        if let Some(candidate) = &mut self.candidate {
            candidate.push(&Message::Text(text.into()));
        }
    }
}

/// What has come of it.
impl Rest {
    fn poll_opening(
        &mut self,
        cx: &mut Context<'_>,
        deliver: &mut dyn FnMut(Event<'_>) -> Next,
    ) -> Option<WebSocket> {
        match poll_running(&mut self.opening, cx)? {
            Ok(opened) => Some(opened.websocket),
            Err(failure) => {
                let error = TransportError::of(TransportErrorKind::WebSocket, failure);
                deliver(Event::Lost(error));
                None
            }
        }
    }

    fn poll_all(
        &mut self,
        cx: &mut Context<'_>,
        deliver: &mut dyn FnMut(Event<'_>) -> Next,
    ) -> Next {
        if let Some(outcome) = poll_running(&mut self.post.running, cx) {
            self.store(outcome.cookies);
            self.post.kept = outcome.kept;
            deliver(match outcome.result {
                Ok(_) => Event::PostDone,
                Err(failure) => Event::Lost(TransportError::of(TransportErrorKind::Post, failure)),
            });
        }
        self.poll_candidate(cx, deliver);
        if let Some(outcome) = poll_running(&mut self.poll.running, cx) {
            self.store(outcome.cookies);
            self.poll.kept = outcome.kept;
            match outcome.result {
                Ok(answer) => self.answer = Some(answer),
                Err(failure) => {
                    let error = TransportError::of(TransportErrorKind::Poll, failure);
                    return deliver(Event::Lost(error));
                }
            }
        }
        self.deliver_answer(deliver)
    }

    fn deliver_answer(&mut self, deliver: &mut dyn FnMut(Event<'_>) -> Next) -> Next {
        let Some(answer) = &mut self.answer else {
            return Next::Go;
        };
        while let Some(packet) = answer.next_packet() {
            let next = match packet {
                Ok(packet) => {
                    remember_sid(&mut self.sid, &packet);
                    deliver(Event::Packet(packet))
                }
                Err(_) => deliver(Event::Malformed),
            };
            if next == Next::Pause {
                return next;
            }
        }
        self.answer = None;
        deliver(Event::PollDone)
    }

    fn poll_candidate(&mut self, cx: &mut Context<'_>, deliver: &mut dyn FnMut(Event<'_>) -> Next) {
        let Some(candidate) = &mut self.candidate else {
            return;
        };
        let polled = candidate.poll(cx, &mut self.jar, deliver);
        if let Poll::Ready(error) = polled {
            self.candidate = None;
            deliver(Event::CandidateLost(error));
        }
    }

    fn store(&mut self, cookies: Vec<String>) {
        let now = SystemTime::now();
        cookies
            .iter()
            .for_each(|cookie| self.jar.store(cookie, now));
    }
}

fn remember_sid(sid: &mut Option<Box<str>>, packet: &Packet<'_>) {
    if let (None, Packet::Open(json)) = (&sid, packet) {
        let handshake = Handshake::parse(json).ok();
        *sid = handshake.map(|handshake| handshake.reveal_sid().into());
    }
}

fn open_websocket(target: &Arc<Target>, head: Head) -> Running<Result<Opened, Failure>> {
    let target = Arc::clone(target);
    Box::pin(async move { websocket::open(&target, head).await })
}

/// Takes away a future that is ready.
fn poll_running<T>(running: &mut Option<Running<T>>, cx: &mut Context<'_>) -> Option<T> {
    match running.as_mut()?.as_mut().poll(cx) {
        Poll::Ready(result) => {
            *running = None;
            Some(result)
        }
        Poll::Pending => None,
    }
}

/// The end of a session's connections: a future that is ready when they are gone.
pub struct Closing(Running<()>);

impl Future for Closing {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl std::fmt::Debug for Closing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Closing")
    }
}
