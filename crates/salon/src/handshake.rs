//! What is kept of the request that opened a session.

use std::net::SocketAddr;
use std::time::SystemTime;

/// The request that opened a session, as far as handlers may want to know it.
///
/// Only this is kept, and compactly, not the request itself: of an idle session that would be
/// most of the memory. The headers are kept as they came, cookies included.
#[derive(Debug)]
pub struct Handshake {
    pub(crate) query: Box<str>,
    /// `name: value` lines.
    pub(crate) headers: Box<str>,
    pub(crate) address: Option<SocketAddr>,
    pub(crate) issued: SystemTime,
}

impl Handshake {
    /// The query string, as it was sent and without the question mark.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The first value of a query parameter, decoded.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<String> {
        let mut pairs = form_urlencoded::parse(self.query.as_bytes());
        let (_, value) = pairs.find(|(key, _)| key == name)?;
        Some(value.into_owned())
    }

    /// The first value of a header; its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self
            .headers
            .lines()
            .filter_map(|line| line.split_once(": "));
        let (_, value) = lines.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// The client's address, if the server knows it: [`serve`](crate::serve) does; in another
    /// server add a [`PeerAddr`](crate::PeerAddr) to the request's extensions.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// When the session was opened.
    #[must_use]
    pub const fn issued(&self) -> SystemTime {
        self.issued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_query_values_are_found() {
        let handshake = Handshake {
            query: "EIO=4&name=J%C3%B8rn&name=second".into(),
            headers: "host: localhost\nuser-agent: a: b\n".into(),
            address: None,
            issued: SystemTime::UNIX_EPOCH,
        };
        assert_eq!(handshake.header("User-Agent"), Some("a: b"));
        assert_eq!(handshake.header("cookie"), None);
        assert_eq!(handshake.query_value("name").as_deref(), Some("Jørn"));
        assert_eq!(handshake.query_value("nobody"), None);
    }
}
