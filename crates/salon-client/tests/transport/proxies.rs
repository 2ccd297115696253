//! Proxies between the client and its server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use salon_client::transport::{Proxy, Target};
use salon_proto::CloseReason;
use salon_proto::engine::Transport;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Client, echo_server, read_head, serve, soon, target};

/// A proxy that leads everybody to one server, and remembers what it was asked for.
struct TestProxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone, Copy)]
enum Kind {
    Http,
    /// Wants a user and a password.
    Socks5,
}

impl TestProxy {
    async fn start(kind: Kind, server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let wanted = match kind {
                        Kind::Http => take_connect(&mut stream).await,
                        Kind::Socks5 => take_socks5(&mut stream).await,
                    };
                    log.lock().unwrap().push(wanted);
                    let mut server = TcpStream::connect(server).await.unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut server).await;
                });
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn take_connect(stream: &mut TcpStream) -> String {
    let head = read_head(stream).await.unwrap();
    stream
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .await
        .unwrap();
    head
}

async fn take_socks5(stream: &mut TcpStream) -> String {
    let mut methods = [0; 4];
    stream.read_exact(&mut methods).await.unwrap();
    assert_eq!(methods, [5, 2, 0, 2]);
    stream.write_all(&[5, 2]).await.unwrap();
    let mut credentials = [0; 12];
    stream.read_exact(&mut credentials).await.unwrap();
    assert_eq!(&credentials, b"\x01\x04user\x05p:@ss");
    stream.write_all(&[1, 0]).await.unwrap();
    let mut request = [0; 5];
    stream.read_exact(&mut request).await.unwrap();
    let mut name = vec![0; usize::from(request[4])];
    stream.read_exact(&mut name).await.unwrap();
    let port = stream.read_u16().await.unwrap();
    stream
        .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
        .unwrap();
    format!("{}:{port}", String::from_utf8(name).unwrap())
}

/// A name that only the proxy knows.
fn beyond(proxy: Proxy) -> Target {
    target("http://server.invalid:3000").proxy(proxy)
}

#[tokio::test]
async fn an_http_proxy_is_asked_to_connect() {
    soon(async {
        let proxy = TestProxy::start(Kind::Http, serve(echo_server()).await).await;
        let url = format!("http://user:p%3A%40ss@{}", proxy.address);
        let target = beyond(Proxy::all(&url).unwrap());
        let mut client = Client::open(target, Transport::Polling, true).await;
        client.upgraded().await;
        client.echo("through the proxy").await;
        for head in proxy.asked() {
            assert!(
                head.starts_with("CONNECT server.invalid:3000 HTTP/1.1\r\n"),
                "{head}"
            );
            assert!(head.contains("host: server.invalid:3000\r\n"), "{head}");
            // user:p:@ss
            assert!(
                head.contains("proxy-authorization: Basic dXNlcjpwOkBzcw==\r\n"),
                "{head}"
            );
        }
        assert!(proxy.asked().len() >= 2);
    })
    .await;
}

#[tokio::test]
async fn a_socks_proxy_looks_the_name_up() {
    soon(async {
        let proxy = TestProxy::start(Kind::Socks5, serve(echo_server()).await).await;
        let url = format!("socks5://user:p%3A%40ss@{}", proxy.address);
        let target = beyond(Proxy::all(&url).unwrap());
        let mut client = Client::open(target, Transport::Polling, true).await;
        client.upgraded().await;
        client.echo("through the proxy").await;
        assert_eq!(proxy.asked()[0], "server.invalid:3000");
    })
    .await;
}

#[tokio::test]
async fn a_server_may_be_reached_without_the_proxy() {
    soon(async {
        let server = serve(echo_server()).await;
        let proxy = Proxy::all_but("http://127.0.0.1:1", "10.0.0.0/8, 127.0.0.1").unwrap();
        let target = target(&format!("http://{server}")).proxy(proxy);
        Client::websocket(target).await.echo("directly").await;
    })
    .await;
}

#[tokio::test]
async fn a_proxy_that_refuses_says_why() {
    soon(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_head(&mut stream).await.unwrap();
            let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
            stream.write_all(refusal.as_bytes()).await.unwrap();
        });
        let target = beyond(Proxy::all(&url).unwrap());
        let mut client = Client::start(target, Transport::WebSocket, false);
        assert_eq!(client.closed().await, CloseReason::TransportError);
        assert_eq!(
            client.error.unwrap().to_string(),
            "websocket error: the proxy answered 407 Proxy Authentication Required"
        );
    })
    .await;
}
