//! The settings of a server.

use std::sync::Arc;
use std::time::Duration;

use salon_proto::engine::{Overflow, Transport};
use salon_proto::parser::{Codec, Parser};
use salon_proto::ws::Deflate;
use salon_proto::{Limits, Timing};

use crate::engine;
use crate::http::{ClientFiles, Cookie, Cors, Hooks, Path};
use crate::recovery::{Keeper, Recovery};
use crate::server::Server;

/// How long [`Socket::emit_with_ack`](crate::Socket::emit_with_ack) waits unless told
/// otherwise. Node waits for ever, and then keeps what waits for ever too.
const ACK_TIMEOUT: Duration = Duration::from_secs(10);

/// Poll bodies from this size on are compressed, as in Node. Below it little is gained.
const HTTP_COMPRESSION: usize = 1_024;

pub(crate) struct Config {
    pub(crate) path: Path,
    pub(crate) transports: Vec<Transport>,
    pub(crate) allow_upgrades: bool,
    pub(crate) allow_eio3: bool,
    pub(crate) cors: Option<Cors>,
    pub(crate) cookie: Option<Cookie>,
    pub(crate) hooks: Hooks,
    pub(crate) client_files: Option<Arc<ClientFiles>>,
    pub(crate) http_compression: Option<usize>,
    pub(crate) deflate: Option<Deflate>,
    pub(crate) overflow: Overflow,
    pub(crate) ack_timeout: Duration,
    pub(crate) cleanup_children: bool,
    pub(crate) recovery: Option<Recovery>,
    pub(crate) codec: Codec,
    pub(crate) limits: Arc<Limits>,
    pub(crate) timing: Arc<Timing>,
}

impl Config {
    /// For a new namespace, which may have a parent.
    pub(crate) fn keeper(&self, parent: Option<Arc<Keeper>>) -> Option<Arc<Keeper>> {
        let recovery = self.recovery.as_ref()?;
        Some(Keeper::new(recovery, &self.limits, &self.timing, parent))
    }
}

/// Sets up a [`Server`]. The defaults are Node's, where Node has them.
///
/// ```
/// use std::time::Duration;
/// use salon::{Cors, Server};
///
/// let io = Server::builder()
///     .path("/realtime")
///     .ping_interval(Duration::from_secs(10))
///     .cors(Cors::any())
///     .build();
/// ```
#[derive(Clone, Debug)]
#[must_use = "call build() to get the server"]
pub struct ServerBuilder {
    path: String,
    add_trailing_slash: bool,
    transports: Vec<Transport>,
    allow_upgrades: bool,
    allow_eio3: bool,
    cors: Option<Cors>,
    cookie: Option<Cookie>,
    pub(crate) hooks: Hooks,
    pub(crate) client_files: Option<Arc<ClientFiles>>,
    http_compression: Option<usize>,
    deflate: Option<Deflate>,
    overflow: Overflow,
    ack_timeout: Duration,
    cleanup_children: bool,
    recovery: Option<Recovery>,
    codec: Codec,
    limits: Limits,
    timing: Timing,
}

impl ServerBuilder {
    pub(crate) fn new() -> Self {
        Self {
            path: "/socket.io".into(),
            add_trailing_slash: true,
            transports: vec![Transport::Polling, Transport::WebSocket],
            allow_upgrades: true,
            allow_eio3: false,
            cors: None,
            cookie: None,
            hooks: Hooks::default(),
            client_files: None,
            http_compression: Some(HTTP_COMPRESSION),
            deflate: None,
            overflow: Overflow::default(),
            ack_timeout: ACK_TIMEOUT,
            cleanup_children: false,
            recovery: None,
            codec: Codec::default(),
            limits: Limits::default(),
            timing: Timing::default(),
        }
    }

    /// Where it is served. Default: `/socket.io`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Whether the path is only found with a slash behind it, as clients send it unless they have
    /// the same option. With `false` it is found without one too, and so is whatever else begins
    /// with it. Default: yes.
    pub const fn add_trailing_slash(mut self, add: bool) -> Self {
        self.add_trailing_slash = add;
        self
    }

    /// Which transports clients may use. Default: polling and WebSocket.
    pub fn transports(mut self, transports: impl Into<Vec<Transport>>) -> Self {
        self.transports = transports.into();
        self
    }

    /// Whether a polling client may move to WebSocket. Default: yes.
    pub const fn allow_upgrades(mut self, allow: bool) -> Self {
        self.allow_upgrades = allow;
        self
    }

    /// Whether clients may speak Engine.IO protocol 3 as well, as the JavaScript clients of the
    /// versions 1 and 2 do. Default: no; they are refused with code 5.
    ///
    /// The ids of such a client's sockets are that of its session, since it makes them itself:
    /// whoever learns one can read and write the session's polls. Do not show them to others
    /// whom you would not trust with that.
    ///
    /// ```
    /// let io = salon::Server::builder().allow_eio3(true).build();
    /// ```
    pub const fn allow_eio3(mut self, allow: bool) -> Self {
        self.allow_eio3 = allow;
        self
    }

    /// Which other origins' pages may poll. Default: none, so no CORS headers are sent.
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Sets a cookie with the session's id, for load balancers that go by it. Default: none.
    pub fn cookie(mut self, cookie: Cookie) -> Self {
        self.cookie = Some(cookie);
        self
    }

