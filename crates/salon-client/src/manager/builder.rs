//! Options of a manager.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use salon_proto::client::Options;
use salon_proto::engine::Transport;
use salon_proto::parser::{Codec, Parser};
use salon_proto::{Limits, Timing};

use super::Manager;
use crate::error::ConnectError;
use crate::socket::Bounds;
#[cfg(feature = "tls")]
use crate::transport::Tls;
use crate::transport::{Deflate, Proxy, Target};

/// Events for [`Socket::recv`](crate::Socket::recv) that wait at most, and the memory they take:
/// some seconds of a busy server, and nothing that hurts where nobody calls it.
const RECV_BUFFER: Bounds = Bounds {
    count: 1_024,
    bytes: 1_000_000,
};

/// Puts together a [`Manager`]. Names and defaults are those of JavaScript's options.
///
/// An option that cannot be used, such as a header with a line break, is an error of
/// [`build`](Self::build).
///
/// ```no_run
/// # fn example() -> Result<(), salon_client::ConnectError> {
/// use std::time::Duration;
/// use salon_client::{Manager, Transport};
///
/// let manager = Manager::builder("https://example.com")
///     .transports([Transport::WebSocket])
///     .header("authorization", "Bearer abc")
///     .reconnection_delay_max(Duration::from_secs(30))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ManagerBuilder {
    /// Shared, as the options are, by the managers that clones of the builder make.
    target: Result<Arc<Target>, ConnectError>,
    options: Arc<Options>,
    recv_buffer: Bounds,
}

/// Which server, and how to get there.
impl ManagerBuilder {
    pub(crate) fn new(url: &str) -> Self {
        Self {
            target: Target::parse(url)
                .map(Arc::new)
                .map_err(|error| ConnectError::config(&error)),
            options: Arc::default(),
            recv_buffer: RECV_BUFFER,
        }
    }

    /// Where Socket.IO is on the server. Default: `/socket.io/`.
    pub fn path(self, path: &str) -> Self {
        self.with_target(|target| Ok(target.path(path)))
    }

    /// Whether the path ends with a slash. Default: yes.
    pub fn add_trailing_slash(self, add: bool) -> Self {
        self.with_target(|target| Ok(target.add_trailing_slash(add)))
    }

    /// A parameter for the query of each request, besides those of the URL.
    pub fn query(self, name: &str, value: &str) -> Self {
        self.with_target(|target| Ok(target.query(name, value)))
    }

    /// A header for each request: JavaScript's `extraHeaders`.
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with_target(|target| {
            target
                .header(name, value)
                .map_err(|error| ConnectError::config(&error))
        })
    }

    /// Whether cookies that the server sets go back to it, so that load balancers can keep a
    /// client to one server. Default: yes. In Node it is `withCredentials`, and off.
    pub fn cookies(self, cookies: bool) -> Self {
        self.with_target(|target| Ok(target.cookies(cookies)))
    }

    /// Whether each request has a parameter that no other has, against caches. Default: on polls
    /// and posts.
    pub fn timestamp_requests(self, timestamp: bool) -> Self {
        self.with_target(|target| Ok(target.timestamp_requests(timestamp)))
    }

    /// The name of that parameter. Default: `t`.
    pub fn timestamp_param(self, name: &str) -> Self {
        self.with_target(|target| Ok(target.timestamp_param(name)))
    }

    /// The proxy on the way. Default: what the environment says, as curl reads it.
    pub fn proxy(self, proxy: Proxy) -> Self {
        self.with_target(|target| Ok(target.proxy(proxy)))
    }

    /// Connects to a Unix socket in place of the URL's host and port.
    pub fn unix_socket(self, path: impl Into<PathBuf>) -> Self {
        self.with_target(|target| Ok(target.unix_socket(path)))
    }

    /// Comes from this address of the machine, such as that of one of its networks: Node's
    /// `localAddress`. Between one such address and one port of a server there can be some 28,000
    /// connections. Default: the system chooses.
    pub fn local_address(self, address: IpAddr) -> Self {
        self.with_target(|target| Ok(target.local_address(address)))
    }

    /// How TLS is done. Default: the server's certificate must be signed by an authority that
    /// Mozilla trusts.
    #[cfg(feature = "tls")]
    pub fn tls(self, tls: Tls) -> Self {
        self.with_target(|target| Ok(target.tls(tls)))
    }

    /// Offers the server to compress messages on WebSocket. Default: it is not offered; in Node it is.
    pub fn per_message_deflate(self, deflate: Deflate) -> Self {
        self.with_target(|target| Ok(target.per_message_deflate(deflate)))
    }

    /// How long one request may take. Default: a POST one minute, a GET as long as the server
    /// holds it.
    pub fn request_timeout(self, timeout: Duration) -> Self {
        self.with_target(|target| Ok(target.request_timeout(timeout)))
    }

    fn with_target(mut self, change: impl FnOnce(Target) -> Result<Target, ConnectError>) -> Self {
        let change = |target| change(Arc::unwrap_or_clone(target)).map(Arc::new);
        self.target = self.target.and_then(change);
        self
    }

    fn with_options(mut self, change: impl FnOnce(&mut Options)) -> Self {
        change(Arc::make_mut(&mut self.options));
        self
    }
}

