//! Where an application takes part in requests.

use std::fmt::{self, Display};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use salon_proto::SessionId;
use salon_proto::engine::handshake::Refusal;

use super::head::RequestHead;
use super::refused::ConnectionError;
use crate::config::ServerBuilder;
use crate::random;

/// Asks the application something; an error is the text that it gave.
type Ask<T> = Arc<dyn Fn(RequestHead) -> BoxFuture<'static, Result<T, String>> + Send + Sync>;

type Headers = Arc<dyn Fn(&mut HeaderMap, &RequestHead) + Send + Sync>;

type Refused = Arc<dyn Fn(&ConnectionError) + Send + Sync>;

#[derive(Clone, Default)]
pub(crate) struct Hooks {
    allow_request: Option<Ask<()>>,
    generate_id: Option<Ask<String>>,
    connection_error: Vec<Refused>,
    initial_headers: Vec<Headers>,
    headers: Vec<Headers>,
}

/// Taking part in requests. What concerns every request, such as a log or a limit of their rate,
/// is better done by a tower layer in front of [`Server::layer`](crate::Server::layer): that is
/// what Node's `io.engine.use` does.
///
/// A hook that panics harms only its request, which is refused if it was asked for its opinion.
impl ServerBuilder {
    /// Decides who may open a session: an error refuses, and its text is what the client gets,
    /// with code 4 and, by polling, status 403. It is asked once for each session, over either
    /// transport, and not for its later requests. Default: everybody may.
    ///
    /// Browsers let pages of any origin open WebSockets, whatever [`cors`](Self::cors) says: this
    /// is the place to check the header `Origin`.
    ///
    /// ```
    /// use salon::{RequestHead, Server};
    ///
    /// let io = Server::builder()
    ///     .allow_request(|request: RequestHead| async move {
    ///         match request.query_value("token").as_deref() {
    ///             Some("secret") => Ok(()),
    ///             _ => Err("no entry"),
    ///         }
    ///     })
    ///     .build();
    /// ```
    pub fn allow_request<F, R, E>(mut self, decide: F) -> Self
    where
        F: Fn(RequestHead) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.hooks.allow_request = Some(ask(decide));
        self
    }

    /// Makes the ids of sessions, instead of 15 random bytes. An id is 20 characters of `A` to
    /// `Z`, `a` to `z`, `0` to `9`, `-` and `_`; it must be unique, and nobody must be able to
    /// guess it, since whoever knows it can read and write its session. An error, another text or
    /// an id in use refuses the request with code 3.
    ///
    /// ```
    /// use salon::{RequestHead, Server};
    ///
    /// # fn random_characters(n: usize) -> String { "x".repeat(n) }
    /// // A load balancer may find the node by the first characters.
    /// let io = Server::builder()
    ///     .generate_id(|_: RequestHead| async {
    ///         Ok::<_, String>(format!("a1{}", random_characters(18)))
    ///     })
    ///     .build();
    /// ```
    pub fn generate_id<F, R, E>(mut self, generate: F) -> Self
    where
        F: Fn(RequestHead) -> R + Send + Sync + 'static,
        R: Future<Output = Result<String, E>> + Send + 'static,
        E: Display,
    {
        self.hooks.generate_id = Some(ask(generate));
        self
    }

    /// Called with each request that is refused, before the client learns of it.
    ///
    /// ```
    /// use salon::{ConnectionError, Server};
    ///
    /// let io = Server::builder()
    ///     .on_connection_error(|error: &ConnectionError| {
    ///         eprintln!("{} {}: {error}", error.request().method(), error.code());
    ///     })
    ///     .build();
    /// ```
    pub fn on_connection_error(
        mut self,
        hook: impl Fn(&ConnectionError) + Send + Sync + 'static,
    ) -> Self {
        self.hooks.connection_error.push(Arc::new(hook));
        self
    }

    /// Called with the headers of the first answer of each session, before
    /// [`on_headers`](Self::on_headers): that to the first poll, or the switch to WebSocket.
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue};
    /// use salon::{RequestHead, Server};
    ///
    /// let io = Server::builder()
    ///     .on_initial_headers(|headers: &mut HeaderMap, _: &RequestHead| {
    ///         headers.insert("set-cookie", HeaderValue::from_static("seen=1"));
    ///     })
    ///     .build();
    /// ```
    pub fn on_initial_headers(
        mut self,
        hook: impl Fn(&mut HeaderMap, &RequestHead) + Send + Sync + 'static,
    ) -> Self {
        self.hooks.initial_headers.push(Arc::new(hook));
        self
    }

    /// Called with the headers of each answer to a session's requests that is no error: to polls
    /// and posts, and the switch to WebSocket.
    pub fn on_headers(
        mut self,
        hook: impl Fn(&mut HeaderMap, &RequestHead) + Send + Sync + 'static,
    ) -> Self {
        self.hooks.headers.push(Arc::new(hook));
        self
    }
}

