//! What a session costs that does nothing.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use salon::Server;
use salon_testkit::allocations::live;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::support::{Client, settle};

const SESSIONS: usize = 200;

/// Bytes that the server may have allocated for an idle session on WebSocket that has joined one
/// namespace: its task, its socket, their places in tables. The allocator's own overhead comes on
/// top. Whatever is rare belongs in a box that is not there; raise this only for what every
/// session needs.
const MAX_BYTES: isize = 1_760;

/// The clients are in a thread of their own, so that only the server is counted.
fn clients(server: SocketAddr) -> Vec<TcpStream> {
    (0..SESSIONS).map(|_| client(server)).collect()
}

fn client(server: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(server).unwrap();
    let mut request = Client::handshake("/socket.io/?EIO=4&transport=websocket");
    request.extend(Client::masked("40"));
    stream.write_all(&request).unwrap();
    let mut answer = Vec::new();
    while !answer.windows(7).any(|part| part == b"40{\"sid") {
        let mut part = [0; 1_024];
        let count = stream.read(&mut part).unwrap();
        answer.extend_from_slice(&part[..count]);
    }
    stream
}

#[tokio::test]
async fn an_idle_session_is_small() {
    let io = Server::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let listening = tokio::spawn(salon::serve(listener, io.clone()).into_future());
    // The first ones make the tables; those have room for as many again.
    let mut crowds = Vec::new();
    let mut sizes = Vec::new();
    for _ in 0..2 {
        let (done, is_done) = oneshot::channel();
        std::thread::spawn(move || done.send(clients(address)));
        crowds.push(is_done.await.unwrap());
        settle().await;
        sizes.push(live().bytes);
    }
    assert_eq!(io.session_count(), 2 * SESSIONS);
    let bytes = (sizes[1] - sizes[0]) / SESSIONS.cast_signed();
    assert!(bytes <= MAX_BYTES, "{bytes} bytes");
    listening.abort();
}
