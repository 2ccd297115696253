//! An Engine.IO client for tests, and servers to talk to.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use salon::engine::{Message, Server, Socket};
use salon_client::transport::{Closing, Event, Line, Next, Proxy, Target, TransportError};
use salon_proto::client::session::{Output, Received, Session};
use salon_proto::engine::Transport;
use salon_proto::timer::Instant;
use salon_proto::ws::accept_key;
use salon_proto::{CloseReason, Encoded, Limits, Timing};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A target without a proxy, whatever the machine's environment says.
pub(crate) fn target(url: &str) -> Target {
    Target::parse(url).unwrap().proxy(Proxy::none())
}

/// Something that arrived.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Got {
    Text(String),
    Binary(Vec<u8>),
}

/// A session and its line, driven in the test's own task.
pub(crate) struct Client {
    session: Session,
    line: Option<Line>,
    closing: Option<Closing>,
    inbox: VecDeque<Got>,
    /// Pauses after each message, to see that nothing is lost by it.
    pub(crate) pauses: bool,
    pub(crate) reason: Option<CloseReason>,
    pub(crate) error: Option<TransportError>,
    pub(crate) probe_error: Option<TransportError>,
}

impl Client {
    pub(crate) fn start(target: Target, transport: Transport, upgrades: bool) -> Self {
        let (timing, limits) = (Timing::default(), Limits::default());
        Self {
            session: Session::open(transport, upgrades, &timing, &limits),
            line: Some(Line::open(Arc::new(target), transport)),
            closing: None,
            inbox: VecDeque::new(),
            pauses: false,
            reason: None,
            error: None,
            probe_error: None,
        }
    }

    pub(crate) async fn open(target: Target, transport: Transport, upgrades: bool) -> Self {
        let mut client = Self::start(target, transport, upgrades);
        client
            .until(|client| client.session.is_open().then_some(()))
            .await;
        client
    }

    /// Opens a session on polling that does not upgrade.
    pub(crate) async fn polling(target: Target) -> Self {
        Self::open(target, Transport::Polling, false).await
    }

    pub(crate) async fn websocket(target: Target) -> Self {
        Self::open(target, Transport::WebSocket, false).await
    }

    pub(crate) fn has_opened(&self) -> bool {
        self.session.is_open()
    }

    pub(crate) const fn transport(&self) -> Transport {
        self.session.transport()
    }

    pub(crate) fn send(&mut self, text: &str) {
        let packet = Encoded::text(|out| {
            out.push(b'4');
            out.extend_from_slice(text.as_bytes());
        });
        self.session.send(packet, false).unwrap();
    }

    pub(crate) fn send_binary(&mut self, data: Vec<u8>) {
        let packet = Encoded::binary(vec![data.into()]);
        self.session.send(packet, false).unwrap();
    }

    pub(crate) async fn get(&mut self) -> Got {
        self.until(|client| client.inbox.pop_front()).await
    }

    pub(crate) async fn expect(&mut self, text: &str) {
        assert_eq!(self.get().await, Got::Text(text.to_owned()));
    }

    pub(crate) async fn echo(&mut self, text: &str) {
        self.send(text);
        self.expect(text).await;
    }

    pub(crate) async fn upgraded(&mut self) {
        let is_there = |client: &mut Self| client.transport() == Transport::WebSocket;
        self.until(|client| is_there(client).then_some(())).await;
    }

    /// Waits for the end, and for what has to be done after it.
    pub(crate) async fn closed(&mut self) -> CloseReason {
        let reason = self.until(|client| client.reason).await;
        if let Some(closing) = self.closing.take() {
            closing.await;
        }
        reason
    }

    pub(crate) async fn close(&mut self) {
        self.session.close(Instant::default());
        assert_eq!(self.closed().await, CloseReason::ForcedClose);
    }

