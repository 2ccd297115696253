//! A server under test and the ways to it.

use std::ops::Deref;

use bytes::Bytes;
use http::{Request, Response as HttpResponse};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use salon::{SalonLayer, Server, ServerBuilder, Socket, SocketId, Transport};
use tokio::io::{AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tower::{Layer, Service};

use super::{Client, Response, Watchdog, read_response};

/// What a pipe between client and server holds.
const PIPE: usize = 64 * 1024;

/// A server, reached through pipes in memory. It can be used as its [`Server`].
pub(crate) struct Host {
    pub(crate) io: Server,
    pipe: usize,
    _watchdog: Watchdog,
}

impl Deref for Host {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.io
    }
}

impl Host {
    pub(crate) fn new() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(change: impl FnOnce(ServerBuilder) -> ServerBuilder) -> Self {
        Self {
            io: change(Server::builder()).build(),
            pipe: PIPE,
            _watchdog: Watchdog::start(),
        }
    }

    /// Sets how much a pipe holds; a client that does not read is felt after so many bytes.
    pub(crate) const fn pipe(mut self, bytes: usize) -> Self {
        self.pipe = bytes;
        self
    }

    /// Opens a connection to the HTTP server.
    pub(crate) fn dial(&self) -> DuplexStream {
        let (ours, theirs) = duplex(self.pipe);
        serve(theirs, &self.io.layer());
        ours
    }

    /// One request on a connection of its own. `None`: it was closed without an answer.
    pub(crate) async fn request(&self, line: &str, body: &str) -> Option<Response> {
        let mut stream = self.dial();
        write_request(&mut stream, line, body).await;
        read_response(&mut stream).await
    }

    /// A client on a WebSocket that has joined no namespace yet.
    pub(crate) async fn open(&self) -> Client {
        Client::open(self.dial()).await
    }

    /// A client on a WebSocket in the namespace `/`.
    pub(crate) async fn join(&self) -> Client {
        let mut client = self.open().await;
        client.join("").await;
        client
    }

    /// A client on a WebSocket, and its socket on the server.
    pub(crate) async fn pair(&self) -> (Client, Socket) {
        let mut client = self.open().await;
        let id = SocketId::parse(&client.join("").await).unwrap();
        (client, self.of("/").socket(&id).unwrap())
    }

    /// A polling client that has joined no namespace yet.
    pub(crate) async fn poller(&self) -> Poller {
        let target = "GET /socket.io/?EIO=4&transport=polling";
        let open = self.request(target, "").await.unwrap().ok();
        let (_, rest) = open.split_once(r#""sid":""#).unwrap();
        let (sid, _) = rest.split_once('"').unwrap();
        Poller {
            io: self.io.clone(),
            sid: sid.to_owned(),
        }
    }

    /// A polling client in the namespace `/`.
    pub(crate) async fn polling(&self) -> Poller {
        let poller = self.poller().await;
        assert_eq!(poller.post("40").await.status, 200);
        assert!(poller.poll().await.ok().starts_with("40{"));
        poller
    }
}

/// A polling client. Clones are the same one, so that it can do two things at once.
#[derive(Clone)]
pub(crate) struct Poller {
    io: Server,
    pub(crate) sid: String,
}

impl Poller {
    pub(crate) async fn poll(&self) -> Response {
        self.request("GET", Transport::Polling, "").await
    }

    pub(crate) async fn post(&self, body: &str) -> Response {
        self.request("POST", Transport::Polling, body).await
    }

    async fn request(&self, method: &str, transport: Transport, body: &str) -> Response {
        let mut stream = self.dial();
        let line = format!("{method} {}", self.target(transport));
        write_request(&mut stream, &line, body).await;
        read_response(&mut stream).await.unwrap()
    }

    /// Opens a candidate for its upgrade.
    pub(crate) async fn candidate(&self) -> Client {
        let target = self.target(Transport::WebSocket);
        Client::dial(self.dial(), &target).await
    }

    /// The path and query that name its session.
    pub(crate) fn target(&self, transport: Transport) -> String {
        format!("/socket.io/?EIO=4&transport={transport}&sid={}", self.sid)
    }

    pub(crate) fn dial(&self) -> DuplexStream {
        let (ours, theirs) = duplex(PIPE);
        serve(theirs, &self.io.layer());
        ours
    }
}

/// Sends a request whose line is `METHOD TARGET`.
pub(crate) async fn write_request(stream: &mut (impl AsyncWrite + Unpin), line: &str, body: &str) {
    let length = body.len();
    let head = format!("{line} HTTP/1.1\r\nhost: salon\r\ncontent-length: {length}\r\n\r\n");
    // The server may refuse and close before it has read all; then the answer says so.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
}

pub(crate) fn serve(stream: DuplexStream, layer: &SalonLayer) {
    let elsewhere = tower::service_fn(|_request: Request<Incoming>| async {
        Ok::<_, std::convert::Infallible>(HttpResponse::new(Full::new(Bytes::from("elsewhere"))))
    });
    let service = layer.layer(elsewhere);
    let service = service_fn(move |request| service.clone().call(request));
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::spawn(async move {
        // A client that vanishes is an error here, and what some tests are about.
        let _ = connection.with_upgrades().await;
    });
}
