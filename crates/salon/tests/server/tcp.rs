//! Over real TCP: salon's own listener, and axum's. These run in real time.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use salon::{Handshake, Server, Socket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::support::{Client, Frame, Response, Watchdog, read_response, write_request};

const OPEN: &str = "GET /socket.io/?EIO=4&transport=polling";

/// A server on a free port.
struct OnTcp {
    address: SocketAddr,
    listening: AbortHandle,
    _watchdog: Watchdog,
}

impl OnTcp {
    async fn own(io: Server) -> Self {
        let (listener, address) = listen().await;
        let listening = tokio::spawn(salon::serve(listener, io).into_future()).abort_handle();
        Self::new(address, listening)
    }

    async fn axum(io: Server) -> Self {
        let (listener, address) = listen().await;
        let app = Router::new().route("/hello", get(|| async { "hello" }));
        let app = app.layer(io.layer());
        let serving = axum::serve(listener, app).into_future();
        let listening = tokio::spawn(serving).abort_handle();
        Self::new(address, listening)
    }

    fn new(address: SocketAddr, listening: AbortHandle) -> Self {
        Self {
            address,
            listening,
            _watchdog: Watchdog::start(),
        }
    }

    async fn dial(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn request(&self, line: &str) -> Response {
        let mut stream = self.dial().await;
        write_request(&mut stream, line, "").await;
        read_response(&mut stream).await.unwrap()
    }

    async fn join(&self) -> Client {
        let mut client = Client::open(self.dial().await).await;
        client.join("").await;
        client
    }
}

impl Drop for OnTcp {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn echo() -> Server {
    let io = Server::new();
    io.on("echo", |text: String| async move { text });
    io
}

#[tokio::test]
async fn salons_own_listener_answers_404_elsewhere() {
    let server = OnTcp::own(echo()).await;
    for path in ["/", "/hello", "/socket.io", "/socket.iox/?EIO=4"] {
        assert_eq!(server.request(&format!("GET {path}")).await.status, 404);
    }
    assert!(server.request(OPEN).await.ok().starts_with(r#"0{"sid":"#));
}

#[tokio::test]
async fn a_layer_lets_through_what_is_not_its_own() {
    let server = OnTcp::axum(echo()).await;
    assert_eq!(server.request("GET /hello").await.ok(), "hello");
    assert_eq!(server.request("GET /nowhere").await.status, 404);
    assert!(server.request(OPEN).await.ok().starts_with(r#"0{"sid":"#));
}

#[tokio::test]
async fn events_cross_tcp_whole_whatever_their_size() {
    for server in [OnTcp::own(echo()).await, OnTcp::axum(echo()).await] {
        let mut client = server.join().await;
        for length in [0, 1, 125, 126, 65_535, 65_536, 900_000] {
            let text = "x".repeat(length);
            let answer = client.ask(&format!(r#"["echo","{text}"]"#)).await;
            assert_eq!(answer.len(), length + 4);
        }
    }
}

#[tokio::test]
async fn a_burst_crosses_tcp_in_order() {
    const EVENTS: usize = 20_000;
    let io = Server::new();
    io.on("burst", |socket: Socket| async move {
        for number in 0..EVENTS {
            socket.emit("n", number).result().unwrap();
        }
    });
    let server = OnTcp::own(io).await;
    let mut client = server.join().await;
    client.emit(r#"["burst"]"#).await;
    for number in 0..EVENTS {
        client.expect(&format!(r#"42["n",{number}]"#)).await;
    }
}

#[tokio::test]
async fn handlers_learn_the_address_of_their_client_from_salons_own_listener() {
    let io = Server::new();
    io.on("who", |handshake: Arc<Handshake>| async move {
        handshake.address().map(|address| address.ip())
    });
    for (server, expected) in [
        (
            OnTcp::own(io.clone()).await,
            Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        ),
        (OnTcp::axum(io).await, None),
    ] {
        let answer = server.join().await.ask(r#"["who"]"#).await;
        let [address]: [Option<IpAddr>; 1] = serde_json::from_str(&answer).unwrap();
        assert_eq!(address, expected);
    }
}

#[tokio::test]
async fn what_a_client_sends_with_its_handshake_is_not_lost() {
    let server = OnTcp::own(echo()).await;
    let mut stream = server.dial().await;
    let mut bytes = Client::handshake("/socket.io/?EIO=4&transport=websocket");
    bytes.extend(Client::masked("40"));
    bytes.extend(Client::masked(r#"421["echo","early"]"#));
    stream.write_all(&bytes).await.unwrap();
    assert_eq!(read_response(&mut stream).await.unwrap().status, 101);
    let mut client = Client::upgraded(stream);
    assert!(client.text().await.starts_with("0{"));
    assert!(client.text().await.starts_with("40{"));
    client.expect(r#"431["early"]"#).await;
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let server = OnTcp::own(echo()).await;
    let mut stream = server.dial().await;
    for _ in 0..10 {
        write_request(&mut stream, OPEN, "").await;
        let open = read_response(&mut stream).await.unwrap().ok();
        assert!(open.starts_with(r#"0{"sid":"#));
    }
}

#[tokio::test]
async fn a_closed_server_says_goodbye_over_tcp() {
    let io = echo();
    let server = OnTcp::own(io.clone()).await;
    let mut client = server.join().await;
    io.emit("bye", ());
    io.close().await;
    let end = [Frame::Text(r#"42["bye"]"#.into()), Frame::Close(None)];
    assert_eq!(client.rest().await, end);
    assert_eq!(server.request(OPEN).await.status, 403);
}

#[tokio::test]
async fn a_client_that_resets_its_connection_is_gone() {
    let io = Server::new();
    let (sender, mut gone) = tokio::sync::mpsc::unbounded_channel();
    io.on_disconnect(move |why: salon::DisconnectReason| async move {
        sender.send(why).unwrap();
    });
    let server = OnTcp::own(io.clone()).await;
    let stream = server.dial().await;
    stream.set_zero_linger().unwrap();
    let mut client = Client::open(stream).await;
    client.join("").await;
    drop(client);
    assert_eq!(gone.recv().await.unwrap().as_str(), "transport error");
    io.close().await;
}

/// Here the clock is paused: with nothing else to do, the deadline comes at once.
#[tokio::test(start_paused = true)]
async fn a_connection_without_a_request_is_not_kept_for_ever() {
    for begin in ["", "GET /socket.io/?EIO=4 HTTP/1.1\r\nhost: ", "PRI * HTTP"] {
        let server = OnTcp::own(echo()).await;
        let mut stream = server.dial().await;
        stream.write_all(begin.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    }
}
