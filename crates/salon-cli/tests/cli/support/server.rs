//! A server to talk to.

use std::net::Ipv4Addr;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use bytes::Bytes;
use salon::{
    Ack, AllArgs, DisconnectReason, HandlerError, Listener, Recovery, Server, ServerBuilder,
    Socket, State, Tls,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long anything may take before the test gives up.
const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct TestServer {
    scheme: &'static str,
    port: u16,
    heard: Receiver<String>,
    left: Receiver<DisconnectReason>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    /// Starts it on a free port.
    pub(crate) fn start() -> Self {
        Self::start_on(0)
    }

    pub(crate) fn start_on(port: u16) -> Self {
        Self::run("http", port, None)
    }

    /// Starts it with this certificate.
    pub(crate) fn start_with_tls(tls: Tls) -> Self {
        Self::run("https", 0, Some(tls))
    }

    /// Starts it so that it keeps what those miss who are away, and pings soon.
    pub(crate) fn start_for_bench() -> Self {
        let builder = Server::builder().recovery(Recovery::new());
        Self::run_built(
            "http",
            0,
            None,
            builder.ping_interval(Duration::from_millis(100)),
        )
    }

    fn run(scheme: &'static str, port: u16, tls: Option<Tls>) -> Self {
        Self::run_built(scheme, port, tls, Server::builder())
    }

    fn run_built(
        scheme: &'static str,
        port: u16,
        tls: Option<Tls>,
        builder: ServerBuilder,
    ) -> Self {
        let (said, heard) = mpsc::channel();
        let (leave, left) = mpsc::channel();
        let (ready, port_of) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let io = server(builder, said, Left(leave));
        let thread = thread::spawn(move || serve(port, tls, io, &ready, stopped));
        let port = port_of.recv_timeout(DEADLINE).expect("a server");
        Self {
            scheme,
            port,
            heard,
            left,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The address of a namespace.
    pub(crate) fn url(&self, namespace: &str) -> String {
        format!("{}://127.0.0.1:{}{namespace}", self.scheme, self.port)
    }

    /// Why the next client has left that leaves.
    pub(crate) fn loses(&self) -> DisconnectReason {
        self.left.recv_timeout(DEADLINE).expect("somebody to leave")
    }

    /// The next thing that the server was told by the event `tell`.
    pub(crate) fn hears(&self) -> String {
        self.heard
            .recv_timeout(DEADLINE)
            .expect("something to hear")
    }
}

/// Why clients have left, for the test.
struct Left(Sender<DisconnectReason>);

/// Stops the server, and waits until its port is free.
impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn serve(
    port: u16,
    tls: Option<Tls>,
    io: Server,
    ready: &Sender<u16>,
    stopped: oneshot::Receiver<()>,
) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    ready.send(port).expect("a test");
    let listener = match tls {
        Some(tls) => Listener::from(listener).with_tls(&tls),
        None => listener.into(),
    };
    // With the runtime all connections end, as if the process had.
    tokio::select! {
        served = salon::serve(listener, io) => served.expect("served"),
        _ = stopped => {}
    }
}

fn server(builder: ServerBuilder, said: Sender<String>, left: Left) -> Server {
    let io = builder.build();
    bench(&io);
    io.set_state(said);
    io.set_state(left);
    io.on_connect(|socket: Socket| async move {
        socket.emit("greeting", ("hello", json!({"from": "server"})));
    });
    io.on(
        "tell",
        |said: State<Sender<String>>, text: String| async move {
            drop(said.send(text));
        },
    );
    io.on_disconnect(|left: State<Left>, reason: DisconnectReason| async move {
        let _ = left.0.send(reason);
    });
    io.on("add", |(a, b): (f64, f64)| async move { a + b });
    io.on("echo", |args: AllArgs<Value>| async move { args });
    io.on("reverse", |bytes: Bytes| async move {
        Bytes::from_iter(bytes.iter().rev().copied())
    });
    io.on("nothing", |ack: Ack| async move { ack.send(&()) });
    io.on("silence", || async {});
    io.on("leave-me", |socket: Socket| async move {
        socket.disconnect(false);
    });
    io.on("ask-me", ask);
    io.on("attack-me", |socket: Socket| async move {
        socket.emit("\u{1b}[2J", ("\u{9b}31m\u{7}", "\u{202e}"));
    });
    io.on("how did I come?", came);
    io.of("/private").middleware(|auth: Auth| async move {
        match auth.token.as_deref() {
            Some("secret") => Ok(()),
            _ => Err(HandlerError::new("not authorised").with_data(json!({"code": 7}))),
        }
    });
    io
}

/// What the scenarios of `salon bench` need.
fn bench(io: &Server) {
    let bench = io.of("/bench");
    bench.on_connect(|said: State<Sender<String>>| async move {
        drop(said.send("bench".to_owned()));
    });
    bench.on("echo", |text: String| async move { text });
    bench.on("told", |said: State<Sender<String>>| async move {
        drop(said.send("told".to_owned()));
        true
    });
    bench.on("echo-binary", |bytes: Bytes| async move { bytes });
    bench.on("publish", |io: Server, text: String| async move {
        io.of("/bench").emit("news", text);
    });
    bench.on("publish-odd", |io: Server, text: String| async move {
        let all = io.of("/bench");
        all.emit("news", format!("#{}#x", u64::MAX));
        all.emit("news", text);
    });
    bench.on("publish-plain", |io: Server| async move {
        io.of("/bench").emit("news", "x");
    });
    bench.on("join-room", |socket: Socket, room: String| async move {
        socket.join(&room);
        true
    });
    let publish_to = |io: Server, (room, count): (String, usize)| async move {
        for _ in 0..count {
            io.of("/bench").to(&room).emit("news", "x");
        }
    };
    bench.on("publish-to", publish_to);
    bench.on("leave-me", |socket: Socket| async move {
        socket.disconnect(false);
        true
    });
}

#[derive(Deserialize)]
struct Auth {
    token: Option<String>,
}

/// Asks in turn, and tells what it heard.
async fn ask(socket: Socket, question: String) {
    let answer = socket.emit_with_ack::<AllArgs<Value>>("question", question);
    match answer.await {
        Ok(AllArgs(args)) => socket.emit("your answer", args),
        Err(error) => socket.emit("no answer", error.to_string()),
    };
}

async fn came(socket: Socket) -> (String, Option<String>, Option<String>) {
    let handshake = socket.handshake();
    (
        socket.transport().to_string(),
        handshake.query_value("colour"),
        handshake.header("x-colour").map(str::to_owned),
    )
}
