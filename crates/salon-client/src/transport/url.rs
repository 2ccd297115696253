//! The address of a server, by the rules of the JavaScript client.

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The longest URL that is read, in bytes. JavaScript's client has the same limit.
const MAX_URL: usize = 8_000;

/// What JavaScript's `encodeURIComponent` leaves as it is.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Where a server is, and which namespace is meant.
///
/// The path of the URL is the namespace, not the path of the requests, which is `/socket.io/`
/// unless you choose another one. The query goes along with each request. A fragment means nothing.
///
/// ```
/// use salon_client::transport::Url;
///
/// let url = Url::parse("https://example.com/chat?token=a%20b")?;
/// assert!(url.is_secure());
/// assert_eq!((url.host(), url.port()), ("example.com", 443));
/// assert_eq!(url.namespace(), "/chat");
/// # Ok::<(), salon_client::transport::InvalidUrl>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    is_secure: bool,
    host: Box<str>,
    port: u16,
    namespace: Box<str>,
    query: Query,
}

impl Url {
    /// Reads a URL that begins with `http`, `https`, `ws` or `wss`.
    ///
    /// # Errors
    /// When it has another beginning, no usable host or port, names a user, or is longer than
    /// 8,000 bytes.
    pub fn parse(url: &str) -> Result<Self, InvalidUrl> {
        if url.len() > MAX_URL {
            return Err(InvalidUrl("it is longer than 8,000 bytes"));
        }
        let (is_secure, rest) = scheme(url)?;
        let rest = rest.split('#').next().unwrap_or_default();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let (host, port) = host_and_port(authority)?;
        Ok(Self {
            is_secure,
            host: host.into(),
            port: port.unwrap_or(if is_secure { 443 } else { 80 }),
            namespace: path.into(),
            query: Query::decode(query),
        })
    }

    /// Whether TLS is wanted: `https` or `wss`.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// A name or an address; that of version 6 without its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, by default 80, or 443 with TLS.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The namespace, which is the path: `/` if there is none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    pub(crate) const fn query(&self) -> &Query {
        &self.query
    }

    /// The host and port as the header `Host` has them: a default port is left out.
    pub(crate) fn authority(&self) -> String {
        match (self.is_secure, self.port) {
            (false, 80) | (true, 443) => bracketed(&self.host),
            (_, port) => format!("{}:{port}", bracketed(&self.host)),
        }
    }

    /// The host and port, the port always given.
    pub(crate) fn full_authority(&self) -> String {
        format!("{}:{}", bracketed(&self.host), self.port)
    }
}

fn bracketed(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    }
}

fn scheme(url: &str) -> Result<(bool, &str), InvalidUrl> {
    let (scheme, rest) = url.split_once("://").ok_or(InvalidUrl(NO_SCHEME))?;
    match scheme {
        "http" | "ws" => Ok((false, rest)),
        "https" | "wss" => Ok((true, rest)),
        _ => Err(InvalidUrl(NO_SCHEME)),
    }
}

const NO_SCHEME: &str = "it must begin with http://, https://, ws:// or wss://";

fn host_and_port(authority: &str) -> Result<(&str, Option<u16>), InvalidUrl> {
    if authority.contains('@') {
        return Err(InvalidUrl(
            "it names a user; give credentials as auth or in a header instead",
        ));
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest
            .split_once(']')
            .ok_or(InvalidUrl("the bracket around its host is not closed"))?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if host.is_empty() || !host.bytes().all(is_host_byte) {
        return Err(InvalidUrl("its host is empty or has unusable characters"));
    }
    Ok((host, parse_port(port)?))
}

/// A name that is not ASCII has to come in the form that DNS knows, `xn--…`.
fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:%".contains(&byte)
}

fn parse_port(text: &str) -> Result<Option<u16>, InvalidUrl> {
    match text.strip_prefix(':') {
        None if text.is_empty() => Ok(None),
        Some("") => Ok(None),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let port = digits.parse().ok().filter(|port| *port > 0);
            port.map(Some).ok_or(InvalidUrl(BAD_PORT))
        }
        _ => Err(InvalidUrl(BAD_PORT)),
    }
}

