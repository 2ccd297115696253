//! What a socket's handles can see of it.

use std::sync::Arc;

use super::received::Arrived;
use crate::error::ConnectError;

/// The state of a socket as its manager's task last told it, behind the socket's lock.
#[derive(Default)]
pub(crate) struct View {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) is_connected: bool,
    pub(crate) is_recovered: bool,
    /// It is connected, or somebody tries.
    pub(crate) is_active: bool,
    /// How often it failed to connect, and why last.
    pub(crate) failures: u64,
    pub(crate) last_error: Option<ConnectError>,
    /// Events that no handler took.
    pub(crate) arrived: Arrived,
}

impl View {
    pub(crate) fn connected(&mut self, id: Arc<str>, is_recovered: bool) {
        self.id = Some(id);
        self.is_connected = true;
        self.is_active = true;
        self.is_recovered = is_recovered;
        self.last_error = None;
    }

    /// `is_active`: somebody tries again.
    pub(crate) fn failed(&mut self, error: ConnectError, is_active: bool) {
        self.failures = self.failures.wrapping_add(1);
        self.last_error = Some(error);
        self.is_active = is_active;
    }

    pub(crate) fn disconnected(&mut self, is_active: bool) {
        self.id = None;
        self.is_connected = false;
        self.is_active = is_active;
    }

    /// There will be no connection any more.
    pub(crate) fn end(&mut self) {
        self.disconnected(false);
        self.failed(ConnectError::closed(), false);
    }

    /// What came of trying since there were so many failures; `None`: nothing yet.
    pub(crate) fn outcome(&self, failures: u64) -> Option<Result<(), ConnectError>> {
        let error = || self.last_error.clone().unwrap_or_else(ConnectError::closed);
        if self.is_connected {
            return Some(Ok(()));
        }
        let has_failed = !self.is_active || self.failures != failures;
        has_failed.then(|| Err(error()))
    }
}
