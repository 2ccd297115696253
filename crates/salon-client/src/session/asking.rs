//! Asking the application for auth data.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use salon_proto::client::SocketKey;

use super::dispatcher::Dispatcher;
use crate::auth;
use crate::error::ConnectError;

/// Auth functions that are running. Most of the time there are none.
#[derive(Default)]
pub(super) struct Asking(Option<Box<FuturesUnordered<BoxFuture<'static, Provided>>>>);

/// Auth data, and for which request.
struct Provided {
    key: SocketKey,
    request: u32,
    data: Result<auth::Data, ConnectError>,
}

impl Dispatcher {
    /// The core wants auth data.
    pub(super) fn ask_auth(&mut self, key: SocketKey, request: u32) {
        let Some(socket) = self.socket(key) else {
            return;
        };
        if let Some(entry) = self.entry(key) {
            entry.auth_request = request;
        }
        let asked = socket.settings().auth.ask();
        let provided = Box::pin(async move {
            Provided {
                key,
                request,
                data: asked.await,
            }
        });
        self.asking.0.get_or_insert_default().push(provided);
        // It is polled in the next turn, which begins at once.
        self.waker.wake_by_ref();
    }

    /// Lets auth functions go on, and hands on what they give.
    pub(super) fn poll_auth(&mut self, cx: &mut Context<'_>) {
        while let Some(asked) = &mut self.asking.0 {
            match Pin::new(&mut **asked).poll_next(cx) {
                Poll::Ready(Some(provided)) => self.provide_auth(provided),
                Poll::Ready(None) => self.asking.0 = None,
                Poll::Pending => break,
            }
        }
    }

    fn provide_auth(&mut self, provided: Provided) {
        let Provided { key, request, data } = provided;
        match data {
            Ok(data) => self.core.provide_auth(self.now, key, request, data),
            Err(error) => self.refuse_auth(key, request, error),
        }
    }

    /// Nobody wants to hear that an older request has failed.
    fn refuse_auth(&mut self, key: SocketKey, request: u32, error: ConnectError) {
        let is_newest = self
            .entry(key)
            .is_some_and(|one| one.auth_request == request);
        let socket = self.socket(key).filter(|one| is_newest && !one.has_left());
        if let Some(socket) = socket {
            self.core.disconnect(self.now, key);
            self.tell_connect_error(&socket, error, false);
        }
    }
}
