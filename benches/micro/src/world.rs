//! A server and its clients in one thread, on real TCP, so that what is counted is the way that
//! messages really go. A client costs a few instructions beside its system calls.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use salon::Server;
use salon_proto::ws::text_frame;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

/// Longer than anything here takes, so that no ping is among what is counted.
const PING_INTERVAL: Duration = Duration::from_secs(3_600);

/// What the largest answer has room in.
const BUFFER: usize = 256 * 1_024;

/// The request for a WebSocket.
pub(crate) const UPGRADE: &[u8] = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n\
    host: bench\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
    sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/// A running server, and the runtime on which all happens.
pub(crate) struct World {
    pub(crate) runtime: Runtime,
    pub(crate) server: At,
}

/// A server and where it is.
pub(crate) struct At {
    pub(crate) io: Server,
    address: SocketAddr,
}

impl World {
    /// Starts a server with these handlers.
    pub(crate) fn new<T>(set_up: impl FnOnce(&Server) -> T) -> Self {
        Self::try_new(set_up).expect("a server can listen on this machine")
    }

    fn try_new<T>(set_up: impl FnOnce(&Server) -> T) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let io = Server::builder().ping_interval(PING_INTERVAL).build();
        set_up(&io);
        let address = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let address = listener.local_addr()?;
            tokio::spawn(salon::serve(listener, io.clone()).into_future());
            Ok::<_, io::Error>(address)
        })?;
        let server = At { io, address };
        Ok(Self { runtime, server })
    }

    /// A client on a WebSocket in the namespace `/`.
    pub(crate) fn join(&self) -> Client {
        self.runtime.block_on(async {
            let mut client = self.server.dial();
            client.open().await;
            client
        })
    }

    /// Many of them.
    pub(crate) fn join_many(&self, count: usize) -> Vec<Client> {
        allow_files(2 * count as u64 + 100);
        (0..count).map(|_| self.join()).collect()
    }
}

/// Each client needs two files here, and systems allow 1,024 until one asks for more.
fn allow_files(count: u64) {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).expect("there is such a limit");
    if soft < count {
        let raised = setrlimit(Resource::RLIMIT_NOFILE, count.min(hard), hard);
        raised.expect("a process may raise its limit of open files as far as the hard one");
    }
}

impl At {
    /// Opens a connection.
    pub(crate) fn dial(&self) -> Client {
        Client::dial(self.address).expect("the server listens")
    }
}

/// One connection of a client.
pub(crate) struct Client {
    stream: TcpStream,
}

impl Client {
    fn dial(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream })
    }

    /// Opens a session on a WebSocket and joins the namespace `/`.
    pub(crate) async fn open(&mut self) {
        self.write(UPGRADE).await;
        self.read_until("1000000}").await;
        self.write(&text_frame("40", Some([1, 2, 3, 4]))).await;
        self.read_until("\"}").await;
    }

    pub(crate) async fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let written = now(self.stream.write(bytes)).await;
            bytes = &bytes[written..];
        }
    }

    /// Reads so many bytes, which end like this.
    pub(crate) async fn read(&mut self, buffer: &mut Buffer, length: usize, end: &[u8]) {
        let mut read = 0;
        while read < length {
            read += now(self.stream.read(&mut buffer.0[read..length])).await;
        }
        assert!(buffer.0[..length].ends_with(end), "another answer came");
    }

    /// Reads until this has come, and returns all.
    pub(crate) async fn read_until(&mut self, end: &str) -> Vec<u8> {
        let mut all = Vec::new();
        while !all.ends_with(end.as_bytes()) {
            let mut part = [0; 4_096];
            let read = now(self.stream.read(&mut part)).await;
            all.extend_from_slice(&part[..read]);
        }
        all
    }
}

/// How much could be read or written; if nothing, the server had its turn.
async fn now(done: io::Result<usize>) -> usize {
    match done {
        Ok(0) => panic!("the server closed the connection"),
        Ok(count) => count,
        Err(error) if error.kind() == ErrorKind::WouldBlock => {
            yield_now().await;
            0
        }
        Err(error) => panic!("{error}"),
    }
}

/// Where answers are read into.
pub(crate) struct Buffer(Vec<u8>);

impl Buffer {
    pub(crate) fn new() -> Self {
        Self(vec![0; BUFFER])
    }
}