    /// Poll bodies of at least this many bytes are compressed for clients that accept gzip or
    /// deflate; `None`: never. Default: 1,024.
    pub const fn http_compression(mut self, threshold: Option<usize>) -> Self {
        self.http_compression = threshold;
        self
    }

    /// Compresses messages on WebSocket for clients that offer it: `permessage-deflate`
    /// (RFC 7692). Default: never, as in Node, since it costs time for each message.
    ///
    /// No message refers to an earlier one, so a client costs no memory for it, and a broadcast
    /// is compressed once. Messages above 256 KiB go out as they are, and so does what is sent with
    /// `compress(false)`: what is compressed already, or has a secret beside text that others choose,
    /// since the size would then tell of the secret.
    ///
    /// ```
    /// use salon::{Deflate, Server};
    ///
    /// let io = Server::builder()
    ///     .per_message_deflate(Deflate::new().threshold(4_096))
    ///     .build();
    /// ```
    pub const fn per_message_deflate(mut self, deflate: Deflate) -> Self {
        self.deflate = Some(deflate);
        self
    }

    /// From opening, or from the last pong, to the next ping. Default: 25 s.
    pub const fn ping_interval(mut self, interval: Duration) -> Self {
        self.timing.ping_interval = interval;
        self
    }

    /// How long a client may take to answer a ping. Default: 20 s.
    pub const fn ping_timeout(mut self, timeout: Duration) -> Self {
        self.timing.ping_timeout = timeout;
        self
    }

    /// How long an upgrade may take. Default: 10 s.
    pub const fn upgrade_timeout(mut self, timeout: Duration) -> Self {
        self.timing.upgrade_timeout = timeout;
        self
    }

    /// How long a client may take to join its first namespace. Default: 45 s.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.timing.connect_timeout = timeout;
        self
    }

    /// How long [`Socket::emit_with_ack`](crate::Socket::emit_with_ack) waits. Default: 10 s.
    pub const fn ack_timeout(mut self, timeout: Duration) -> Self {
        self.ack_timeout = timeout;
        self
    }

    /// Whether a [dynamic namespace](Server::of_matching) ends with its last client, handlers of
    /// its own included. Default: no, as in Node.
    ///
    /// Say yes where clients choose the names: namespaces are then bounded by the clients that
    /// are there, and not by [`Limits::max_child_namespaces`] only.
    pub const fn cleanup_empty_child_namespaces(mut self, cleanup: bool) -> Self {
        self.cleanup_children = cleanup;
        self
    }

    /// Lets clients that were away for a moment get back their id, their rooms, their data and
    /// the events that they have missed: Node's `connectionStateRecovery`. Default: off.
    ///
    /// Each event that wants no answer then gets one more argument, by which a client tells what
    /// it has got. JavaScript's client does all that by itself.
    pub fn recovery(mut self, recovery: Recovery) -> Self {
        self.recovery = Some(recovery);
        self
    }

    /// Bytes of one message or one HTTP body. Default: 1,000,000; Node's `maxHttpBufferSize`.
    pub const fn max_payload(mut self, bytes: usize) -> Self {
        self.limits.max_payload = bytes;
        self
    }

    /// What happens when a client reads too slowly. Default: it is disconnected.
    pub const fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// How packets are written, in place of the built-in form. The clients must use the same:
    /// `parser` is an option of theirs, too.
    pub fn parser(mut self, parser: impl Parser) -> Self {
        self.codec = Codec::new(parser);
        self
    }

    /// Changes any of the [limits](Limits).
    ///
    /// ```
    /// let io = salon::Server::builder()
    ///     .limits(|limits| limits.max_attachments = 50)
    ///     .build();
    /// ```
    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    /// Changes any of the [deadlines](Timing).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let io = salon::Server::builder()
    ///     .timing(|timing| timing.close_timeout = Duration::from_secs(5))
    ///     .build();
    /// ```
    pub fn timing(mut self, change: impl FnOnce(&mut Timing)) -> Self {
        change(&mut self.timing);
        self
    }

    /// Makes the server. It needs a tokio runtime only when its first client connects.
    #[must_use]
    pub fn build(self) -> Server {
        Server::with_config(self.into_config())
    }

    /// Makes a server of [plain Engine.IO](crate::engine) with these settings. Those about
    /// Socket.IO mean nothing to it.
    #[must_use]
    pub fn build_engine(self) -> engine::Server {
        engine::Server::with_config(self.into_config())
    }

    fn into_config(self) -> Config {
        Config {
            path: Path::new(&self.path, self.add_trailing_slash),
            transports: self.transports,
            allow_upgrades: self.allow_upgrades,
            allow_eio3: self.allow_eio3,
            cors: self.cors,
            cookie: self.cookie,
            hooks: self.hooks,
            client_files: self.client_files,
            http_compression: self.http_compression,
            deflate: self.deflate,
            overflow: self.overflow,
            ack_timeout: self.ack_timeout,
            cleanup_children: self.cleanup_children,
            recovery: self.recovery,
            codec: self.codec,
            limits: Arc::new(self.limits),
            timing: Arc::new(self.timing.without_zeros()),
        }
    }
}
