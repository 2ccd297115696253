//! The one place where everything that goes wrong in handlers arrives.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::json;

use crate::ack::Ack;
use crate::call::Call;
use crate::error::HandlerError;
use crate::peer::Peer;
use crate::place::Place;

/// Something went wrong in a handler or a middleware, as `on_error` is told.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use salon::{FailureKind, Server};
///
/// let io = Server::new();
/// let bad_data = Arc::new(AtomicU64::new(0));
/// let count = Arc::clone(&bad_data);
/// io.on_error(move |failure| {
///     if failure.kind() == FailureKind::Data {
///         count.fetch_add(1, Ordering::Relaxed);
///     }
///     eprintln!("{}: {failure}", failure.socket().id());
/// });
/// ```
#[derive(Debug)]
pub struct Failure<'a, P: Peer> {
    subject: &'a Subject<P>,
    kind: FailureKind,
    error: &'a HandlerError,
    is_answered: bool,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A handler returned an error, or had an argument that was not there.
    Handler,
    /// The data that came does not fit the handler, which was not called.
    Data,
    /// A handler or a middleware panicked.
    Panic,
    /// An event middleware refused an event. Servers only.
    EventRefused,
    /// A middleware refused a client. Servers only.
    ConnectionRefused,
}

/// Called with each failure.
pub type Observer<P> = Arc<dyn Fn(&Failure<'_, P>) + Send + Sync>;

/// What was being done, for whom.
#[derive(Clone, Debug)]
pub(crate) struct Subject<P: Peer> {
    place: Arc<Place>,
    /// Where the place does not say it.
    event: Option<Box<str>>,
    socket: P,
    ack: Ack<P>,
}

impl<P: Peer> Failure<'_, P> {
    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The error.
    #[must_use]
    pub const fn error(&self) -> &HandlerError {
        self.error
    }

    /// The socket concerned. Where a client was refused it never was connected.
    #[must_use]
    pub const fn socket(&self) -> &P {
        &self.subject.socket
    }

    /// The event's name; `None` when it was about something else, such as a connection.
    #[must_use]
    pub fn event(&self) -> Option<&str> {
        match &*self.subject.place {
            Place::Event(name) => Some(name),
            _ => self.subject.event.as_deref(),
        }
    }

    /// Whether the other side was told: it had asked for an answer, or was refused.
    #[must_use]
    pub const fn is_answered(&self) -> bool {
        self.is_answered
    }
}

impl<P: Peer> fmt::Display for Failure<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.subject.place;
        match self.kind {
            FailureKind::EventRefused | FailureKind::ConnectionRefused => {
                write!(f, "a middleware refused a client or event: {}", self.error)
            }
            _ => write!(f, "the handler of {place} failed: {}", self.error),
        }
    }
}

impl<P: Peer> Subject<P> {
    pub(crate) fn new(place: Arc<Place>, call: &Call<'_, P>) -> Self {
        let event = match *place {
            Place::Event(_) => None,
            _ => call.event().map(Box::from),
        };
        Self {
            event,
            place,
            socket: call.socket().clone(),
            ack: call.ack(),
        }
    }

    pub(crate) const fn ack(&self) -> &Ack<P> {
        &self.ack
    }
}

/// One rule: the other side that asked for an answer gets the error as its answer; `on_error` is told
/// in any case; where there is none, the log has what the other side was not told. A panic is a bug,
/// which the log has in any case.
pub(crate) fn report<P: Peer>(subject: &Subject<P>, error: &HandlerError) {
    let kind = match error {
        error if error.is_panic() => FailureKind::Panic,
        error if error.is_data() => FailureKind::Data,
        _ => FailureKind::Handler,
    };
    if kind == FailureKind::Panic {
        let socket = subject.socket.log_id();
        let place = &subject.place;
        tracing::error!(%socket, "the handler of {place} panicked; its session goes on without it");
    }
    let is_answered = answer(&subject.ack, error);
    tell(&Failure {
        subject,
        kind,
        error,
        is_answered,
    });
}

/// An event cannot be handled by anybody.
pub fn report_bad_event<P: Peer>(call: &Call<'_, P>, why: &str) {
    let subject = Subject::new(Arc::new(Place::Other("any event")), call);
    report(&subject, &HandlerError::invalid_data(&why));
}

/// An event middleware said no.
pub fn refuse_event<P: Peer>(call: &Call<'_, P>, error: &HandlerError) {
    let subject = Subject::new(Arc::new(Place::Other("event middleware")), call);
    if error.is_panic() {
        return report(&subject, error);
    }
    let is_answered = answer(&subject.ack, error);
    tell(&Failure {
        subject: &subject,
        kind: FailureKind::EventRefused,
        error,
        is_answered,
    });
}

/// A middleware said no; the client is told by the caller.
pub fn refuse_connection<P: Peer>(call: &Call<'_, P>, error: &HandlerError) {
    let kind = match error.is_panic() {
        true => FailureKind::Panic,
        false => FailureKind::ConnectionRefused,
    };
    if error.is_panic() {
        tracing::error!("a middleware panicked; its client is refused");
    }
    tell(&Failure {
        subject: &Subject::new(Arc::new(Place::Other("middleware")), call),
        kind,
        error,
        is_answered: true,
    });
}

/// Gives an error as the answer, if one is wanted.
pub(crate) fn answer<P: Peer>(ack: &Ack<P>, error: &HandlerError) -> bool {
    if !ack.is_wanted() {
        return false;
    }
    let answer = match error.data() {
        Some(data) => json!({"error": error.message(), "data": data}),
        None => json!({"error": error.message()}),
    };
    let _ = ack.send(&answer);
    true
}

fn tell<P: Peer>(failure: &Failure<'_, P>) {
    let observers = failure.socket().observers();
    let is_logged = failure.is_answered || failure.kind == FailureKind::Panic;
    if observers.is_empty() && !is_logged {
        let socket = failure.socket().log_id();
        tracing::warn!(%socket, "{failure}");
    }
    for observer in observers {
        let told = catch_unwind(AssertUnwindSafe(|| observer(failure)));
        if told.is_err() {
            tracing::error!("an on_error hook panicked");
        }
    }
}
