//! Where a session goes, and how.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Uri};
use salon_proto::engine::Transport;
use salon_proto::ws::Deflate;
use salon_proto::{Limits, Timing};

use super::proxy::Proxy;
use super::random::cache_buster;
#[cfg(feature = "tls")]
use super::tls::Tls;
use super::url::{InvalidUrl, Query, Url};

/// The path of the requests, unless another one is chosen. It stands between two slashes.
const DEFAULT_PATH: &str = "socket.io";

/// A server, and all that says how to reach it.
///
/// ```
/// use salon_client::transport::Target;
///
/// let target = Target::parse("http://localhost:3000/chat?token=1")?
///     .path("/engine/")
///     .query("room", "blue")
///     .header("Authorization", "Bearer abc")?;
/// assert_eq!(target.url().namespace(), "/chat");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Target {
    pub(crate) url: Url,
    /// Without the slashes around it.
    path: Box<str>,
    add_trailing_slash: bool,
    query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) cookies: bool,
    timestamp_param: Box<str>,
    timestamp_requests: Option<bool>,
    pub(crate) deflate: Option<Deflate>,
    pub(crate) proxy: Proxy,
    pub(crate) unix_socket: Option<PathBuf>,
    pub(crate) local_address: Option<IpAddr>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Tls>,
    pub(crate) request_timeout: Option<Duration>,
    pub(crate) timing: Timing,
    pub(crate) limits: Limits,
}

impl Target {
    /// The server of this URL, with the defaults for everything else.
    ///
    /// # Errors
    /// As [`Url::parse`]; also for `https` and `wss` without this crate's feature `tls`.
    pub fn parse(url: &str) -> Result<Self, InvalidUrl> {
        let url = supported(url)?;
        Ok(Self {
            query: url.query().clone(),
            url,
            path: DEFAULT_PATH.into(),
            add_trailing_slash: true,
            headers: HeaderMap::new(),
            cookies: true,
            timestamp_param: "t".into(),
            timestamp_requests: None,
            deflate: None,
            proxy: Proxy::from_env(),
            unix_socket: None,
            local_address: None,
            #[cfg(feature = "tls")]
            tls: None,
            request_timeout: None,
            timing: Timing::default(),
            limits: Limits::default(),
        })
    }

    /// The URL it was made of.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Another server, with everything else as it is. What the former URL's query said goes, what
    /// the new one's says comes.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn with_url(mut self, url: &str) -> Result<Self, InvalidUrl> {
        let url = supported(url)?;
        self.query.replace(self.url.query(), url.query());
        self.url = url;
        Ok(self)
    }

    /// The path of the requests. Default: `/socket.io/`.
    #[must_use]
    pub fn path(mut self, path: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        self.path = path.into();
        self
    }

    /// Whether the path ends with a slash. Default: true.
    #[must_use]
    pub const fn add_trailing_slash(mut self, add: bool) -> Self {
        self.add_trailing_slash = add;
        self
    }

    /// A parameter for the query of each request, beside those of the URL. One with the same name
    /// is replaced; `EIO`, `transport` and `sid` are the protocol's own.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.query.set(name, value);
        self
    }

    /// A header for each request, the WebSocket handshake included.
    ///
    /// # Errors
    /// When the name or the value is none that HTTP knows.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, InvalidHeader> {
        let invalid = || InvalidHeader(name.into());
        let known = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid())?;
        let value = HeaderValue::from_str(value).map_err(|_| invalid())?;
        self.headers.insert(known, value);
        Ok(self)
    }

    /// Whether cookies that the server sets go back to it, for as long as the session lasts. A
    /// load balancer that keeps clients to one server by a cookie needs it. Default: true.
    #[must_use]
    pub const fn cookies(mut self, cookies: bool) -> Self {
        self.cookies = cookies;
        self
    }

    /// Whether each request has a parameter that no other has, so that no cache answers it.
    /// Default: on polls and posts, but not on the WebSocket handshake.
    #[must_use]
    pub const fn timestamp_requests(mut self, timestamp: bool) -> Self {
        self.timestamp_requests = Some(timestamp);
        self
    }

    /// The name of that parameter. Default: `t`.
    #[must_use]
    pub fn timestamp_param(mut self, name: &str) -> Self {
        self.timestamp_param = name.into();
        self
    }

    /// Offers the server to compress messages on WebSocket, in both directions. It costs some
    /// 300 KiB for each thread, and time; servers decline it unless they are told otherwise.
    /// Default: it is not offered.
    #[must_use]
    pub const fn per_message_deflate(mut self, deflate: Deflate) -> Self {
        self.deflate = Some(deflate);
        self
    }

    /// The proxy on the way. Default: what the environment says, see [`Proxy::from_env`].
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = proxy;
        self
    }

    /// Goes to this Unix socket instead of the URL's host and port, and through no proxy. The URL
    /// still says what the header `Host` has, and whether TLS is used.
    #[must_use]
    pub fn unix_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.unix_socket = Some(path.into());
        self
    }

    /// Comes from this address of the machine; addresses of the server of the other family are not
    /// tried. Default: the system chooses.
    #[must_use]
    pub const fn local_address(mut self, address: IpAddr) -> Self {
        self.local_address = Some(address);
        self
    }

    /// How `https` and `wss` are done. Default: the server's certificate must be known to the roots
    /// that Mozilla trusts.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// How long one request may take, connecting included. Default: a POST one minute
    /// (`body_timeout` of [`Timing`]); a GET as long as it wants, since the session's heartbeat
    /// notices when the server is gone.
    #[must_use]
    pub const fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = Some(timeout);
        self
    }

    /// The deadlines; of these, `dial_timeout`, `upgrade_timeout` and `body_timeout` matter here.
    #[must_use]
    pub fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing.without_zeros();
        self
    }

    /// The bounds; of these, `max_incoming` matters here.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The path of a request without its query.
    pub(crate) fn request_path(&self) -> String {
        match self.add_trailing_slash && !self.path.is_empty() {
            true => format!("/{}/", self.path),
            false => format!("/{}", self.path),
        }
    }

    /// The path and query of a request.
    pub(crate) fn request_uri(&self, transport: Transport, sid: Option<&str>) -> Option<Uri> {
        let is_polling = transport == Transport::Polling;
        let mut query = self.query.clone();
        query.set("EIO", "4");
        query.set("transport", transport.as_str());
        if self.timestamp_requests.unwrap_or(is_polling) {
            query.set(&self.timestamp_param, &cache_buster());
        }
        match sid {
            Some(sid) => query.set("sid", sid),
            None => query.remove("sid"),
        }
        let uri = format!("{}?{}", self.request_path(), query.encode());
        uri.parse().ok()
    }
}

