//! HTTP/2, for polling: its many requests share a connection. A WebSocket has one of its own.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either, select};
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2::Builder;
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::AsyncReadExt;

use super::connection::{HEAD_TIMEOUT, Requests};
use super::stream::Stream;

/// What a client sends first (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Requests that one connection may have under way. A session needs two; a page has some.
const MAX_STREAMS: u32 = 100;

/// How often to see whether the client is still there, and how long it may take to answer.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Whether a client speaks HTTP/2. The stream can then be read from its beginning.
pub(super) async fn begins(stream: &mut Stream) -> io::Result<bool> {
    let mut begin = Vec::with_capacity(PREFACE.len());
    while begin.len() < PREFACE.len() && PREFACE.starts_with(&begin) {
        let missing = PREFACE.len() - begin.len();
        if (&mut *stream)
            .take(missing as u64)
            .read_buf(&mut begin)
            .await?
            == 0
        {
            break;
        }
    }
    let is_preface = begin == PREFACE;
    stream.unread(begin);
    Ok(is_preface)
}

/// Serves a connection until it ends, or has been idle for [`HEAD_TIMEOUT`] or more.
pub(super) async fn serve(
    stream: Stream,
    requests: Requests,
    stopped: impl Future<Output = ()>,
) -> hyper::Result<()> {
    let activity = Arc::new(Activity::default());
    let counted = Counted {
        requests,
        activity: Arc::clone(&activity),
    };
    let connection = Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_concurrent_streams(MAX_STREAMS)
        .serve_connection(TokioIo::new(stream), counted);
    let over = async {
        select(pin!(stopped), pin!(activity.ends())).await;
    };
    finish(connection, over, |one| one.graceful_shutdown()).await
}

/// Waits for the end of a connection, and asks it to end where that is wanted first.
async fn finish<C: Future>(
    connection: C,
    wanted: impl Future<Output = ()>,
    ask: impl FnOnce(Pin<&mut C>),
) -> C::Output {
    let mut connection = pin!(connection);
    match select(connection.as_mut(), pin!(wanted)).await {
        Either::Left((output, _)) => output,
        Either::Right(_) => {
            ask(connection.as_mut());
            connection.await
        }
    }
}

/// What happens on a connection.
#[derive(Default)]
struct Activity {
    open: AtomicUsize,
    was_used: AtomicBool,
}

impl Activity {
    /// Waits until nothing has happened for a while.
    async fn ends(&self) {
        loop {
            tokio::time::sleep(HEAD_TIMEOUT).await;
            let was_used = self.was_used.swap(false, Ordering::Relaxed);
            if !was_used && self.open.load(Ordering::Relaxed) == 0 {
                return;
            }
        }
    }
}

/// A request under way.
struct Open(Arc<Activity>);

impl Open {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
        self.0.was_used.store(true, Ordering::Relaxed);
    }
}

/// Counts the requests under way.
struct Counted {
    requests: Requests,
    activity: Arc<Activity>,
}

impl Service<Request<Incoming>> for Counted {
    type Response = <Requests as Service<Request<Incoming>>>::Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let open = Open::new(&self.activity);
        let answer = self.requests.call(request);
        async move {
            let answer = answer.await;
            drop(open);
            answer
        }
        .boxed()
    }
}
