//! Salon's own server: its end, and Unix sockets. These run in real time, unless they say so.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use salon::{Listener, Server, Socket};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::support::{Client, Frame, Watchdog, read_response, write_request};

const OPEN: &str = "GET /socket.io/?EIO=4&transport=polling";

/// A server that can be asked to stop.
struct Stoppable {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<io::Result<()>>,
    _watchdog: Watchdog,
}

impl Stoppable {
    async fn start(io: Server) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let serve = salon::serve(listener, io).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        Self {
            address,
            stop,
            served: tokio::spawn(serve.into_future()),
            _watchdog: Watchdog::start(),
        }
    }

    async fn dial(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Stops it; returns its result, and how long it took.
    async fn stop(self) -> (io::Result<()>, Duration) {
        let begin = tokio::time::Instant::now();
        self.stop.send(()).unwrap();
        let result = self.served.await.unwrap();
        (result, begin.elapsed())
    }
}

#[tokio::test]
async fn a_graceful_shutdown_ends_sessions_as_close_does() {
    let io = Server::new();
    let server = Stoppable::start(io.clone()).await;
    let address = server.address;
    let mut client = Client::open(server.dial().await).await;
    client.join("").await;
    let mut idle = server.dial().await;
    write_request(&mut idle, "GET /elsewhere", "").await;
    assert_eq!(read_response(&mut idle).await.unwrap().status, 404);

    server.stop().await.0.unwrap();

    assert_eq!(client.rest().await, [Frame::Close(None)]);
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0, "it was closed");
    assert!(TcpStream::connect(address).await.is_err());
    assert_eq!(io.session_count(), 0);
}

#[tokio::test]
async fn a_graceful_shutdown_answers_the_held_poll() {
    let server = Stoppable::start(Server::new()).await;
    let mut stream = server.dial().await;
    write_request(&mut stream, OPEN, "").await;
    let open = read_response(&mut stream).await.unwrap().ok();
    let sid = &open[9..29];
    write_request(&mut stream, &format!("{OPEN}&sid={sid}"), "").await;
    // The poll is held when the server has answered what was sent later.
    let mut other = server.dial().await;
    let post = format!("POST /socket.io/?EIO=4&transport=polling&sid={sid}");
    write_request(&mut other, &post, "40").await;
    read_response(&mut other).await.unwrap().ok();
    let connected = read_response(&mut stream).await.unwrap().ok();
    assert!(connected.starts_with("40{"), "{connected}");
    write_request(&mut stream, &format!("{OPEN}&sid={sid}"), "").await;
    for _ in 0..2 {
        write_request(&mut other, &post, "6").await;
        read_response(&mut other).await.unwrap().ok();
    }

    server.stop().await.0.unwrap();

    let last = read_response(&mut stream).await.unwrap().ok();
    assert!(last.ends_with('1'), "{last}");
}

#[tokio::test]
async fn a_graceful_shutdown_waits_ten_seconds_for_the_slow() {
    let server = Stoppable::start(Server::new()).await;
    let mut slow = server.dial().await;
    write_request(&mut slow, OPEN, "").await;
    let open = read_response(&mut slow).await.unwrap().ok();
    let target = format!("/socket.io/?EIO=4&transport=polling&sid={}", &open[9..29]);
    let headers = "host: a\r\ncontent-length: 9\r\nexpect: 100-continue\r\n\r\n";
    let head = format!("POST {target} HTTP/1.1\r\n{headers}");
    slow.write_all(head.as_bytes()).await.unwrap();
    // It waits for the body.
    assert_eq!(read_response(&mut slow).await.unwrap().status, 100);
    // From here on nothing comes, so the clock may jump to the next deadline.
    tokio::time::pause();
    let (result, time) = server.stop().await;
    result.unwrap();
    assert!((9..=11).contains(&time.as_secs()), "{time:?}");
}

/// Browsers open spare connections.
#[tokio::test]
async fn a_graceful_shutdown_does_not_wait_for_connections_without_a_request() {
    let server = Stoppable::start(Server::new()).await;
    let mut spare = server.dial().await;
    // Once the later one is answered, the spare one has been accepted.
    let mut later = server.dial().await;
    write_request(&mut later, OPEN, "").await;
    read_response(&mut later).await.unwrap().ok();
    tokio::time::pause();
    let (result, time) = server.stop().await;
    result.unwrap();
    assert_eq!(time.as_secs(), 0, "{time:?}");
    assert_eq!(spare.read(&mut [0]).await.unwrap(), 0, "it was closed");
}

/// As after a restart. The system would let those wait for a second that find no place in the queue.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_crowd_that_comes_at_once_finds_places_in_the_queue() {
    let server = Stoppable::start(Server::new()).await;
    let mut first = server.dial().await;
    write_request(&mut first, OPEN, "").await;
    read_response(&mut first).await.unwrap().ok();
    let allowed = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let crowd = allowed.trim().parse::<usize>().unwrap().min(400);
    // Meanwhile the server, which has only this thread, accepts nobody.
    let patience = Duration::from_millis(900);
    let dial = |_| std::net::TcpStream::connect_timeout(&server.address, patience).unwrap();
    let crowd: Vec<_> = (0..crowd).map(dial).collect();
    for stream in crowd {
        stream.set_nonblocking(true).unwrap();
        let mut stream = TcpStream::from_std(stream).unwrap();
        write_request(&mut stream, "GET /elsewhere", "").await;
        assert_eq!(read_response(&mut stream).await.unwrap().status, 404);
    }
}

#[tokio::test]
async fn a_server_that_is_dropped_leaves_its_connections() {
    let io = Server::new();
    io.on("echo", |text: String| async move { text });
    let server = Stoppable::start(io).await;
    let mut client = Client::open(server.dial().await).await;
    client.join("").await;
    let mut kept = server.dial().await;
    write_request(&mut kept, OPEN, "").await;
    read_response(&mut kept).await.unwrap().ok();
    server.served.abort();
    assert!(server.served.await.unwrap_err().is_cancelled());
    assert_eq!(client.ask(r#"["echo","still"]"#).await, r#"["still"]"#);
    write_request(&mut kept, OPEN, "").await;
    read_response(&mut kept).await.unwrap().ok();
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_is_a_way_in_too() {
    let name = format!("salon-test-{}.sock", std::process::id());
    let path = std::env::temp_dir().join(name);
    let _ = std::fs::remove_file(&path);
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let io = Server::new();
    io.on("echo", |socket: Socket, text: String| async move {
        let handshake = socket.handshake();
        (text, handshake.address(), handshake.is_secure())
    });
    tokio::spawn(salon::serve(Listener::from(listener), io).into_future());

    let dial = || tokio::net::UnixStream::connect(&path);
    let mut stream = dial().await.unwrap();
    write_request(&mut stream, OPEN, "").await;
    assert!(
        read_response(&mut stream)
            .await
            .unwrap()
            .ok()
            .starts_with("0{")
    );
    let mut client = Client::open(dial().await.unwrap()).await;
    client.join("").await;
    let answer = client.ask(r#"["echo","hello"]"#).await;
    assert_eq!(answer, r#"["hello",null,false]"#);
    let large = "x".repeat(900_000);
    let answer = client.ask(&format!(r#"["echo","{large}"]"#)).await;
    assert_eq!(answer.len(), large.len() + r#"["",null,false]"#.len());
    std::fs::remove_file(&path).unwrap();
}