fn ask<T, F, R, E>(question: F) -> Ask<T>
where
    F: Fn(RequestHead) -> R + Send + Sync + 'static,
    R: Future<Output = Result<T, E>> + Send + 'static,
    E: Display,
{
    Arc::new(move |head| {
        let answer = question(head);
        Box::pin(async move { answer.await.map_err(|error| error.to_string()) })
    })
}

/// Calling them.
impl Hooks {
    pub(super) async fn allow_request(&self, head: &RequestHead) -> Result<(), Refusal> {
        let Some(decide) = &self.allow_request else {
            return Ok(());
        };
        let words = match answer(decide, head).await {
            Some(Ok(())) => return Ok(()),
            Some(Err(words)) => words,
            None => String::new(),
        };
        Err(Refusal::Forbidden((!words.is_empty()).then_some(words)))
    }

    /// `None`: there is no id.
    pub(super) async fn generate_id(&self, head: &RequestHead) -> Option<SessionId> {
        let Some(generate) = &self.generate_id else {
            return Some(SessionId::from_entropy(random::entropy()?));
        };
        let id = answer(generate, head).await?;
        let parsed = id.map(|text| SessionId::parse(&text));
        match parsed {
            Ok(None) => tracing::warn!("generate_id made no id of 20 characters of base64url"),
            Err(error) => tracing::warn!("generate_id failed: {error}"),
            Ok(found) => return found,
        }
        None
    }

    pub(super) fn connection_error(&self, refusal: &Refusal, head: &RequestHead) {
        if self.connection_error.is_empty() {
            return;
        }
        let error = ConnectionError::new(refusal.clone(), head.clone());
        for hook in &self.connection_error {
            contain(|| hook(&error));
        }
    }

    /// Whether there is a hook for headers.
    pub(super) const fn want_headers(&self) -> bool {
        !self.initial_headers.is_empty() || !self.headers.is_empty()
    }

    /// For an answer that is no error.
    pub(super) fn headers(&self, headers: &mut HeaderMap, head: &RequestHead) {
        if !self.want_headers() {
            return;
        }
        let is_initial = head.query_value("sid").is_none_or(|sid| sid.is_empty());
        let initial = self.initial_headers.iter().filter(|_| is_initial);
        for hook in initial.chain(&self.headers) {
            contain(|| hook(headers, head));
        }
    }
}

/// Asks; `None`: it panicked.
async fn answer<T>(question: &Ask<T>, head: &RequestHead) -> Option<Result<T, String>> {
    let asked = contain(|| question(head.clone()))?;
    let answered = AssertUnwindSafe(asked).catch_unwind().await;
    answered.map_err(|_| report_panic()).ok()
}

/// Calls code of the application; `None`: it panicked.
pub(super) fn contain<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call))
        .map_err(|_| report_panic())
        .ok()
}

fn report_panic() {
    tracing::error!("a hook for HTTP requests panicked");
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}