/// Transports.
impl ManagerBuilder {
    /// Which transports may be used. The first is used to connect. Default: polling, WebSocket.
    pub fn transports(self, transports: impl IntoIterator<Item = Transport>) -> Self {
        self.with_options(|all| all.transports = transports.into_iter().collect())
    }

    /// Whether to move from polling to WebSocket if the server offers it. Default: yes.
    pub fn upgrade(self, upgrade: bool) -> Self {
        self.with_options(|all| all.upgrade = upgrade)
    }

    /// Whether to begin on WebSocket if the connection before got there. Default: no.
    pub fn remember_upgrade(self, remember: bool) -> Self {
        self.with_options(|all| all.remember_upgrade = remember)
    }

    /// Whether to try the other transports where the first does not open. Default: no.
    pub fn try_all_transports(self, try_all: bool) -> Self {
        self.with_options(|all| all.try_all_transports = try_all)
    }
}

/// Coming back.
impl ManagerBuilder {
    /// Whether to connect again after a failure, or when the connection was lost. Default: yes.
    pub fn reconnection(self, reconnection: bool) -> Self {
        self.with_options(|all| all.reconnection.enabled = reconnection)
    }

    /// Attempts before giving up; `None`, the default: it does not give up.
    pub fn reconnection_attempts(self, attempts: impl Into<Option<u32>>) -> Self {
        self.with_options(|all| all.reconnection.attempts = attempts.into())
    }

    /// The time before the first attempt. It doubles each time. Default: 1 s.
    pub fn reconnection_delay(self, delay: Duration) -> Self {
        self.with_options(|all| all.reconnection.delay = delay)
    }

    /// The longest time before an attempt. Default: 5 s.
    pub fn reconnection_delay_max(self, delay: Duration) -> Self {
        self.with_options(|all| all.reconnection.delay_max = delay)
    }

    /// How much chance changes those times, from 0 to 1, so that all clients of a server that
    /// was away do not come back at once. Default: 0.5.
    pub fn randomization_factor(self, factor: f64) -> Self {
        self.with_options(|all| all.reconnection.randomization_factor = factor)
    }

    /// How long one attempt to connect may take. Default: 20 s.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.timing(|timing| timing.open_timeout = timeout)
    }
}

/// Everything else.
impl ManagerBuilder {
    /// Another way to write packets than the built-in one; the server must have the same.
    pub fn parser(self, parser: impl Parser) -> Self {
        self.with_options(|all| all.codec = Codec::new(parser))
    }

    /// Changes the bounds on what waits and what the server may make us keep.
    ///
    /// ```no_run
    /// let builder = salon_client::Manager::builder("http://localhost:3000")
    ///     .limits(|limits| limits.max_buffered_packets = 100);
    /// ```
    pub fn limits(self, change: impl FnOnce(&mut Limits)) -> Self {
        let mut limits = self.options.limits.clone();
        change(&mut limits);
        let options = limits.clone();
        self.with_options(|all| all.limits = options)
            .with_target(|target| Ok(target.limits(limits)))
    }

    /// Changes the deadlines; of these [`timeout`](Self::timeout) sets one.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// let builder = salon_client::Manager::builder("http://localhost:3000")
    ///     .timing(|timing| timing.close_timeout = Duration::from_secs(2));
    /// ```
    pub fn timing(self, change: impl FnOnce(&mut Timing)) -> Self {
        let mut timing = self.options.timing.clone();
        change(&mut timing);
        let timing = timing.without_zeros();
        let options = timing.clone();
        self.with_options(|all| all.timing = options)
            .with_target(|target| Ok(target.timing(timing)))
    }

    /// How many events that no handler takes wait for [`Socket::recv`](crate::Socket::recv), and how
    /// many bytes of memory they may take. The oldest give way. Default: 1,024 events and 1 MB;
    /// 0 where `recv` is never used.
    pub const fn recv_buffer(mut self, events: usize, bytes: usize) -> Self {
        self.recv_buffer = Bounds {
            count: events,
            bytes,
        };
        self
    }

    /// Makes the manager and starts its task. It does not connect before one of its sockets does.
    ///
    /// # Errors
    /// When the URL or an option cannot be used, or this is not called within a tokio runtime.
    pub fn build(self) -> Result<Manager, ConnectError> {
        Manager::start(self.target?, self.options, self.recv_buffer)
    }

    /// The namespace that the URL names.
    pub(crate) fn namespace(&self) -> &str {
        self.target
            .as_ref()
            .map_or("/", |target| target.url().namespace())
    }
}

impl fmt::Debug for ManagerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ManagerBuilder")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