/// A URL that this build can connect to.
fn supported(url: &str) -> Result<Url, InvalidUrl> {
    let url = Url::parse(url)?;
    match url.is_secure() && cfg!(not(feature = "tls")) {
        true => Err(InvalidUrl::needs_tls()),
        false => Ok(url),
    }
}

/// A header that HTTP does not allow. It says which one, but not its value, which may be secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidHeader(Box<str>);

impl fmt::Display for InvalidHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the header {:?} has a name or a value that HTTP does not allow",
            self.0
        )
    }
}

impl std::error::Error for InvalidHeader {}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        Target::parse(url).unwrap().timestamp_requests(false)
    }

    fn polls(target: &Target) -> String {
        target
            .request_uri(Transport::Polling, None)
            .unwrap()
            .to_string()
    }

    #[test]
    fn a_request_says_what_javascripts_says_in_its_order() {
        let target = target("http://a/chat?token=1&x=a%20b").query("k", "v w");
        assert_eq!(
            target
                .request_uri(Transport::WebSocket, Some("abc"))
                .unwrap(),
            "/socket.io/?token=1&x=a%20b&k=v%20w&EIO=4&transport=websocket&sid=abc"
        );
        assert_eq!(
            polls(&target),
            "/socket.io/?token=1&x=a%20b&k=v%20w&EIO=4&transport=polling"
        );
    }

    #[test]
    fn another_url_takes_the_query_of_the_former_along() {
        let target = target("http://a?token=1&x=1").query("k", "v");
        let target = target.with_url("http://b:81/chat?token=2").unwrap();
        assert_eq!(target.url().namespace(), "/chat");
        assert_eq!(
            polls(&target),
            "/socket.io/?k=v&token=2&EIO=4&transport=polling"
        );
        assert!(target.with_url("no url").is_err());
    }

    #[test]
    fn only_polling_is_stamped_unless_told_otherwise() {
        let stamped = |target: &Target, transport| {
            let uri = target
                .request_uri(transport, Some("abc"))
                .unwrap()
                .to_string();
            uri.contains("&t=") && uri.ends_with("&sid=abc")
        };
        let target = Target::parse("http://a").unwrap();
        assert!(stamped(&target, Transport::Polling));
        assert!(!stamped(&target, Transport::WebSocket));
        let always = target.clone().timestamp_requests(true);
        assert!(stamped(&always, Transport::WebSocket));
        let never = target.clone().timestamp_requests(false);
        assert!(!stamped(&never, Transport::Polling));
        let named = polls(&target.timestamp_param("when"));
        assert!(named.contains("&when="), "{named}");
    }

    #[test]
    fn a_path_ends_with_one_slash_or_none() {
        for (path, add, expected) in [
            ("/engine", true, "/engine/"),
            ("/engine/", true, "/engine/"),
            ("engine", true, "/engine/"),
            ("/engine/", false, "/engine"),
            ("/", true, "/"),
            ("/", false, "/"),
            ("/a/b", true, "/a/b/"),
        ] {
            let target = target("http://a").path(path).add_trailing_slash(add);
            assert!(
                polls(&target).starts_with(&format!("{expected}?EIO=4")),
                "{path}"
            );
        }
    }

    #[test]
    fn the_protocols_own_parameters_cannot_be_given() {
        let target = target("http://a?EIO=3&sid=x&transport=y");
        assert_eq!(
            target.request_uri(Transport::Polling, Some("abc")).unwrap(),
            "/socket.io/?EIO=4&sid=abc&transport=polling"
        );
    }

    #[test]
    fn a_header_is_checked() {
        let target = target("http://a");
        assert!(target.clone().header("X-One", "1").is_ok());
        let refused = target.clone().header("X One", "1").unwrap_err();
        assert!(refused.to_string().contains("X One"));
        let refused = target.header("X-One", "secret\n").unwrap_err();
        assert!(!refused.to_string().contains("secret"));
    }
}
