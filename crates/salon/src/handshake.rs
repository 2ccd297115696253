//! What is kept of the request that opened a session.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::time::SystemTime;

/// The request that opened a session, as far as handlers may want to know it.
///
/// Only this is kept, and compactly, not the request itself: of an idle session that would be
/// most of the memory. The headers are kept as they came, cookies included. What a client sends
/// when it joins a namespace is in [`Socket::auth`](crate::Socket::auth).
#[derive(Debug)]
pub struct Handshake {
    /// A line with the path and the query, then a line `name: value` for each header: one piece
    /// of memory, since every session has it.
    pub(crate) lines: Box<str>,
    pub(crate) address: Option<SocketAddr>,
    pub(crate) issued: SystemTime,
    pub(crate) is_secure: bool,
}

impl Handshake {
    /// The path and the query, as they were sent: `/socket.io/?EIO=4&transport=polling`.
    #[must_use]
    pub fn url(&self) -> &str {
        self.lines.split('\n').next().unwrap_or_default()
    }

    /// The query string, as it was sent and without the question mark.
    #[must_use]
    pub fn query(&self) -> &str {
        self.url().split_once('?').map_or("", |(_, query)| query)
    }

    /// The last value of a query parameter, decoded.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<String> {
        let (_, value) = self.query_pairs().filter(|(key, _)| key == name).last()?;
        Some(value.into_owned())
    }

    /// All query parameters, decoded, in their order. Those of the protocol are among them.
    pub fn query_pairs(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.query().as_bytes())
    }

    /// The first value of a header; its name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let (_, value) = self
            .headers()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    /// All headers, their names in lower case.
    ///
    /// ```
    /// # fn example(socket: &salon::Socket) {
    /// for (name, value) in socket.handshake().headers() {
    ///     println!("{name}: {value}");
    /// }
    /// # }
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let lines = self.lines.split('\n').skip(1);
        lines.filter_map(|line| line.split_once(": "))
    }

    /// The client's address, if the server knows it: [`serve`](crate::serve) does; in another
    /// server add a [`PeerAddr`](crate::PeerAddr) to the request's extensions. Behind a proxy it
    /// is that of the proxy, unless you add what the proxy says.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Whether the connection is encrypted: [`serve`](crate::serve) knows; in another server add
    /// [`Encrypted`](crate::Encrypted) to the request's extensions, also where a proxy in front
    /// of it speaks TLS. JavaScript calls it `secure`.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Whether a page of another origin made the request, as far as its header `Origin` shows:
    /// it has one. JavaScript calls it `xdomain`.
    #[must_use]
    pub fn is_cross_domain(&self) -> bool {
        self.header("origin").is_some()
    }

    /// When the session was opened.
    #[must_use]
    pub const fn issued(&self) -> SystemTime {
        self.issued
    }

    /// The same as text, such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    #[must_use]
    pub fn time(&self) -> String {
        httpdate::fmt_http_date(self.issued)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handshake(url: &str, headers: &str) -> Handshake {
        Handshake {
            lines: format!("{url}\n{headers}").into(),
            address: None,
            issued: SystemTime::UNIX_EPOCH,
            is_secure: false,
        }
    }

    #[test]
    fn headers_and_query_values_are_found() {
        let handshake = handshake(
            "/socket.io/?EIO=4&name=first?&name=J%C3%B8rn",
            "host: localhost\nuser-agent: a: b\n",
        );
        assert_eq!(handshake.header("User-Agent"), Some("a: b"));
        assert_eq!(handshake.header("cookie"), None);
        assert_eq!(handshake.query_value("name").as_deref(), Some("Jørn"));
        assert_eq!(handshake.query_value("nobody"), None);
        assert_eq!(handshake.query(), "EIO=4&name=first?&name=J%C3%B8rn");
        assert_eq!(handshake.headers().count(), 2);
        assert_eq!(handshake.time(), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn a_page_names_its_origin() {
        assert!(handshake("/", "origin: http://a\n").is_cross_domain());
        assert!(!handshake("/", "host: http://a\n").is_cross_domain());
        assert_eq!(handshake("/", "").query(), "");
    }
}