const BAD_PORT: &str = "its port is no number from 1 to 65535";

/// Parameters of a query, decoded, in their order. Each name is there once: the last one counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    fn decode(text: &str) -> Self {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.set(&decoded(name), &decoded(value));
        }
        query
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some(known) => value.clone_into(&mut known.1),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Takes out what `former` has, and sets what `new` has.
    pub(crate) fn replace(&mut self, former: &Self, new: &Self) {
        former.0.iter().for_each(|(name, _)| self.remove(name));
        new.0.iter().for_each(|(name, value)| self.set(name, value));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    /// The query as it stands in a request.
    pub(crate) fn encode(&self) -> String {
        let mut query = String::new();
        for (name, value) in &self.0 {
            query.push_str(if query.is_empty() { "" } else { "&" });
            query.extend(utf8_percent_encode(name, COMPONENT));
            query.push('=');
            query.extend(utf8_percent_encode(value, COMPONENT));
        }
        query
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A URL that is no address of a server. It says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUrl(&'static str);

impl InvalidUrl {
    pub(crate) const fn needs_tls() -> Self {
        Self("salon-client was built without its feature `tls`")
    }
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this URL cannot be used: {}", self.0)
    }
}

impl std::error::Error for InvalidUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Url {
        Url::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[test]
    fn the_schemes_and_their_ports() {
        for (url, is_secure, port) in [
            ("http://a", false, 80),
            ("ws://a", false, 80),
            ("https://a", true, 443),
            ("wss://a", true, 443),
            ("wss://a:8443/x", true, 8443),
            ("http://a:/x", false, 80),
        ] {
            let parsed = parse(url);
            assert_eq!(
                (parsed.is_secure(), parsed.port()),
                (is_secure, port),
                "{url}"
            );
        }
    }

    #[test]
    fn the_path_is_the_namespace() {
        for (url, namespace) in [
            ("http://a", "/"),
            ("http://a/", "/"),
            ("http://a?x=1", "/"),
            ("http://a/chat#top", "/chat"),
            ("http://a/chat/", "/chat/"),
            ("http://a/one/two%20?x=/y", "/one/two%20"),
        ] {
            assert_eq!(parse(url).namespace(), namespace, "{url}");
        }
    }

    #[test]
    fn an_address_of_version_6_stands_in_brackets() {
        let url = parse("http://[::1]:3000/chat");
        assert_eq!((url.host(), url.port()), ("::1", 3000));
        assert_eq!(url.authority(), "[::1]:3000");
        assert_eq!(parse("http://[2001:db8::1]").authority(), "[2001:db8::1]");
        assert_eq!(parse("http://[::1]").full_authority(), "[::1]:80");
    }

    #[test]
    fn a_default_port_is_not_said() {
        assert_eq!(parse("http://a:80").authority(), "a");
        assert_eq!(parse("https://a:443").authority(), "a");
        assert_eq!(parse("https://a:80").authority(), "a:80");
    }

    #[test]
    fn a_query_is_decoded_and_encoded_as_javascript_does() {
        for (query, encoded) in [
            ("", ""),
            ("token=1&x=a%20b&y=ü", "token=1&x=a%20b&y=%C3%BC"),
            ("a=1&b=2&a=3", "a=3&b=2"),
            ("it's=(ok)!*~", "it's=(ok)!*~"),
            ("a+b=c%2Bd", "a%2Bb=c%2Bd"),
            ("alone&&=", "alone=&="),
            ("bad=%zz", "bad=%25zz"),
        ] {
            let url = parse(&format!("http://a?{query}"));
            assert_eq!(url.query().encode(), encoded, "{query}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("http://a/{}", "x".repeat(MAX_URL));
        for url in [
            "",
            "localhost:3000",
            "//localhost",
            "ftp://a",
            "HTTP://",
            "http://",
            "http://:80",
            "http:///chat",
            "http://a:b",
            "http://a:0",
            "http://a:65536",
            "http://a:+1",
            "http://[::1",
            "http://[]",
            "http://[::1]80",
            "http://user:pw@a",
            "http://a b",
            "http://münchen.de",
            &long,
        ] {
            assert!(Url::parse(url).is_err(), "{url}");
        }
    }
}
