//! Who may open or join a session: the checks of a request, in their order, and the
//! answers.

use std::borrow::Cow;

use crate::engine::{Protocol, Transport};
use crate::id::SessionId;
use crate::limits::{Limits, Timing};

/// What the checks need to know of a request.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The `EIO` parameter.
    pub protocol: Option<&'a str>,
    /// The `transport` parameter.
    pub transport: Option<&'a str>,
    /// The `sid` parameter.
    pub sid: Option<&'a str>,
    /// Whether the method is GET.
    pub is_get: bool,
    /// Whether this is a WebSocket upgrade.
    pub is_upgrade: bool,
}

/// What a request that passed the checks is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Open a session over this transport.
    Open(Transport),
    /// Serve the session it named: a poll, or an upgrade candidate.
    Join(SessionId),
}

/// Checks a request.
///
/// `known` gives the current transport and the protocol of a session, or `None` where there is no
/// such session; `allow_v3` tells whether sessions of protocol 3 may be opened. The order of the checks is the order of Node's, since it decides which of
/// several errors a client sees.
///
/// # Errors
/// The refusal to send.
pub fn verify(
    request: Request<'_>,
    allow_v3: bool,
    known: impl FnOnce(&SessionId) -> Option<(Transport, Protocol)>,
) -> Result<Purpose, Refusal> {
    let transport = request
        .transport
        .and_then(Transport::parse)
        .ok_or(Refusal::UnknownTransport)?;
    match request.sid.filter(|sid| !sid.is_empty()) {
        Some(sid) => verify_joining(request, transport, sid, known),
        None => verify_opening(request, allow_v3, transport),
    }
}

fn verify_joining(
    request: Request<'_>,
    transport: Transport,
    sid: &str,
    known: impl FnOnce(&SessionId) -> Option<(Transport, Protocol)>,
) -> Result<Purpose, Refusal> {
    let id = SessionId::parse(sid).ok_or(Refusal::UnknownSession)?;
    let (current, protocol) = known(&id).ok_or(Refusal::UnknownSession)?;
    if !request.is_upgrade && current != transport {
        return Err(Refusal::BadRequest("TRANSPORT_MISMATCH"));
    }
    if Protocol::of(request.protocol) != protocol {
        return Err(Refusal::BadRequest("PROTOCOL_MISMATCH"));
    }
    Ok(Purpose::Join(id))
}

fn verify_opening(
    request: Request<'_>,
    allow_v3: bool,
    transport: Transport,
) -> Result<Purpose, Refusal> {
    if !request.is_get {
        return Err(Refusal::BadHandshakeMethod);
    }
    if (transport == Transport::WebSocket) != request.is_upgrade {
        return Err(Refusal::BadRequest("TRANSPORT_HANDSHAKE_ERROR"));
    }
    if Protocol::of(request.protocol) == Protocol::V3 && !allow_v3 {
        return Err(Refusal::UnsupportedProtocolVersion);
    }
    Ok(Purpose::Open(transport))
}

/// Why a request is refused. The codes and texts are part of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// 0: no such transport.
    UnknownTransport,
    /// 1: no such session; the client starts anew.
    UnknownSession,
    /// 2: a session is opened by GET.
    BadHandshakeMethod,
    /// 3: the request contradicts itself or its session; with the name of the case.
    BadRequest(&'static str),
    /// 4: the application refuses; with its own words, if any.
    Forbidden(Option<String>),
    /// 5: the client speaks another protocol version.
    UnsupportedProtocolVersion,
}

impl Refusal {
    /// The number that clients see.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::UnknownTransport => 0,
            Self::UnknownSession => 1,
            Self::BadHandshakeMethod => 2,
            Self::BadRequest(_) => 3,
            Self::Forbidden(_) => 4,
            Self::UnsupportedProtocolVersion => 5,
        }
    }

    /// The text that clients see.
    #[must_use]
    pub fn message(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::UnknownTransport => "Transport unknown",
            Self::UnknownSession => "Session ID unknown",
            Self::BadHandshakeMethod => "Bad handshake method",
            Self::BadRequest(_) => "Bad request",
            Self::Forbidden(Some(words)) => words,
            Self::Forbidden(None) => "Forbidden",
            Self::UnsupportedProtocolVersion => "Unsupported protocol version",
        })
    }

    /// The HTTP status of the answer. An upgrade request is answered 400 in each case.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Forbidden(_) => 403,
            _ => 400,
        }
    }

    /// The JSON body of the answer to a plain request.
    #[must_use]
    pub fn body(&self) -> String {
        let message = serde_json::Value::from(&*self.message());
        format!(r#"{{"code":{},"message":{message}}}"#, self.code())
    }
}

