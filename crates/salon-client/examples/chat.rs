//! A chat in the terminal: type a line, and everybody has it.
//!
//! `cargo run -p salon-client --example chat` opens a room on port 3000 and joins it;
//! `cargo run -p salon-client --example chat -- http://localhost:3000 Ada` joins as Ada.

use std::error::Error;
use std::net::Ipv4Addr;

use salon_client::{ConnectError, DisconnectReason, Manager, Socket};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader, Lines, Stdin, stdin};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = match arguments.next() {
        Some(url) => url,
        None => open_room().await?,
    };
    let name = arguments.next().unwrap_or_else(|| "somebody".into());

    let manager = Manager::builder(&url).build()?;
    manager.on_reconnect_attempt(|attempt: u32| async move { println!("… attempt {attempt}") });
    let room = join(&manager, name);
    // An error is shown by its handler, and the manager tries again until it is refused.
    while room.connected().await.is_err() {
        if !room.is_active() {
            return Ok(());
        }
    }
    talk(&room, BufReader::new(stdin()).lines()).await?;
    manager.close().await;
    Ok(())
}

fn join(manager: &Manager, name: String) -> Socket {
    let room = manager
        .socket_builder("/chat")
        .auth(json!({"name": name}))
        .build();
    room.on("said", |(name, text): (String, String)| async move {
        println!("{name}: {text}");
    });
    room.on_connect(|socket: Socket| async move {
        let others: Result<usize, _> = socket.emit_with_ack("count", ()).await;
        println!("… you are in, one of {}", others.unwrap_or(1));
    });
    room.on_disconnect(|reason: DisconnectReason| async move { println!("… gone: {reason}") });
    room.on_connect_error(|error: ConnectError| async move { println!("… no: {error}") });
    room.connect();
    room
}

/// Lines that are typed while the server is away go out when it is back.
async fn talk(room: &Socket, mut lines: Lines<BufReader<Stdin>>) -> std::io::Result<()> {
    while let Some(line) = lines.next_line().await? {
        room.emit("say", line);
    }
    Ok(())
}

async fn open_room() -> std::io::Result<String> {
    let io = salon::Server::new();
    let chat = io.of("/chat");
    chat.on("say", |socket: salon::Socket, text: String| async move {
        let name = socket.auth::<serde_json::Value>()?["name"].clone();
        socket.namespace().emit("said", (name, text));
        Ok::<_, salon::HandlerError>(())
    });
    chat.on("count", |socket: salon::Socket| async move {
        socket.namespace().len()
    });
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 3000)).await?;
    drop(tokio::spawn(salon::serve(listener, io).into_future()));
    Ok("http://localhost:3000".into())
}
