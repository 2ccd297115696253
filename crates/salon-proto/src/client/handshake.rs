//! The server's open packet, as a client reads it.

use std::time::Duration;

use serde::Deserialize;

use crate::engine::Transport;
use crate::error::ProtocolError;

/// Bytes that a session's id may have. Node's have 20; other servers have more.
const MAX_SID: usize = 256;

/// What a client learns when its session opens.
#[derive(Clone, PartialEq, Eq)]
pub struct Handshake {
    sid: Box<str>,
    upgrades: Vec<Transport>,
    /// From opening, or from one ping to the next.
    pub ping_interval: Duration,
    /// How much later than expected a ping may come.
    pub ping_timeout: Duration,
    /// Bytes that one post may have, where it holds more than one packet. `None`: any number.
    pub max_payload: Option<usize>,
}

/// The JSON of the packet. Servers of older versions send no `maxPayload`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    sid: Box<str>,
    #[serde(default)]
    upgrades: Vec<Box<str>>,
    ping_interval: u64,
    ping_timeout: u64,
    max_payload: Option<u64>,
}

impl Handshake {
    /// Reads the data of an open packet.
    ///
    /// # Errors
    /// When it is not the JSON of an open packet.
    ///
    /// ```
    /// use salon_proto::client::Handshake;
    ///
    /// let open = r#"{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}"#;
    /// let handshake = Handshake::parse(open)?;
    /// assert_eq!(handshake.reveal_sid(), "abc");
    /// # Ok::<(), salon_proto::ProtocolError>(())
    /// ```
    pub fn parse(json: &str) -> Result<Self, ProtocolError> {
        let open: Open = serde_json::from_str(json)
            .map_err(|error| ProtocolError::with_detail("this is no open packet", error))?;
        if open.sid.is_empty() || open.sid.len() > MAX_SID {
            return Err(ProtocolError::new("the open packet has no usable sid"));
        }
        let upgrades = open.upgrades.iter();
        Ok(Self {
            upgrades: upgrades.filter_map(|one| Transport::parse(one)).collect(),
            ping_interval: Duration::from_millis(open.ping_interval),
            ping_timeout: Duration::from_millis(open.ping_timeout),
            max_payload: open
                .max_payload
                .and_then(|bytes| usize::try_from(bytes).ok()),
            sid: open.sid,
        })
    }

    /// The session's id. Whoever knows it can take part in the session, so it must not be shown.
    #[must_use]
    pub fn reveal_sid(&self) -> &str {
        &self.sid
    }

    /// Whether the server offers this transport to move to.
    #[must_use]
    pub fn offers(&self, transport: Transport) -> bool {
        self.upgrades.contains(&transport)
    }
}

impl std::fmt::Debug for Handshake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handshake")
            .field("upgrades", &self.upgrades)
            .field("ping_interval", &self.ping_interval)
            .field("ping_timeout", &self.ping_timeout)
            .field("max_payload", &self.max_payload)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_open_packet_is_read() {
        let open = r#"{"sid":"abcdefghijklmnopqrst","upgrades":["websocket","webtransport"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000,"new":1}"#;
        let handshake = Handshake::parse(open).unwrap();
        assert!(handshake.offers(Transport::WebSocket));
        assert!(!handshake.offers(Transport::Polling));
        assert_eq!(handshake.ping_interval, Duration::from_secs(25));
        assert_eq!(handshake.ping_timeout, Duration::from_secs(20));
        assert_eq!(handshake.max_payload, Some(1_000_000));
        assert!(!format!("{handshake:?}").contains("abcdefghijklmnopqrst"));
    }

    #[test]
    fn what_is_no_open_packet_is_an_error() {
        let long = format!(
            r#"{{"sid":"{}","pingInterval":1,"pingTimeout":1}}"#,
            "x".repeat(257)
        );
        for text in [
            "",
            "{}",
            "[]",
            r#"{"sid":"","pingInterval":1,"pingTimeout":1}"#,
            r#"{"sid":"a","pingInterval":-1,"pingTimeout":1}"#,
            r#"{"sid":"a","pingInterval":1}"#,
            &long,
        ] {
            assert!(Handshake::parse(text).is_err(), "{text}");
        }
    }
}
