//! Asking the application for auth data.

use std::task::Context;

use futures_util::future::BoxFuture;
use salon_handler::Pending;
use salon_proto::client::SocketKey;

use super::dispatcher::Dispatcher;
use crate::auth;
use crate::error::ConnectError;

/// Auth functions that are running.
pub(super) type Asking = Pending<BoxFuture<'static, Provided>>;

/// Auth data, and for which request.
pub(super) struct Provided {
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
        self.asking.push(provided);
        // It is polled in the next turn, which begins at once.
        self.waker.wake_by_ref();
    }

    /// Lets auth functions go on, and hands on what they give.
    pub(super) fn poll_auth(&mut self, cx: &mut Context<'_>) {
        while let Some(provided) = self.asking.poll_next(cx) {
            self.provide_auth(provided);
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