    /// Takes turns until there is something to see.
    pub(crate) async fn until<T>(&mut self, mut see: impl FnMut(&mut Self) -> Option<T>) -> T {
        poll_fn(|cx| {
            self.turn(cx);
            see(self).map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Takes turns until something else is done.
    pub(crate) async fn until_done<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        poll_fn(|cx| {
            self.turn(cx);
            work.as_mut().poll(cx)
        })
        .await
    }

    fn turn(&mut self, cx: &mut Context<'_>) {
        while let Some(mut line) = self.line.take() {
            let waker = cx.waker().clone();
            line.poll(cx, &mut |event| {
                self.handle(event);
                if self.pauses {
                    waker.wake_by_ref();
                    return Next::Pause;
                }
                Next::Go
            });
            self.session.flush();
            self.write(&mut line, cx);
            let mut has_done_something = false;
            while let Some(output) = self.session.poll_output() {
                has_done_something = true;
                if let Output::Closed(reason) = output {
                    self.reason = Some(reason);
                    self.closing = line.into_closing();
                    return;
                }
                line.apply(output);
            }
            self.line = Some(line);
            if !has_done_something {
                return;
            }
        }
    }

    fn write(&mut self, line: &mut Line, cx: &mut Context<'_>) {
        loop {
            while line.has_room() {
                match self.session.poll_message() {
                    Some(message) => line.push(&message),
                    None => {
                        let _ = line.poll_flush(cx);
                        return;
                    }
                }
            }
            if line.poll_flush(cx).is_pending() || !line.has_room() {
                return;
            }
        }
    }

    fn handle(&mut self, event: Event<'_>) {
        let now = Instant::default();
        let received = match event {
            Event::Packet(packet) => self.session.handle_packet(now, packet, Transport::Polling),
            Event::Text(text) => self.session.handle_text(now, text),
            Event::Malformed => self.session.handle_malformed(Transport::Polling),
            Event::Binary(data) => {
                if self.session.handle_binary() {
                    self.inbox.push_back(Got::Binary(data.into_owned()));
                }
                return;
            }
            other => return self.handle_signal(other),
        };
        match received {
            Received::Text(text) => self.inbox.push_back(Got::Text(text.to_owned())),
            Received::Binary(data) => self.inbox.push_back(Got::Binary(data)),
            Received::Nothing | Received::Opened | Received::Pinged => {}
        }
    }

    fn handle_signal(&mut self, event: Event<'_>) {
        match event {
            Event::PollDone => self.session.handle_poll_done(),
            Event::PostDone => self.session.handle_post_done(),
            Event::CandidateOpen => self.session.handle_candidate_open(),
            Event::CandidateText(text) => self.session.handle_candidate_text(text),
            Event::CandidateLost(error) => {
                self.probe_error = Some(error);
                self.session.handle_candidate_lost();
            }
            Event::Lost(error) => {
                self.error = Some(error);
                self.session.handle_lost();
            }
            Event::Closed(error) => {
                self.error = Some(error);
                self.session.handle_close_frame();
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A server that sends back what it gets, with each message.
pub(crate) fn echo_server() -> Server {
    echoing(Server::builder().path("/socket.io").build_engine())
}

pub(crate) fn echoing(engine: Server) -> Server {
    engine.on_message(|socket: Socket, message: Message| async move {
        socket.send(message).unwrap();
    });
    engine
}

/// Serves it on a port of its own, whose address it tells.
pub(crate) async fn serve(engine: Server) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(salon::serve(listener, engine).into_future());
    address
}

pub(crate) async fn echo_target() -> Target {
    target(&format!("http://{}", serve(echo_server()).await))
}

/// What a raw server does with a request.
pub(crate) enum Reply {
    /// Answers with `200` and this body.
    Body(String),
    /// Answers with these bytes, and waits for more requests.
    Raw(String),
    /// The same, and closes.
    RawThenClose(String),
    /// Says nothing, and leaves the connection open.
    Nothing,
}

/// A request that came to a raw server: which connection it came on, its head, its body.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) connection: usize,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn is(&self, method: &str, transport: &str) -> bool {
        let transport = format!("transport={transport}");
        self.head.starts_with(method) && self.head.contains(&transport)
    }

    pub(crate) fn opens(&self) -> bool {
        !self.head.contains("sid=")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (own, value) = line.split_once(": ")?;
            own.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// A server that does what it is told, and remembers what it was asked.
#[derive(Clone)]
pub(crate) struct RawServer {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

pub(crate) const OPEN: &str = r#"0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;

impl RawServer {
    pub(crate) async fn start(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
        };
        let (accepting, reply) = (server.clone(), Arc::new(reply));
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (server, reply) = (accepting.clone(), Arc::clone(&reply));
                tokio::spawn(async move { server.talk(stream, connection, &*reply).await });
            }
        });
        server
    }

    pub(crate) fn target(&self) -> Target {
        target(&format!("http://{}", self.address))
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    async fn talk(
        self,
        mut stream: TcpStream,
        connection: usize,
        reply: &(impl Fn(&Request) -> Reply + ?Sized),
    ) {
        while let Some(request) = read_request(&mut stream, connection).await {
            self.requests.lock().unwrap().push(request.clone());
            let (text, closes) = match reply(&request) {
                Reply::Body(body) => (ok(&body), false),
                Reply::Raw(text) => (text, false),
                Reply::RawThenClose(text) => (text, true),
                Reply::Nothing => (String::new(), false),
            };
            stream.write_all(text.as_bytes()).await.unwrap();
            if closes {
                return;
            }
        }
    }
}

pub(crate) fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) async fn read_request(stream: &mut TcpStream, connection: usize) -> Option<Request> {
    let head = read_head(stream).await?;
    let request = Request {
        connection,
        head,
        body: String::new(),
    };
    let length = request
        .header("content-length")
        .map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request {
        body: String::from_utf8(body).unwrap(),
        ..request
    })
}

/// Up to the empty line, and no byte further.
pub(crate) async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// The answer that accepts the WebSocket of this request.
pub(crate) fn accept_websocket(request: &Request) -> String {
    let key = accept_key(request.header("sec-websocket-key").unwrap());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {key}\r\n\r\n"
    )
}

/// Accepts one WebSocket, says `frames` on it, and yields what the client says until it closes.
pub(crate) fn websocket_server(listener: TcpListener, frames: Vec<u8>) -> JoinHandle<Vec<u8>> {
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream, 0).await.unwrap();
        let answer = accept_websocket(&request);
        stream.write_all(answer.as_bytes()).await.unwrap();
        stream.write_all(&frames).await.unwrap();
        let mut said = Vec::new();
        stream.read_to_end(&mut said).await.unwrap();
        said
    })
}

/// A future that gives up, so that a defect is a failure and not a hang.
pub(crate) async fn soon<T>(work: impl Future<Output = T>) -> T {
    let limit = std::time::Duration::from_secs(20);
    let mut work: Pin<Box<dyn Future<Output = T>>> = Box::pin(work);
    tokio::time::timeout(limit, &mut work)
        .await
        .expect("this takes too long")
}
