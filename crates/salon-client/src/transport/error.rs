//! What went wrong on the way to the server or back.

use std::error::Error as StdError;
use std::fmt;

use salon_proto::ws::CloseFrame;

type Source = Box<dyn StdError + Send + Sync>;

/// Which part of a transport failed, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// A GET failed.
    Poll,
    /// A POST failed.
    Post,
    /// A WebSocket could not be opened, or the server broke its rules.
    WebSocket,
    /// A WebSocket was open and ended.
    WebSocketClosed,
    /// The WebSocket that polling was to move to could not be had. The session stays.
    Probe,
}

/// Why a transport failed or ended, with the names that the JavaScript client uses.
///
/// ```
/// # fn example(error: salon_client::transport::TransportError) {
/// println!("{error}");                // xhr poll error: the server answered 502: Bad gateway
/// assert_eq!(error.message(), "xhr poll error");
/// assert_eq!(error.status(), Some(502));
/// # }
/// ```
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    detail: Option<Box<Detail>>,
}

#[derive(Debug)]
enum Detail {
    /// Another status than the expected one, and the beginning of the body.
    Status(u16, Box<str>),
    Close(CloseFrame),
    Source(Source),
}

impl TransportError {
    pub(crate) fn of(kind: TransportErrorKind, failure: Failure) -> Self {
        let detail = match failure {
            Failure::Status(status, body) => Detail::Status(status, body),
            Failure::Io(source) => Detail::Source(source),
        };
        Self {
            kind,
            detail: Some(Box::new(detail)),
        }
    }

    pub(crate) fn closed(frame: Option<CloseFrame>) -> Self {
        Self {
            kind: TransportErrorKind::WebSocketClosed,
            detail: frame.map(|frame| Box::new(Detail::Close(frame))),
        }
    }

    /// Which part failed.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// JavaScript's name for it, such as `xhr poll error`. For a WebSocket that ended it is what
    /// `details.description` has there.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        match self.kind {
            TransportErrorKind::Poll => "xhr poll error",
            TransportErrorKind::Post => "xhr post error",
            TransportErrorKind::WebSocket => "websocket error",
            TransportErrorKind::WebSocketClosed => "websocket connection closed",
            TransportErrorKind::Probe => "probe error",
        }
    }

    /// The status of an answer that was not the expected one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self.detail.as_deref() {
            Some(Detail::Status(status, _)) => Some(*status),
            _ => None,
        }
    }

    /// The beginning of that answer's body, up to 1,024 bytes of it.
    #[must_use]
    pub fn body(&self) -> Option<&str> {
        match self.detail.as_deref() {
            Some(Detail::Status(_, body)) => Some(body),
            _ => None,
        }
    }

    /// The code of the WebSocket's close frame, if there was one: 1005 if it named none is `None`
    /// here as well.
    #[must_use]
    pub fn close_code(&self) -> Option<u16> {
        self.close_frame().map(|frame| frame.code.get())
    }

    /// The reason in the WebSocket's close frame, often empty.
    #[must_use]
    pub fn close_reason(&self) -> Option<&str> {
        self.close_frame().map(|frame| &*frame.reason)
    }

    fn close_frame(&self) -> Option<&CloseFrame> {
        match self.detail.as_deref() {
            Some(Detail::Close(frame)) => Some(frame),
            _ => None,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())?;
        match self.detail.as_deref() {
            None => Ok(()),
            Some(Detail::Status(status, body)) if body.is_empty() => {
                write!(f, ": the server answered {status}")
            }
            Some(Detail::Status(status, body)) => {
                write!(f, ": the server answered {status}: {body}")
            }
            Some(Detail::Close(frame)) if frame.reason.is_empty() => {
                write!(f, " with code {}", frame.code)
            }
            Some(Detail::Close(frame)) => write!(f, " with code {}: {}", frame.code, frame.reason),
            Some(Detail::Source(source)) => write!(f, ": {source}"),
        }
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self.detail.as_deref() {
            // Its own text is part of ours already.
            Some(Detail::Source(source)) => source.source(),
            _ => None,
        }
    }
}

/// What went wrong, before it is known for what purpose it was done.
#[derive(Debug)]
pub(crate) enum Failure {
    Status(u16, Box<str>),
    Io(Source),
}

impl Failure {
    pub(crate) fn text(text: impl Into<Source>) -> Self {
        Self::Io(text.into())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error.into())
    }
}

impl From<hyper::Error> for Failure {
    fn from(error: hyper::Error) -> Self {
        Self::Io(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use salon_proto::ws::CloseCode;

    #[test]
    fn an_error_says_what_is_known() {
        let status = |body: &str| {
            let failure = Failure::Status(502, body.into());
            TransportError::of(TransportErrorKind::Poll, failure)
        };
        assert_eq!(
            status("Bad gateway").to_string(),
            "xhr poll error: the server answered 502: Bad gateway"
        );
        assert_eq!(
            status("").to_string(),
            "xhr poll error: the server answered 502"
        );
        assert_eq!(status("x").status(), Some(502));

        let refused = Failure::from(std::io::Error::other("refused"));
        let refused = TransportError::of(TransportErrorKind::WebSocket, refused);
        assert_eq!(refused.to_string(), "websocket error: refused");
        assert_eq!(refused.status(), None);
    }

    #[test]
    fn a_close_frame_is_told() {
        let frame = |reason: &str| CloseFrame {
            code: CloseCode::GOING_AWAY,
            reason: reason.into(),
        };
        let closed = TransportError::closed(Some(frame("bye")));
        assert_eq!(
            closed.to_string(),
            "websocket connection closed with code 1001: bye"
        );
        assert_eq!(
            (closed.close_code(), closed.close_reason()),
            (Some(1001), Some("bye"))
        );
        assert_eq!(
            TransportError::closed(Some(frame(""))).to_string(),
            "websocket connection closed with code 1001"
        );
        assert_eq!(
            TransportError::closed(None).to_string(),
            "websocket connection closed"
        );
    }
}
