//! The server that the interop tests talk to. Its contract is `interop/CONTRACT.md`.

mod dynamic;
mod handlers;
mod handshake;
mod options;
mod parser;
mod recovery;
mod sockets;

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use salon::{
    Ack, AckError, AllArgs, Broadcast, Cors, DisconnectReason, HandlerError, Namespace, Server,
    Socket, Value,
};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Any number of anything.
type Args = AllArgs<Value>;

const DEADLINE: Duration = Duration::from_secs(4);

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let io = server();
    let mut terminated = signal(SignalKind::terminate())?;
    std::thread::spawn(exit_with_parent);
    let listener = TcpListener::bind(("127.0.0.1", number("PORT", 0))).await?;
    say(&format!("listening on {}", listener.local_addr()?));
    let app = Router::new()
        .fallback(|| async { (StatusCode::NOT_FOUND, "elsewhere") })
        .layer(io.layer());
    let app = handshake::with_addresses(app).into_make_service_with_connect_info::<SocketAddr>();
    tokio::select! {
        served = axum::serve(listener, app) => served,
        _ = terminated.recv() => {
            let _ = tokio::time::timeout(DEADLINE, io.close()).await;
            Ok(())
        }
    }
}

fn server() -> Server {
    let millis = |name, default| Duration::from_millis(number(name, default));
    let mut builder = Server::builder()
        .ping_interval(millis("PING_INTERVAL", 300))
        .ping_timeout(millis("PING_TIMEOUT", 200))
        .connect_timeout(millis("CONNECT_TIMEOUT", 1_000))
        .upgrade_timeout(millis("UPGRADE_TIMEOUT", 10_000))
        .max_payload(number("MAX_PAYLOAD", 1_000_000))
        .allow_eio3(std::env::var_os("ALLOW_EIO3").is_some());
    if let Ok(origin) = std::env::var("CORS_ORIGIN") {
        builder = builder.cors(Cors::origin(origin).credentials());
    }
    let builder = recovery::from_environment(builder);
    let builder = parser::chosen(options::of_requests(builder));
    let io = builder.build();
    for name in ["/", "/custom", "/rooms", "/auth"] {
        add_handlers(&io.of(name));
    }
    io.of("/auth").middleware(check_token);
    dynamic::add(&io);
    handlers::add_namespace(&io);
    io
}

#[derive(Deserialize)]
struct Auth {
    token: Option<Box<serde_json::value::RawValue>>,
}

impl Auth {
    /// Whether the token is this JSON.
    fn is(&self, json: &str) -> bool {
        let token = self.token.as_ref();
        token.is_some_and(|token| token.get() == json)
    }
}

async fn check_token(auth: Auth) -> Result<(), HandlerError> {
    match auth.is(r#""secret""#) {
        true => Ok(()),
        false => Err(not_authorised()),
    }
}

fn not_authorised() -> HandlerError {
    let code = serde_json::json!({"code": 401});
    HandlerError::new("not authorised").with_data(code)
}

fn add_handlers(namespace: &Namespace) {
    namespace.on_connect(|socket: Socket, auth: Value| async move {
        socket.emit("auth", auth);
    });
    namespace.on_disconnect(|socket: Socket, reason: DisconnectReason| async move {
        say(&format!("disconnect {} {reason}", socket.id()));
    });
    namespace.on("message", |socket: Socket, args: Args| async move {
        socket.emit("message-back", args);
    });
    namespace.on("message-with-ack", |args: Args| async move { args });
    namespace.on("count-to", |socket: Socket, end: u32| async move {
        for number in 0..end {
            socket.emit("number", number);
        }
    });
    namespace.on("volatile-count-to", |socket: Socket, end: u32| async move {
        for number in 0..end {
            socket.volatile().emit("number", number);
        }
    });
    namespace.on("ask-me", ask);
    namespace.on("ask-all", ask_all);
    namespace.on("join", join);
    namespace.on(
        "leave",
        |socket: Socket, ack: Ack, room: String| async move {
            socket.leave(room);
            ack.send(&())
        },
    );
    namespace.on("my-rooms", |socket: Socket| async move { socket.rooms() });
    recovery::add_handlers(namespace);
    sockets::add_handlers(namespace);
    namespace.on(
        "room-size",
        |namespace: Namespace, room: String| async move { namespace.to(room).sockets().len() },
    );
    namespace.on("send", send);
    namespace.on("tell-dynamic", dynamic::tell);
    namespace.on("count", |io: Server, namespace: Namespace| async move {
        (io.session_count(), namespace.len())
    });
    namespace.on("handshake", handshake::shown);
    namespace.on("disconnect-me", |socket: Socket, close: bool| async move {
        socket.disconnect(close);
    });
}

async fn ask(socket: Socket, args: Args) {
    let mut args = args.0.into_iter();
    let Some(Value::Unsigned(millis)) = args.next() else {
        return;
    };
    let answer = socket
        .emit_with_ack::<Args>("question", AllArgs(args.collect()))
        .timeout(Duration::from_millis(millis));
    match answer.await {
        Ok(answer) => socket.emit("answer", answer),
        Err(AckError::Timeout) => socket.emit("answer-timeout", ()),
        Err(_) => return,
    };
}

async fn ask_all(
    socket: Socket,
    (recipients, millis, args): (Recipients, u64, Vec<Value>),
) -> Result<(bool, Vec<Option<Value>>), HandlerError> {
    let all = recipients.broadcast(&socket);
    let all = all.timeout(Duration::from_millis(millis));
    let answers = all.emit_with_ack("question", AllArgs(args)).await?;
    Ok((answers.is_complete(), answers.answers))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rooms {
    One(String),
    Several(Vec<String>),
}

async fn join(socket: Socket, ack: Ack, rooms: Rooms) -> Result<(), HandlerError> {
    let rooms = match rooms {
        Rooms::One(room) => vec![room],
        Rooms::Several(rooms) => rooms,
    };
    for room in rooms {
        socket.join(room);
    }
    Ok(ack.send(&())?)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Recipients {
    rooms: Vec<String>,
    except: Vec<String>,
    sender: bool,
    local: bool,
    volatile: bool,
    uncompressed: bool,
}

impl Recipients {
    pub(crate) fn broadcast(self, socket: &Socket) -> Broadcast {
        let all = match self.sender {
            true => socket.namespace().broadcast(),
            false => socket.broadcast(),
        };
        let to_rooms = self.rooms.into_iter().fold(all, Broadcast::to);
        let target = self.except.into_iter().fold(to_rooms, Broadcast::except);
        let target = target.compress(!self.uncompressed);
        let target = if self.local { target.local() } else { target };
        if self.volatile {
            target.volatile()
        } else {
            target
        }
    }
}

async fn send(
    socket: Socket,
    ack: Ack,
    (recipients, event, args): (Recipients, String, Vec<Value>),
) -> Result<(), HandlerError> {
    recipients.broadcast(&socket).emit(&event, AllArgs(args));
    Ok(ack.send(&())?)
}

fn number<T: std::str::FromStr>(name: &str, default: T) -> T {
    let value = std::env::var(name).ok();
    value.and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// No server outlives a test run that was killed: then its standard input ends.
fn exit_with_parent() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    std::process::exit(0);
}
