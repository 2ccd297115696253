//! Proxies on the way to the server.

mod http_connect;
mod socks5;

use std::fmt;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use tokio::net::TcpStream;

use super::error::Failure;
use super::url::Url;

/// Which proxy a connection goes through, if any.
///
/// HTTP proxies (`http://`) are asked to `CONNECT`, for `http` and `https` alike; SOCKS proxies
/// (`socks5://` or `socks5h://`) get the server's name and look it up themselves. A user and a
/// password may stand before the host. The default ports are 80 and 1080.
///
/// ```
/// use salon_client::transport::Proxy;
///
/// let proxy = Proxy::all("socks5://user:secret@proxy.example:1080")?;
/// # let _ = proxy;
/// # Ok::<(), salon_client::transport::InvalidProxy>(())
/// ```
#[derive(Clone)]
pub struct Proxy(Option<Arc<Matcher>>);

impl Proxy {
    /// No proxy, whatever the environment says.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// What the environment says now, as curl reads it: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`
    /// and `NO_PROXY`, also in small letters. An unusable value counts as none.
    #[must_use]
    pub fn from_env() -> Self {
        Self(Some(Arc::new(Matcher::from_env())))
    }

    /// This proxy for all servers.
    ///
    /// # Errors
    /// When it is no URL of a proxy that we know.
    pub fn all(url: &str) -> Result<Self, InvalidProxy> {
        Self::all_but(url, "")
    }

    /// This proxy for all servers but those in a list, which is written as in `NO_PROXY`: names
    /// that also mean what is below them, addresses, ranges such as `10.0.0.0/8`, with commas.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub fn all_but(url: &str, no_proxy: &str) -> Result<Self, InvalidProxy> {
        let one = Matcher::builder().all(url).build();
        let intercept = one.intercept(&Uri::from_static("http://any.example"));
        let intercept = intercept.ok_or(InvalidProxy)?;
        Kind::of(intercept.uri()).ok_or(InvalidProxy)?;
        let matcher = Matcher::builder().all(url).no(no_proxy).build();
        Ok(Self(Some(Arc::new(matcher))))
    }

    /// The proxy for this server.
    pub(super) fn intercept(&self, url: &Url) -> Option<Intercept> {
        let scheme = if url.is_secure() { "https" } else { "http" };
        let uri: Uri = format!("{scheme}://{}", url.full_authority())
            .parse()
            .ok()?;
        self.0.as_ref()?.intercept(&uri)
    }
}

impl fmt::Debug for Proxy {
    /// Without the proxy's password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.0).finish()
    }
}

/// A URL that is none of a proxy that we know. It is not shown, since a password may be in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidProxy;

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this proxy cannot be used: its URL must begin with http:// or socks5://")
    }
}

impl std::error::Error for InvalidProxy {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Http,
    Socks5,
}

impl Kind {
    fn of(uri: &Uri) -> Option<Self> {
        match uri.scheme_str() {
            Some("http") => Some(Self::Http),
            Some("socks5" | "socks5h") => Some(Self::Socks5),
            _ => None,
        }
    }

    const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Socks5 => 1080,
        }
    }
}

/// The host and port of a proxy.
pub(super) fn address(proxy: &Intercept) -> Result<(&str, u16), Failure> {
    let uri = proxy.uri();
    let kind = Kind::of(uri).ok_or_else(|| Failure::text(InvalidProxy))?;
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok((host, uri.port_u16().unwrap_or_else(|| kind.default_port())))
}

/// Asks the proxy at the other end of `stream` to pass everything on to the server.
pub(super) async fn tunnel(
    proxy: &Intercept,
    stream: TcpStream,
    url: &Url,
) -> Result<TcpStream, Failure> {
    match Kind::of(proxy.uri()) {
        Some(Kind::Http) => http_connect::tunnel(stream, url, proxy.basic_auth()).await,
        Some(Kind::Socks5) => socks5::tunnel(stream, url, proxy.raw_auth()).await,
        None => Err(Failure::text(InvalidProxy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goes_to(proxy: &Proxy, url: &str) -> Option<String> {
        let intercept = proxy.intercept(&Url::parse(url).unwrap())?;
        let (host, port) = address(&intercept).unwrap();
        Some(format!("{host}:{port}"))
    }

    #[test]
    fn a_proxy_has_a_port() {
        for (proxy, expected) in [
            ("http://proxy", "proxy:80"),
            ("proxy:3128", "proxy:3128"),
            ("http://u:p@proxy:8080", "proxy:8080"),
            ("socks5://proxy", "proxy:1080"),
            ("socks5h://[::1]:9050", "::1:9050"),
        ] {
            let parsed = Proxy::all(proxy).unwrap();
            for url in ["http://a", "wss://a/chat"] {
                assert_eq!(goes_to(&parsed, url).as_deref(), Some(expected), "{proxy}");
            }
        }
    }

    #[test]
    fn an_unknown_proxy_is_refused() {
        for proxy in [
            "",
            "ftp://proxy",
            "socks4://proxy",
            "https://proxy",
            "http://",
        ] {
            assert_eq!(Proxy::all(proxy).err(), Some(InvalidProxy), "{proxy}");
        }
    }

    #[test]
    fn servers_may_be_exempt() {
        let proxy = Proxy::all_but("http://proxy", "example.com, 10.0.0.0/8,::1").unwrap();
        for url in [
            "http://example.com",
            "https://www.example.com",
            "ws://10.1.2.3",
            "ws://[::1]",
        ] {
            assert_eq!(goes_to(&proxy, url), None, "{url}");
        }
        assert!(goes_to(&proxy, "http://other.com").is_some());
        assert_eq!(goes_to(&Proxy::none(), "http://other.com"), None);
    }

    #[test]
    fn a_password_is_not_shown() {
        let proxy = Proxy::all("http://user:secret@proxy").unwrap();
        assert!(!format!("{proxy:?}").contains("secret"));
    }
}
