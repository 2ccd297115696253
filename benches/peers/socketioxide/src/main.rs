//! socketioxide 0.18 on axum 0.8, as `cargo bench-peers` measures it; what a measured server does is
//! in ../../../README.md.

use std::env::{args, var};
use std::error::Error;
use std::io::{Read, stdin};
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use bytes::Bytes;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const PAYLOAD: &str = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF";
const HOUR: Duration = Duration::from_secs(3_600);

/// What was built in.
const LOCK: &str = include_str!("../Cargo.lock");

fn main() -> Result<(), Box<dyn Error>> {
    let first = args().nth(1);
    if args().any(|word| word == "--about") {
        println!(
            "{}",
            ["socketioxide", "axum", "tokio"].map(version).join(", ")
        );
        return Ok(());
    }
    end_with_parent();
    runtime(first.as_deref())?.block_on(serve())
}

/// A package's name and version, from the lock file.
fn version(name: &str) -> String {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let rest = LOCK.split_once(&entry).map_or("", |(_, rest)| rest);
    format!("{name} {}", rest.split('"').next().unwrap_or_default())
}

/// A number of threads, or `multi`: the multi-thread runtime with its own default, which is one
/// thread for each core that the process may use.
fn runtime(threads: Option<&str>) -> Result<Runtime, Box<dyn Error>> {
    let mut builder = match threads {
        None | Some("1") => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if let Some(threads) = threads
        .and_then(|word| word.parse().ok())
        .filter(|threads| *threads > 1)
    {
        builder.worker_threads(threads);
    }
    Ok(builder.enable_all().build()?)
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let mut builder = SocketIo::builder();
    if var("BENCH_PINGS").as_deref() != Ok("default") {
        builder = builder.ping_interval(HOUR);
    }
    let (layer, io) = builder.build_layer();
    io.ns("/", connected);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", listener.local_addr()?);
    // As ours and Node's do; axum does not do it by itself.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(axum::serve(listener, Router::new().layer(layer)).await?)
}

async fn connected(socket: SocketRef) {
    socket.on("echo", async |Data::<String>(text), ack: AckSender| {
        ack.send(&text).ok();
    });
    socket.on(
        "echo-binary",
        async |Data::<Bytes>(bytes), ack: AckSender| {
            ack.send(&bytes).ok();
        },
    );
    socket.on("join", async |socket: SocketRef, ack: AckSender| {
        socket.join("everyone");
        ack.send(&true).ok();
    });
    socket.on(
        "join-room",
        async |socket: SocketRef, Data::<String>(room), ack: AckSender| {
            socket.join(room);
            ack.send(&true).ok();
        },
    );
    socket.on("publish", async |io: SocketIo| {
        io.emit("news", PAYLOAD).await.ok();
    });
    socket.on("publish-room", async |io: SocketIo| {
        io.to("everyone").emit("news", PAYLOAD).await.ok();
    });
    socket.on(
        "publish-to",
        async |io: SocketIo, Data::<(String, usize)>((room, count))| {
            for _ in 0..count {
                io.to(room.clone()).emit("news", PAYLOAD).await.ok();
            }
        },
    );
}

/// Whoever started it is gone when its input ends.
fn end_with_parent() {
    std::thread::spawn(|| {
        let _ = stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}
