//! The shortest way in: salon's own listener, on TCP.
//!
//! `PORT=3000 cargo run -p salon --example serve`

use std::net::Ipv4Addr;

use salon::Server;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let io = Server::new();
    io.on("add", |(a, b): (i64, i64)| async move { a + b });

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port())).await?;
    println!("listening on {}", listener.local_addr()?);
    let asked_to_stop = async { drop(tokio::signal::ctrl_c().await) };
    salon::serve(listener, io)
        .with_graceful_shutdown(asked_to_stop)
        .await
}

fn port() -> u16 {
    let port = std::env::var("PORT").ok();
    port.and_then(|port| port.parse().ok()).unwrap_or(3000)
}
