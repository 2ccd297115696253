//! A server for `salon bench`, with salon.
use std::net::Ipv4Addr;

use bytes::Bytes;
use salon::{Recovery, Server, Socket};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let io = Server::builder().recovery(Recovery::new()).build();
    io.on("echo", |text: String| async move { text });
    io.on("echo-binary", |bytes: Bytes| async move { bytes });
    io.on("publish", |io: Server, text: String| async move {
        io.emit("news", text);
    });
    io.on("join-room", |socket: Socket, room: String| async move {
        socket.join(&room);
        true
    });
    io.on("publish-to", publish_to);
    let port = std::env::var("PORT").ok();
    let port = port.and_then(|port| port.parse().ok()).unwrap_or(3000);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let (address, process) = (listener.local_addr()?, std::process::id());
    println!("listening on {address}, process {process}");
    salon::serve(listener, io).await
}

async fn publish_to(io: Server, (room, count): (String, usize)) {
    for _ in 0..count {
        io.to(&room).emit("news", "x");
    }
}
