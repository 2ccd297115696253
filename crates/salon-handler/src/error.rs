//! What a handler may fail with.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// The error of a handler or a middleware. Any standard error turns into one by `?`.
///
/// From an event's handler it goes to the event's sender if that asked for an acknowledgement, as
/// `{"error": message, "data": …}`, and in any case to the hooks that `on_error` takes; where
/// there is no such hook, the log has what was not told. From a server's middleware it refuses
/// the connection: the client gets `connect_error` with the message and the data.
///
/// ```
/// use salon::{HandlerError, Server};
///
/// async fn parse(text: String) -> Result<i64, HandlerError> {
///     Ok(text.trim().parse()?)
/// }
///
/// Server::new().on("parse", parse);
/// ```
#[derive(Debug)]
pub struct HandlerError {
    message: String,
    data: Option<Value>,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Returned,
    Data,
    Panic,
}

impl HandlerError {
    /// An error with a message, which the other side may see.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            data: None,
            kind: Kind::Returned,
        }
    }

    /// The handler panicked. The other side is not told so.
    #[must_use]
    pub fn panicked() -> Self {
        Self {
            kind: Kind::Panic,
            ..Self::new("Internal error")
        }
    }

    /// What came is not what was asked for.
    pub fn invalid_data(error: &impl fmt::Display) -> Self {
        Self {
            kind: Kind::Data,
            ..Self::new(format!("invalid data: {error}"))
        }
    }

    pub(crate) fn is_panic(&self) -> bool {
        self.kind == Kind::Panic
    }

    pub(crate) fn is_data(&self) -> bool {
        self.kind == Kind::Data
    }

    /// Adds data for the other side. What cannot be written as JSON is left out.
    #[must_use]
    pub fn with_data(mut self, data: impl Serialize) -> Self {
        self.data = serde_json::to_value(data).ok();
        self
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The data for the other side.
    #[must_use]
    pub const fn data(&self) -> Option<&Value> {
        self.data.as_ref()
    }
}

impl fmt::Display for HandlerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

// It must not be a standard error itself, or this could not be written.
impl<E: std::error::Error> From<E> for HandlerError {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}