/// The text of the open packet, type digit included. Its keys have a fixed order.
#[must_use]
pub fn open_packet(id: &SessionId, upgrades: bool, timing: &Timing, limits: &Limits) -> String {
    let upgrades = if upgrades { r#""websocket""# } else { "" };
    format!(
        r#"0{{"sid":"{}","upgrades":[{upgrades}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}}"#,
        id.reveal(),
        timing.ping_interval.as_millis(),
        timing.ping_timeout.as_millis(),
        limits.max_payload,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "abcdefghijklmnopqrst";

    fn polling() -> Request<'static> {
        Request {
            protocol: Some("4"),
            transport: Some("polling"),
            sid: None,
            is_get: true,
            is_upgrade: false,
        }
    }

    fn known_on(transport: Transport) -> impl FnOnce(&SessionId) -> Option<(Transport, Protocol)> {
        move |id| (id.reveal() == SID).then_some((transport, Protocol::V4))
    }

    fn refusal(request: Request<'_>) -> Refusal {
        verify(request, false, known_on(Transport::Polling)).unwrap_err()
    }

    #[test]
    fn a_session_opens_over_either_transport() {
        let over_websocket = Request {
            transport: Some("websocket"),
            is_upgrade: true,
            ..polling()
        };
        for (request, transport) in [
            (polling(), Transport::Polling),
            (over_websocket, Transport::WebSocket),
        ] {
            let purpose = verify(request, false, |_| None);
            assert_eq!(purpose, Ok(Purpose::Open(transport)));
        }
    }

    #[test]
    fn the_transport_is_checked_before_everything_else() {
        for transport in [None, Some(""), Some("webtransport"), Some("constructor")] {
            let request = Request {
                transport,
                sid: Some("unknown"),
                is_get: false,
                ..polling()
            };
            assert_eq!(refusal(request), Refusal::UnknownTransport);
        }
    }

    #[test]
    fn an_unknown_session_is_refused_before_its_transport_is_compared() {
        for sid in ["__proto__", "zzzzzzzzzzzzzzzzzzzz"] {
            let request = Request {
                sid: Some(sid),
                ..polling()
            };
            assert_eq!(refusal(request), Refusal::UnknownSession);
        }
    }

    #[test]
    fn a_poll_must_come_over_the_session_s_transport() {
        let request = Request {
            sid: Some(SID),
            ..polling()
        };
        let answer = verify(request, false, known_on(Transport::WebSocket));
        assert_eq!(answer, Err(Refusal::BadRequest("TRANSPORT_MISMATCH")));
    }

    #[test]
    fn a_candidate_may_come_over_another_transport() {
        let request = Request {
            transport: Some("websocket"),
            sid: Some(SID),
            is_upgrade: true,
            ..polling()
        };
        let purpose = verify(request, false, known_on(Transport::Polling)).unwrap();
        assert!(matches!(purpose, Purpose::Join(id) if id.reveal() == SID));
    }

    #[test]
    fn opening_has_its_own_checks_in_their_order() {
        let posted = Request {
            is_get: false,
            protocol: None,
            ..polling()
        };
        assert_eq!(refusal(posted), Refusal::BadHandshakeMethod);
        let plain_websocket = Request {
            transport: Some("websocket"),
            protocol: None,
            ..polling()
        };
        let expected = Refusal::BadRequest("TRANSPORT_HANDSHAKE_ERROR");
        assert_eq!(refusal(plain_websocket), expected);
        for protocol in [None, Some("3"), Some("5"), Some("04"), Some("abc")] {
            let request = Request {
                protocol,
                ..polling()
            };
            assert_eq!(refusal(request), Refusal::UnsupportedProtocolVersion);
        }
    }

    #[test]
    fn protocol_3_is_whatever_is_not_4_and_must_be_allowed() {
        for protocol in [None, Some("3"), Some("5"), Some("abc")] {
            let request = Request {
                protocol,
                ..polling()
            };
            let purpose = verify(request, true, |_| None);
            assert_eq!(purpose, Ok(Purpose::Open(Transport::Polling)));
        }
    }

    #[test]
    fn a_session_keeps_its_protocol() {
        for (protocol, known) in [("3", Protocol::V4), ("4", Protocol::V3)] {
            let request = Request {
                protocol: Some(protocol),
                sid: Some(SID),
                ..polling()
            };
            let answer = verify(request, true, |_| Some((Transport::Polling, known)));
            assert_eq!(answer, Err(Refusal::BadRequest("PROTOCOL_MISMATCH")));
        }
    }

    #[test]
    fn refusals_are_byte_exact() {
        let cases = [
            (
                Refusal::UnknownTransport,
                400,
                r#"{"code":0,"message":"Transport unknown"}"#,
            ),
            (
                Refusal::UnknownSession,
                400,
                r#"{"code":1,"message":"Session ID unknown"}"#,
            ),
            (
                Refusal::BadHandshakeMethod,
                400,
                r#"{"code":2,"message":"Bad handshake method"}"#,
            ),
            (
                Refusal::BadRequest("X"),
                400,
                r#"{"code":3,"message":"Bad request"}"#,
            ),
            (
                Refusal::Forbidden(None),
                403,
                r#"{"code":4,"message":"Forbidden"}"#,
            ),
            (
                Refusal::Forbidden(Some("no \"entry\"".into())),
                403,
                r#"{"code":4,"message":"no \"entry\""}"#,
            ),
            (
                Refusal::UnsupportedProtocolVersion,
                400,
                r#"{"code":5,"message":"Unsupported protocol version"}"#,
            ),
        ];
        for (refusal, status, body) in cases {
            assert_eq!((refusal.status(), &*refusal.body()), (status, body));
        }
    }

    #[test]
    fn the_open_packet_is_byte_exact() {
        let id = SessionId::parse(SID).unwrap();
        let packet = open_packet(&id, true, &Timing::default(), &Limits::default());
        assert_eq!(
            packet,
            r#"0{"sid":"abcdefghijklmnopqrst","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#
        );
    }
}
